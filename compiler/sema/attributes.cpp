// Attributes of layers.
#include "sema/elaborator.h"
#include "sema/foreign_names.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::sema {

// The text of `name: "..."`. False after a diagnostic.
bool Elaborator::layerName(const ast::Argument& argument, std::optional<std::string>& name, Location& where) {
  if (name) {
    diags_.report(diag::DuplicateAttribute, argument.nameLocation, "name").label(where, "the first one");
    return false;
  }
  where = argument.value->location;
  Value value = evaluate(argument.value.get());
  if (auto* text = value.as<std::string>()) {
    name = *text;
    auto legal = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/' || c == '-';
    };
    if (!name->empty() && name->size() <= 200 && std::all_of(name->begin(), name->end(), legal)) return true;
    diags_.report(diag::BadLayerName, argument.value->location, *name)
        .help("a name has 1 to 200 letters, digits, '_', '.', '/' or '-'");
  } else if (!value.isPoison()) {
    diags_.report(diag::WrongAttributeValue, argument.location, "name", "text in quotes",
                  describe(value, graph_));
  }
  return false;
}

bool Elaborator::namedArgument(LayerCall& call, const ast::Argument& argument) {
  if (*argument.name == "name") return argument.value && layerName(argument, call.name, call.nameLocation);
  for (const AttributeSpec& spec : call.row.attributes)
    if (spec.name == *argument.name)
      return argument.value && setAttribute(call, spec, *argument.value, argument.nameLocation);
  std::vector<std::string> candidates;
  for (const AttributeSpec& spec : call.row.attributes) candidates.push_back(spec.name);
  candidates.push_back("name");
  auto report = diags_.report(diag::UnknownAttribute, argument.nameLocation, call.row.name, *argument.name);
  std::string all;
  for (const std::string& candidate : candidates) all += (all.empty() ? "" : ", ") + candidate;
  // Pools call their kernel a window.
  std::string meant = attributeFromForeign(*argument.name);
  for (const char* name : {"kernel", "window"})
    if (attributeFromForeign(*argument.name) == "kernel" &&
        std::count(candidates.begin(), candidates.end(), name) > 0)
      meant = name;
  const bool known = std::count(candidates.begin(), candidates.end(), meant) > 0;
  if (!known) meant = nearestName(*argument.name, candidates);
  if (const char* help = known ? nullptr : helpForForeignAttribute(*argument.name))
    report.help(help);
  else if (!report.suggest(meant, argument.nameLocation, *argument.name))
    report.help("it takes " + all);
  return false;
}

static bool isChoice(const AttributeSpec& spec, const std::string& text) {
  return std::count(spec.choices().begin(), spec.choices().end(), text) > 0;
}

bool Elaborator::setAttribute(LayerCall& call, const AttributeSpec& spec, const ast::Expr& expr,
                              Location location) {
  if (call.attributes.has(spec.name) || (spec.form == AttributeForm::Kernel && call.literal)) {
    auto report = diags_.report(diag::DuplicateAttribute, location, spec.name);
    for (const auto& [name, first] : call.attributeLocations)
      if (name == spec.name) report.label(first, "the first one");
    return false;
  }
  if (expr.kind == ast::Expr::Choice) { // its branches may be words
    const ast::Expr* taken = chosen(expr);
    return taken && setAttribute(call, spec, *taken, location);
  }
  call.attributeLocations.emplace_back(spec.name, expr.location);
  // Where a word may stand it is meant, even when a value of the script is called so.
  std::optional<Attribute> attribute;
  bool word = (spec.form == AttributeForm::Padding || spec.form == AttributeForm::Word) &&
              expr.kind == ast::Expr::Name;
  if (word && (isChoice(spec, expr.text) || !isValue(expr.text)))
    attribute = choice(spec, expr);
  else if (spec.form == AttributeForm::Border)
    attribute = borderValue(spec, expr);
  else {
    Value value = evaluate(&expr);
    if (value.isPoison()) return false;
    if (auto* list = value.as<List>(); list && spec.form == AttributeForm::Kernel) {
      call.literal = *list;
      call.writtenLiteral = expr.kind == ast::Expr::List ? &expr : nullptr;
      return true;
    }
    attribute = attributeValue(call, spec, value, expr);
  }
  if (attribute) call.attributes.set(spec.name, *attribute);
  return attribute.has_value();
}

static std::string expectation(const AttributeSpec& spec) {
  switch (spec.form) {
  case AttributeForm::Int: return "an integer";
  case AttributeForm::Float: return "a number";
  case AttributeForm::Bool: return "true or false";
  case AttributeForm::Sizes: return "an integer or a size such as 3x3";
  case AttributeForm::Kernel: return "an integer, a size such as 3x3, or values in brackets";
  case AttributeForm::Padding:
    return "an integer, a size such as 1x1, a list of sides, same, same_lower or valid";
  case AttributeForm::Border: return "zero, constant(value), replicate, reflect, reflect101 or wrap";
  case AttributeForm::Extents: return "an integer, a size such as 24x32, or a list of sizes";
  case AttributeForm::Like: return "a tensor";
  case AttributeForm::Scale: return "a number, or a list with one for each axis";
  case AttributeForm::Word: return listed(spec.words, "or");
  case AttributeForm::Numbers: return "a number or a list of numbers";
  }
  return "";
}

std::optional<Attribute> Elaborator::choice(const AttributeSpec& spec, const ast::Expr& expr) {
  if (isChoice(spec, expr.text)) return Attribute(expr.text);
  auto report = diags_.report(diag::UnknownWord, expr.location, spec.name, expr.text);
  if (!report.suggest(nearestName(expr.text, spec.choices()), expr.location, expr.text))
    report.help("it takes " + expectation(spec));
  return std::nullopt;
}

// What a text that is not written in this place stands for: a block may take `mode: string = "same"`.
static std::optional<std::string> wordOf(const Value& value, const ast::Expr& written) {
  auto* text = value.as<std::string>();
  bool literal = written.kind == ast::Expr::String || written.kind == ast::Expr::Interpolation;
  return text && !literal ? std::optional(*text) : std::nullopt;
}

// An extent, or several, of which some may be known only when the pipeline runs.
static std::optional<std::vector<Size>> extentsIn(const Value& value) {
  if (auto* extent = value.as<int64_t>()) return std::vector<Size>{*extent};
  if (auto* extent = value.as<RunTimeSize>()) return std::vector<Size>{extent->size};
  if (auto* size = value.as<SizeTuple>())
    return std::vector<Size>(size->extents.begin(), size->extents.end());
  auto* list = value.as<List>();
  if (!list) return std::nullopt;
  std::vector<Size> extents;
  for (const Value& element : *list->elements) {
    if (element.as<List>() || element.as<SizeTuple>()) return std::nullopt;
    auto extent = extentsIn(element);
    if (!extent) return std::nullopt;
    extents.push_back(extent->front());
  }
  return extents;
}

static std::optional<std::vector<double>> numbersIn(const Value& value) {
  if (auto number = value.number()) return std::vector<double>{*number};
  auto* list = value.as<List>();
  if (!list) return std::nullopt;
  std::vector<double> numbers;
  for (const Value& element : *list->elements) {
    if (!element.number()) return std::nullopt;
    numbers.push_back(*element.number());
  }
  return numbers;
}

static void withoutQuotes(DiagnosticBuilder& report, Location where, const std::string& text, bool fits) {
  if (fits)
    report.fix("write it without quotes", where, text);
  else
    report.help("write it without quotes");
}

std::optional<Attribute> Elaborator::attributeValue(const LayerCall& call, const AttributeSpec& spec,
                                                    const Value& value, const ast::Expr& written) {
  Location location = written.location;
  auto* integer = value.as<int64_t>();
  switch (spec.form) {
  case AttributeForm::Int:
    if (integer) return Attribute(*integer);
    break;
  case AttributeForm::Float:
    if (value.number()) {
      if (!fitsFloat(*value.number(), location)) return std::nullopt;
      return Attribute(*value.number());
    }
    break;
  case AttributeForm::Bool:
    if (auto* boolean = value.as<bool>()) return Attribute(*boolean);
    break;
  case AttributeForm::Padding:
    if (auto word = wordOf(value, written); word && isChoice(spec, *word)) return Attribute(*word);
    if (auto* list = value.as<List>()) {
      std::vector<Size> sides;
      for (const Value& side : *list->elements)
        if (auto* pad = side.as<int64_t>()) sides.emplace_back(*pad);
      if (sides.size() == list->elements->size()) return Attribute(std::move(sides));
      break;
    }
    [[fallthrough]];
  case AttributeForm::Sizes:
  case AttributeForm::Kernel:
    if (integer) return Attribute(std::vector<int64_t>{*integer});
    if (auto* size = value.as<SizeTuple>()) return Attribute(size->extents);
    break;
  case AttributeForm::Numbers:
    if (auto numbers = numbersIn(value); numbers && !numbers->empty()) {
      for (double number : *numbers)
        if (!fitsFloat(number, location)) return std::nullopt;
      return Attribute(*numbers);
    }
    break;
  case AttributeForm::Extents:
    if (auto extents = extentsIn(value)) return Attribute(*extents);
    break;
  case AttributeForm::Like:
    if (auto* tensor = value.as<Tensor>(); tensor && !isScalar(value)) {
      const std::vector<Size>& dims = graph_.value(tensor->id).type.dims;
      return Attribute(std::vector<Size>(dims.begin() + 1, dims.end()));
    }
    break;
  case AttributeForm::Scale:
    if (auto numbers = numbersIn(value)) return Attribute(*numbers);
    break;
  case AttributeForm::Word:
    if (auto word = wordOf(value, written); word && isChoice(spec, *word)) return Attribute(*word);
    break;
  case AttributeForm::Border: break;
  }
  auto report = diags_.report(diag::WrongAttributeValue, location, spec.name, expectation(spec),
                              describe(value, graph_));
  if (auto* text = value.as<std::string>(); text && written.kind == ast::Expr::String) {
    const std::string word = nearestName(*text, spec.choices());
    withoutQuotes(report, location, word.empty() ? *text : word, !word.empty());
  } else if (value.as<Tensor>() && call.row.kind == OpKind::Clamp)
    report.help("a limit that a run decides: min(x, level)");
  else if (value.as<Tensor>() && !isScalar(value))
    report.help(std::string("the input stands before '|>', or comes first: x |> ") + call.row.name + "(...)");
  else if (value.as<List>() && spec.form == AttributeForm::Sizes)
    report.help("one number per axis is a size: 2x1, or size(2, 1)");
  else if (value.as<double>() && written.kind == ast::Expr::Binary)
    report.help("'/' gives a number with a fraction; div(a, b) gives an integer");
  else if (isScalar(value))
    report.help(constantInstead);
  return std::nullopt;
}

std::optional<Attribute> Elaborator::borderValue(const AttributeSpec& spec, const ast::Expr& expr) {
  bool isName = expr.kind == ast::Expr::Name && (borderModeNamed(expr.text) || !isValue(expr.text)),
       isCall = expr.kind == ast::Expr::Call;
  if (isName)
    if (auto mode = borderModeNamed(expr.text)) return Attribute(Border{*mode, 0});
  if (isCall && expr.text == "constant" && expr.arguments.size() == 1 && !expr.arguments[0].name) {
    Value value = evaluate(expr.arguments[0].value.get());
    if (value.isPoison()) return std::nullopt;
    if (value.number() && fitsFloat(*value.number(), expr.location))
      return Attribute(Border{BorderMode::Constant, *value.number()});
    if (value.number()) return std::nullopt;
    auto report = diags_.report(diag::WrongAttributeValue, expr.location, "constant", "a number",
                                describe(value, graph_));
    if (isScalar(value)) report.help(constantInstead);
    return std::nullopt;
  }
  if (isName || isCall) {
    auto report = diags_.report(diag::UnknownWord, expr.location, "border", expr.text);
    std::string nearest = nearestName(expr.text, borderWords());
    if (nearest == "constant")
      report.help("write constant(value)");
    else if (!report.suggest(nearest, expr.location, expr.text))
      report.help("it takes " + expectation(spec));
    return std::nullopt;
  }
  Value value = evaluate(&expr);
  if (value.isPoison()) return std::nullopt;
  if (auto word = wordOf(value, expr))
    if (auto mode = borderModeNamed(*word)) return Attribute(Border{*mode, 0});
  auto report = diags_.report(diag::WrongAttributeValue, expr.location, "border", expectation(spec),
                              describe(value, graph_));
  if (auto* text = value.as<std::string>(); text && expr.kind == ast::Expr::String) {
    if (const std::string word = nearestName(*text, borderWords()); borderModeNamed(word))
      withoutQuotes(report, expr.location, word, true);
    else
      withoutQuotes(report, expr.location, *text, false);
  }
  return std::nullopt;
}

} // namespace convoy::sema
