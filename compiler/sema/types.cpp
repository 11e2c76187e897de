// Types as written: inputs define sizes, results claim them.
#include "sema/elaborator.h"
#include "sema/shape_origins.h"

namespace convoy::sema {

namespace {

constexpr int64_t kLongest = int64_t(1) << 40; // of a spatial extent
constexpr int64_t kMostChannels = (int64_t(1) << 31) - 1;
constexpr size_t kMostTerms = 64; // of a written size, multiplied out

std::string axisNameAt(size_t axis, size_t rank) {
  TensorType type;
  type.dims.resize(rank);
  return axisName(type, static_cast<int>(axis));
}

} // namespace

std::string ClaimedType::str() const {
  if (open) return "tensor";
  if (image != ImageKind::None && !dims[1] && !dims[2]) return std::string("image[") + nameOf(image) + "]";
  std::string text;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    std::string dim = dims[axis] ? dims[axis]->str() : "_";
    if (axis == 0)
      text = image == ImageKind::None ? "tensor[" + dim : std::string("image[") + nameOf(image);
    else
      text += ", " + dim;
  }
  return text + "]";
}

// The kind of `image[kind, ...]`. nullopt after a diagnostic.
std::optional<ImageKind> Elaborator::imageKind(const ast::TypeExpr& type) {
  const ast::Expr* first = type.dimensions.empty() ? nullptr : type.dimensions[0].get();
  ImageKind kind = first && first->kind == ast::Expr::Name ? imageKindNamed(first->text) : ImageKind::None;
  if (kind != ImageKind::None) return kind;
  if (first && first->kind == ast::Expr::Name) {
    auto report = diags_.report(diag::UnknownWord, first->location, "image", first->text);
    if (!report.suggest(nearestName(first->text, {"gray", "rgb", "rgba"}), first->location, first->text))
      report.help("an image is gray, rgb or rgba");
  } else {
    diags_.report(diag::IncompleteType, type.location, "image", "its kind")
        .help("write image[gray], image[rgb] or image[rgba]");
  }
  return std::nullopt;
}

// An integer constant whose name is written as a dimension stands for its value.
const Definition* Elaborator::namedSize(const ast::Expr& expr) {
  if (expr.kind != ast::Expr::Name) return nullptr;
  const Definition* named = frame_->names.constant(expr.text);
  if (!named) return nullptr;
  Value value = constant(*named);
  return value.as<int64_t>() || value.isPoison() ? named : nullptr;
}

std::optional<Size> Elaborator::inputDimension(const ast::Expr& expr, const std::string& unnamed,
                                               bool channels) {
  std::optional<int64_t> number;
  if (expr.kind == ast::Expr::Int) number = expr.integer;
  if (const Definition* named = namedSize(expr)) {
    Value value = constant(*named);
    if (value.isPoison()) return std::nullopt;
    number = *value.as<int64_t>();
  }
  if (number) {
    if (*number >= 1 && *number <= (channels ? kMostChannels : kLongest)) return Size(*number);
    diags_.report(diag::WrongDimension, expr.location, std::to_string(*number))
        .help("a dimension is at least 1 and at most " + std::to_string(channels ? kMostChannels : kLongest));
    return std::nullopt;
  }
  if (expr.kind != ast::Expr::Name) {
    diags_.report(diag::WrongDimension, expr.location, "this")
        .help("a dimension of an input is a number, a name or _");
    return std::nullopt;
  }
  if (channels) {
    diags_
        .report(diag::NamedChannels, expr.location,
                expr.text == "_" ? "left open" : "the name '" + expr.text + "'")
        .help("channels are known when compiling, as in tensor[3, H, W]");
    return std::nullopt;
  }
  return Size::symbol(expr.text == "_" ? unnamed : expr.text);
}

std::optional<TensorType> Elaborator::inputType(const ast::Input& input) {
  const ast::TypeExpr& written = input.type;
  bool isImage = written.name == "image";
  if (written.name == "float" && !written.bracketed) return scalarType();
  if (written.name == "float" || written.name == "int" || written.name == "bool") {
    diags_
        .report(diag::WrongInputType, written.location,
                written.bracketed ? written.name + " with dimensions" : written.name)
        .help(written.name == "float" ? "without brackets it is one number, and several are a tensor[C]"
                                      : "an input is a tensor, an image, or a float: one number for a run");
    return std::nullopt;
  }
  if (!isImage && written.name != "tensor") {
    auto report = diags_.report(diag::UnknownType, written.location, written.name);
    if (!report.suggest(nearestName(written.name, {"tensor", "image", "float"}), written.location,
                        written.name))
      report.help("an input is a tensor, an image or a float");
    return std::nullopt;
  }

  TensorType type;
  size_t count = written.dimensions.size();
  if (isImage) {
    auto kind = imageKind(written);
    if (!kind) return std::nullopt;
    type.image = *kind;
    type.dims.push_back(channelsOf(*kind));
    if (count != 1 && count != 3) {
      diags_.report(diag::WrongDimensionCount, written.location, "image", static_cast<int64_t>(count))
          .help("write image[rgb] or image[rgb, H, W]");
      return std::nullopt;
    }
    if (count == 1) {
      type.dims.push_back(Size::symbol(input.name + ".H"));
      type.dims.push_back(Size::symbol(input.name + ".W"));
      return type;
    }
  } else if (!written.bracketed) {
    diags_.report(diag::IncompleteType, written.location, "tensor", "its dimensions")
        .help("write tensor[C, H, W], with _ for a size that may be anything");
    return std::nullopt;
  } else if (count < 1 || count > 4) {
    diags_.report(diag::WrongDimensionCount, written.location, "tensor", static_cast<int64_t>(count))
        .help("a tensor has its channels first and up to three spatial dimensions: tensor[C, D, H, W]");
    return std::nullopt;
  }
  bool good = true;
  for (size_t axis = isImage ? 1 : 0; axis < count; ++axis) {
    const ast::Expr* dimension = written.dimensions[axis].get();
    if (!dimension) return std::nullopt;
    auto size = inputDimension(*dimension, input.name + "." + axisNameAt(axis, count), axis == 0);
    good = good && size;
    type.dims.push_back(size.value_or(1));
  }
  if (!good || !reasonable(type, written.location)) return std::nullopt;
  return type;
}

std::optional<Size> Elaborator::sizeExpression(const ast::Expr& expr) {
  using ast::BinaryOp;
  using ast::Expr;
  auto wrong = [&](const std::string& what) {
    return diags_.report(diag::WrongDimension, expr.location, what);
  };
  auto bounded = [&](const Size& size) -> std::optional<Size> {
    auto inRange = [](int64_t n) { return n <= kLongest && n >= -kLongest; };
    bool fits = size.isConstant() ? inRange(size.known())
                                  : size.form().terms.size() <= kMostTerms && size.str().size() <= 1000;
    if (!size.isConstant())
      for (const auto& term : size.form().terms) fits = fits && inRange(term.second);
    if (fits) return size;
    wrong("so large an expression");
    return std::nullopt;
  };
  switch (expr.kind) {
  case Expr::Int: return bounded(Size(expr.integer));
  case Expr::Name: {
    auto known = frame_->sizes.find(expr.text);
    if (known != frame_->sizes.end()) return known->second;
    if (const Definition* named = namedSize(expr)) {
      Value value = constant(*named);
      return value.isPoison() ? std::nullopt : bounded(Size(*value.as<int64_t>()));
    }
    std::vector<std::string> names;
    for (const auto& entry : frame_->sizes)
      if (entry.first.find('.') == std::string::npos) names.push_back(entry.first);
    auto report = diags_.report(diag::UnknownSizeName, expr.location, expr.text);
    if (!report.suggest(nearestName(expr.text, names), expr.location, expr.text))
      report.help("name it in the type of an input, as in tensor[3, " + expr.text + ", W]");
    return std::nullopt;
  }
  case Expr::Unary: {
    auto inner = expr.elements[0] ? sizeExpression(*expr.elements[0]) : std::nullopt;
    if (!inner) return std::nullopt;
    return expr.unary == ast::UnaryOp::Minus ? Size(0) - *inner : *inner;
  }
  case Expr::Binary: {
    auto left = expr.elements[0] ? sizeExpression(*expr.elements[0]) : std::nullopt;
    auto right = expr.elements[1] ? sizeExpression(*expr.elements[1]) : std::nullopt;
    if (!left || !right) return std::nullopt;
    if (expr.binary == BinaryOp::Add) return bounded(*left + *right);
    if (expr.binary == BinaryOp::Sub) return bounded(*left - *right);
    if (expr.binary == BinaryOp::Mul) return bounded(*left * *right);
    auto report = wrong(std::string("the result of '") + ast::spelling(expr.binary) + "'");
    if (expr.binary == BinaryOp::Div) report.help("a size is an integer; write div(a, b)");
    return std::nullopt;
  }
  case Expr::Call: return sizeCall(expr);
  case Expr::Float:
  case Expr::Bool:
  case Expr::String:
  case Expr::SizeLiteral:
  case Expr::List:
  case Expr::Pipe:
  case Expr::Record:
  case Expr::Index:
  case Expr::Choice:
  case Expr::Comprehension:
  case Expr::Interpolation: break;
  }
  wrong("this").help("a dimension is made of numbers, the names of sizes, + - *, div, mod, min and max");
  return std::nullopt;
}

std::optional<Size> Elaborator::sizeCall(const ast::Expr& expr) {
  bool known = expr.text == "div" || expr.text == "mod" || expr.text == "min" || expr.text == "max";
  bool plain = expr.arguments.size() == 2 && !expr.arguments[0].name && !expr.arguments[1].name;
  if (!known || !plain) {
    diags_.report(diag::WrongDimension, expr.location, "this call")
        .help("write div(a, b), mod(a, b), min(a, b) or max(a, b)");
    return std::nullopt;
  }
  auto a = expr.arguments[0].value ? sizeExpression(*expr.arguments[0].value) : std::nullopt;
  auto b = expr.arguments[1].value ? sizeExpression(*expr.arguments[1].value) : std::nullopt;
  if (!a || !b) return std::nullopt;
  if (expr.text == "min") return Size::min(*a, *b);
  if (expr.text == "max") return Size::max(*a, *b);
  auto divisor = b->constant();
  if (!divisor || *divisor < 1) {
    diags_.report(diag::WrongDimension, expr.arguments[1].location, "a division by " + b->str())
        .help("the divisor is a positive number");
    return std::nullopt;
  }
  return expr.text == "div" ? Size::floorDiv(*a, *divisor) : Size::mod(*a, *divisor);
}

std::optional<ClaimedType> Elaborator::resultType(const ast::TypeExpr& written) {
  ClaimedType claimed;
  bool isImage = written.name == "image";
  if (!isImage && written.name != "tensor") {
    auto report = diags_.report(diag::UnknownType, written.location, written.name);
    if (!report.suggest(nearestName(written.name, {"tensor", "image"}), written.location, written.name))
      report.help("a result is a tensor or an image");
    return std::nullopt;
  }
  size_t count = written.dimensions.size();
  if (isImage) {
    auto kind = imageKind(written);
    if (!kind) return std::nullopt;
    claimed.image = *kind;
    claimed.dims = {Size(channelsOf(*kind)), std::nullopt, std::nullopt};
    if (count == 1) return claimed;
  } else if (!written.bracketed) {
    claimed.open = true;
    return claimed;
  }
  if (isImage ? count != 3 : count < 1 || count > 4) {
    diags_.report(diag::WrongDimensionCount, written.location, written.name, static_cast<int64_t>(count));
    return std::nullopt;
  }
  claimed.dims.resize(count);
  bool good = true;
  for (size_t axis = isImage ? 1 : 0; axis < count; ++axis) {
    const ast::Expr* dimension = written.dimensions[axis].get();
    if (!dimension) return std::nullopt;
    if (dimension->kind == ast::Expr::Name && dimension->text == "_") continue;
    claimed.dims[axis] = sizeExpression(*dimension);
    good = good && claimed.dims[axis];
  }
  return good ? std::optional(claimed) : std::nullopt;
}

// Adds to the diagnostic that was just reported where the result's shape comes from, and how it would be as
// claimed.
void Elaborator::explainResult(const ClaimedType& claimed, graph::ValueId value) {
  const TensorType& actual = graph_.value(value).type;
  auto differs = [&claimed](const TensorType& type, size_t axis) {
    return claimed.dims[axis] && *claimed.dims[axis] != type.dims[axis];
  };
  Misfit misfit{graph_, {value}, {}, {}};
  const bool sameRank = claimed.dims.size() == actual.dims.size();
  for (size_t axis = 0; sameRank && axis < actual.dims.size(); ++axis)
    if (differs(actual, axis)) misfit.axes.push_back(static_cast<int>(axis));
  misfit.fits = [&](const std::vector<TensorType>& types) {
    const TensorType& type = types[value];
    if (type.dims.size() != claimed.dims.size()) return false;
    for (size_t axis = 0; axis < type.dims.size(); ++axis)
      if (differs(type, axis)) return false;
    return true;
  };
  explainShapes(misfit, *diags_.all().back());
}

void Elaborator::checkResultType(const ast::Result& declared, const ClaimedType& claimed,
                                 graph::ValueId value, Location returned) {
  if (claimed.open) return;
  const TensorType& actual = graph_.value(value).type;
  std::string name = declared.name.empty() ? "the result" : "the result '" + declared.name + "'";
  if (claimed.image != ImageKind::None && actual.quantized()) {
    diags_.report(diag::ResultShape, declared.type->location, name, claimed.str(), actual.str())
        .label(returned, "this is " + actual.str())
        .help("an image is of numbers in 0..1: `dequantize` before it");
    return;
  }
  bool possible = claimed.dims.size() == actual.dims.size();
  std::vector<ShapeRequest::RuntimeCheck> checks;
  for (size_t axis = 0; possible && axis < actual.dims.size(); ++axis) {
    if (!claimed.dims[axis] || *claimed.dims[axis] == actual.dims[axis]) continue;
    Size difference = *claimed.dims[axis] - actual.dims[axis];
    auto low = difference.lowerBound(), high = difference.upperBound();
    possible = !(low && *low > 0) && !(high && *high < 0);
    checks.push_back({ShapeRequest::RuntimeCheck::Equal, actual.dims[axis], *claimed.dims[axis],
                      (declared.name.empty() ? "the result 'result'" : name) +
                          " is declared with another size along " +
                          axisName(actual, static_cast<int>(axis))});
  }
  if (!possible) {
    diags_.report(diag::ResultShape, declared.type->location, name, claimed.str(), actual.str())
        .label(returned, "this is " + actual.str());
    explainResult(claimed, value);
    if (claimed.image == ImageKind::Gray && actual.channels() == 3)
      diags_.all().back()->helps.push_back("`luminance` makes one channel of three");
    return;
  }
  for (auto& check : checks) addCheck(std::move(check), declared.type->location);
}

} // namespace convoy::sema
