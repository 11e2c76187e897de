// Calls: functions of numbers, and layers with their attributes.
#include "sema/elaborator.h"
#include <algorithm>

namespace convoy::sema {

Value Elaborator::call(const std::string& callee, Location calleeLocation,
                       const std::vector<ast::Argument>& arguments, const Value* piped, Location location) {
  const OpInfo* row = findOp(callee);
  bool function = isFunction(callee);
  std::vector<Value> positional;
  if (piped) positional.push_back(*piped);
  for (const ast::Argument& argument : arguments)
    if (!argument.name) positional.push_back(evaluate(argument.value.get()));

  // `abs` and `sqrt` are layers for tensors and functions for numbers; operators are no calls.
  bool tensorFirst = !positional.empty() && (positional[0].as<Tensor>() || positional[0].isPoison());
  if (function && !(row && !row->symbol && tensorFirst))
    return functionCall(callee, arguments, std::move(positional), location);
  if (row && row->symbol) {
    diags_.report(diag::SymbolCalledByName, calleeLocation, callee, row->symbol);
    return {};
  }
  if (row) return layerCall(*row, arguments, std::move(positional), location);
  unknownCallee(callee, calleeLocation);
  return {};
}

void Elaborator::unknownCallee(const std::string& callee, Location location) {
  std::vector<std::string> candidates = functionNames();
  for (const OpInfo& row : opTable())
    if (!row.symbol) candidates.push_back(row.name);
  auto report = diags_.report(diag::UnknownLayer, location, callee);
  std::string nearest = nearestName(callee, candidates);
  if (!nearest.empty()) report.help("did you mean '" + nearest + "'?");
}

Value Elaborator::functionCall(const std::string& callee, const std::vector<ast::Argument>& arguments,
                               std::vector<Value> positional, Location location) {
  for (const ast::Argument& argument : arguments)
    if (argument.name) {
      diags_.report(diag::UnknownAttribute, argument.nameLocation, callee, *argument.name);
      return {};
    }
  for (const Value& value : positional) {
    if (value.isPoison()) return {};
    if (!value.as<Tensor>()) continue;
    diags_.report(diag::NotCompileTime, location, callee, describe(value, graph_));
    return {};
  }
  return applyFunction(callee, positional, arithmetic(location));
}

Value Elaborator::layerCall(const OpInfo& row, const std::vector<ast::Argument>& arguments,
                            std::vector<Value> positional, Location location) {
  LayerCall call{row, location, {}, {}, {}, {}, {}, {}};
  std::vector<const ast::Expr*> written; // of the positional arguments; a piped one has none
  for (const ast::Argument& argument : arguments)
    if (!argument.name) written.push_back(argument.value.get());
  while (written.size() < positional.size()) written.insert(written.begin(), nullptr);
  auto locationOf = [&](size_t i) { return written[i] ? written[i]->location : location; };

  // Operands first, then the positional attributes of the row.
  size_t operandCount = row.maxOperands < 0 ? positional.size() : static_cast<size_t>(row.maxOperands);
  bool good = true;
  for (size_t i = 0; i < positional.size() && i < operandCount; ++i) {
    if (positional[i].isPoison()) {
      good = false;
    } else if (auto* tensor = positional[i].as<Tensor>()) {
      call.operands.push_back({tensor->id, std::nullopt});
    } else {
      diags_.report(diag::ExpectedTensor, locationOf(i), row.name, describe(positional[i], graph_))
          .help(std::string("the input comes first: `x |> ") + row.name + "(...)` or `" + row.name +
                "(x, ...)`");
      good = false;
    }
  }
  if (good && static_cast<int>(call.operands.size()) < row.minOperands) {
    diags_.report(diag::TooFewOperands, location, row.name)
        .help(std::string("the input comes first: `x |> ") + row.name + "`");
    good = false;
  }
  if (!good) return {}; // what is wrong with the attributes may follow from the operands

  size_t next = operandCount;
  for (const AttributeSpec& spec : row.attributes) {
    if (!spec.positional || next >= positional.size()) continue;
    if (positional[next].isPoison())
      good = false;
    else
      good = setAttribute(call, spec, *written[next], locationOf(next)) && good;
    ++next;
  }
  if (next < positional.size()) {
    std::string takes = std::to_string(next) + (next == 1 ? " value" : " values") + " without a name";
    diags_.report(diag::TooManyArguments, locationOf(next), row.name, takes)
        .help("write further attributes as `name: value`");
    good = false;
  }
  for (const ast::Argument& argument : arguments)
    if (argument.name) good = namedArgument(call, argument) && good;
  return good ? addLayer(std::move(call)) : Value();
}

bool Elaborator::namedArgument(LayerCall& call, const ast::Argument& argument) {
  if (*argument.name == "name") {
    if (call.name) {
      diags_.report(diag::DuplicateAttribute, argument.nameLocation, "name");
      return false;
    }
    Value value = evaluate(argument.value.get());
    auto* text = value.as<std::string>();
    if (text)
      call.name = *text, call.nameLocation = argument.value->location;
    else if (!value.isPoison())
      diags_.report(diag::WrongAttributeValue, argument.location, "name", "text in quotes",
                    describe(value, graph_));
    return text != nullptr;
  }
  for (const AttributeSpec& spec : call.row.attributes)
    if (spec.name == *argument.name)
      return argument.value && setAttribute(call, spec, *argument.value, argument.nameLocation);
  std::vector<std::string> candidates;
  for (const AttributeSpec& spec : call.row.attributes) candidates.push_back(spec.name);
  candidates.push_back("name");
  auto report = diags_.report(diag::UnknownAttribute, argument.nameLocation, call.row.name, *argument.name);
  std::string nearest = nearestName(*argument.name, candidates), all;
  for (const std::string& candidate : candidates) all += (all.empty() ? "" : ", ") + candidate;
  if (!nearest.empty())
    report.help("did you mean '" + nearest + "'?");
  else
    report.help("it takes " + all);
  return false;
}

static const std::vector<std::string>& paddingWords() {
  static const std::vector<std::string> words = {"same", "same_lower", "valid"};
  return words;
}

static bool isPaddingWord(const std::string& text) {
  return std::find(paddingWords().begin(), paddingWords().end(), text) != paddingWords().end();
}

bool Elaborator::setAttribute(LayerCall& call, const AttributeSpec& spec, const ast::Expr& expr,
                              Location location) {
  if (call.attributes.has(spec.name) || (spec.form == AttributeForm::Kernel && call.literal)) {
    diags_.report(diag::DuplicateAttribute, location, spec.name);
    return false;
  }
  call.attributeLocations.emplace_back(spec.name, expr.location);
  // Where a word may stand it is meant, even when a value of the script is called so.
  std::optional<Attribute> attribute;
  bool word = spec.form == AttributeForm::Padding && expr.kind == ast::Expr::Name;
  if (word && (isPaddingWord(expr.text) || !scope_.count(expr.text)))
    attribute = paddingWord(expr);
  else if (spec.form == AttributeForm::Border)
    attribute = borderValue(expr);
  else {
    Value value = evaluate(&expr);
    if (value.isPoison()) return false;
    if (auto* list = value.as<List>(); list && spec.form == AttributeForm::Kernel) {
      call.literal = *list;
      return true;
    }
    attribute = attributeValue(spec, value, expr.location);
  }
  if (attribute) call.attributes.set(spec.name, *attribute);
  return attribute.has_value();
}

static const char* expectation(AttributeForm form) {
  switch (form) {
  case AttributeForm::Int: return "an integer";
  case AttributeForm::Float: return "a number";
  case AttributeForm::Bool: return "true or false";
  case AttributeForm::Sizes: return "a number or a size such as 3x3";
  case AttributeForm::Kernel: return "a number, a size such as 3x3, or values in brackets";
  case AttributeForm::Padding:
    return "a number, a size such as 1x1, a list of sides, same, same_lower or valid";
  case AttributeForm::Border: return "zero, constant(value), replicate, reflect, reflect101 or wrap";
  }
  return "";
}

std::optional<Attribute> Elaborator::paddingWord(const ast::Expr& expr) {
  if (isPaddingWord(expr.text)) return Attribute(expr.text);
  auto report = diags_.report(diag::UnknownWord, expr.location, "padding", expr.text);
  std::string nearest = nearestName(expr.text, paddingWords());
  report.help(nearest.empty() ? std::string("it takes ") + expectation(AttributeForm::Padding)
                              : "did you mean '" + nearest + "'?");
  return std::nullopt;
}

std::optional<Attribute> Elaborator::attributeValue(const AttributeSpec& spec, const Value& value,
                                                    Location location) {
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
  case AttributeForm::Border: break;
  }
  auto report = diags_.report(diag::WrongAttributeValue, location, spec.name, expectation(spec.form),
                              describe(value, graph_));
  if (value.as<std::string>())
    report.help("write it without quotes");
  else if (value.as<List>() && spec.form == AttributeForm::Sizes)
    report.help("one number per axis is a size: 2x1, or size(2, 1)");
  return std::nullopt;
}

std::optional<Attribute> Elaborator::borderValue(const ast::Expr& expr) {
  bool isName = expr.kind == ast::Expr::Name, isCall = expr.kind == ast::Expr::Call;
  if (isName)
    if (auto mode = borderModeNamed(expr.text)) return Attribute(Border{*mode, 0});
  if (isCall && expr.text == "constant" && expr.arguments.size() == 1 && !expr.arguments[0].name) {
    Value value = evaluate(expr.arguments[0].value.get());
    if (value.isPoison()) return std::nullopt;
    if (value.number() && fitsFloat(*value.number(), expr.location))
      return Attribute(Border{BorderMode::Constant, *value.number()});
    if (value.number()) return std::nullopt;
    diags_.report(diag::WrongAttributeValue, expr.location, "constant", "a number", describe(value, graph_));
    return std::nullopt;
  }
  if (isName || isCall) {
    auto report = diags_.report(diag::UnknownWord, expr.location, "border", expr.text);
    std::string nearest = nearestName(expr.text, borderWords());
    if (nearest == "constant")
      report.help("write constant(value)");
    else if (!nearest.empty())
      report.help("did you mean '" + nearest + "'?");
    else
      report.help(std::string("it takes ") + expectation(AttributeForm::Border));
    return std::nullopt;
  }
  Value value = evaluate(&expr);
  if (value.isPoison()) return std::nullopt;
  auto report = diags_.report(diag::WrongAttributeValue, expr.location, "border",
                              expectation(AttributeForm::Border), describe(value, graph_));
  if (value.as<std::string>()) report.help("write it without quotes");
  return std::nullopt;
}

} // namespace convoy::sema
