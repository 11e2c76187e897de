// Parameters beside tensors: `x + parameter([C, H, W], name: "shift")`.
#include "sema/elaborator.h"
#include <algorithm>

namespace convoy::sema {

// The extents of a list such as [3, 1, 5]. nullopt after a diagnostic.
std::optional<std::vector<Size>> Elaborator::parameterExtents(const Arguments& arguments) {
  constexpr size_t mostExtents = 4; // as many as tensors have
  constexpr int64_t mostNumbers = int64_t(1) << 32;
  if (arguments.positional.size() > 1) {
    diags_.report(diag::TooManyArguments, arguments.of(1), "parameter", "1 value without a name")
        .help("its extents are one list, channels first: parameter([16, 1, 1])");
    return std::nullopt;
  }
  const bool given = !arguments.positional.empty();
  const Value value = given ? arguments.positional[0] : Value{};
  if (given && value.isPoison()) return std::nullopt;
  auto* list = value.as<List>();
  const bool fits = list && !list->elements->empty() && list->elements->size() <= mostExtents &&
                    std::all_of(list->elements->begin(), list->elements->end(), [](const Value& extent) {
                      return extent.as<int64_t>() && *extent.as<int64_t>() >= 1;
                    });
  if (!fits) {
    diags_
        .report(diag::WrongAttributeValue, given ? arguments.of(0) : arguments.location, "parameter",
                "a list of 1 to " + std::to_string(mostExtents) + " positive integers",
                given ? describe(value, graph_) : "nothing")
        .help("its extents are known when compiling, channels first: parameter([16, 1, 1])");
    return std::nullopt;
  }
  std::vector<Size> extents;
  int64_t count = 1;
  for (const Value& extent : *list->elements) {
    extents.push_back(*extent.as<int64_t>());
    if (!__builtin_mul_overflow(count, *extent.as<int64_t>(), &count) && count <= mostNumbers) continue;
    diags_.report(diag::TooManyParameters, arguments.of(0), "parameter", mostNumbers);
    return std::nullopt;
  }
  return extents;
}

Value Elaborator::parameterCall(const Arguments& arguments) {
  if (layers_ >= ElaborationLimits::layers) {
    stop(diags_.report(diag::TooManyLayers, arguments.location, ElaborationLimits::layers));
    return {};
  }
  ++layers_;
  std::optional<std::string> name;
  Location where = arguments.location;
  bool good = true;
  for (const ast::Argument& argument : *arguments.all) {
    if (!argument.name) continue;
    if (*argument.name == "name") {
      good = argument.value && layerName(argument, name, where) && good;
      continue;
    }
    diags_.report(diag::UnknownAttribute, argument.nameLocation, "parameter", *argument.name)
        .help("it takes its extents and name");
    good = false;
  }
  const auto extents = parameterExtents(arguments);
  if (!good || !extents) return {};
  if (name) name = frame_->prefix + *name;
  const std::string proposed = name.value_or(proposedName("parameter", name));
  ++counters_[frame_->prefix + "parameter"];
  if (!registerParametric(proposed, where)) return {};
  if (names_.count(proposed)) {
    auto report = diags_.report(diag::ParameterName, where, proposed);
    for (const graph::Value& value : graph_.values)
      if (value.name == proposed) report.label(value.location, "this has the name");
    report.help("numbers are looked up by the parameter's name: give the other value another one");
    return {};
  }
  return {
      Tensor{addParameter(proposed, *extents, std::make_shared<graph::ParameterData>(), arguments.location)}};
}

bool Elaborator::takesParameters(const LayerCall& call) {
  const Operand* parameter = nullptr;
  bool ofBatch = false;
  for (const Operand& operand : call.operands) {
    if (operand.scalar) continue;
    const bool learned = graph_.value(operand.id).kind == graph::Value::Parameter;
    if (learned) parameter = &operand;
    ofBatch |= !learned;
  }
  if (!parameter || (ofBatch && call.row.isElementwise())) return true;
  diags_
      .report(diag::ExpectedTensor, call.location, call.row.symbol ? call.row.symbol : call.row.name,
              describe({Tensor{parameter->id}}, graph_))
      .help("it is the same for all items of the batch, and stands beside a tensor: x * parameter(...)");
  return false;
}

} // namespace convoy::sema
