// Calls: blocks, functions of numbers, and layers.
#include "sema/elaborator.h"
#include "sema/foreign_names.h"
#include <algorithm>

namespace convoy::sema {

bool Elaborator::isCallable(const std::string& name) const {
  const Definition* definition = frame_->names.find(name);
  return (definition && !definition->constant) || findOp(name) || isFunction(name);
}

// Blocks come before layers and functions, so that a layer of a later version takes nothing away from a
// script; pipelines come behind them, so that a pipeline may be named after its layer.
Value Elaborator::call(const std::string& callee, Location calleeLocation,
                       const std::vector<ast::Argument>& arguments, const Value* piped, Location location) {
  Arguments given{{}, {}, &arguments, location, calleeLocation};
  if (piped) given.positional.push_back(*piped), given.written.push_back(nullptr);
  for (const ast::Argument& argument : arguments)
    if (!argument.name) {
      given.positional.push_back(evaluate(argument.value.get()));
      given.written.push_back(argument.value.get());
    }
  if (stopped_) return {};
  if (const Definition* block = frame_->names.block(callee)) return callDefinition(*block, given);

  const OpInfo* row = findOp(callee);
  bool function = isFunction(callee);
  if (function && isInquiry(callee)) return inquiry(callee, given);
  if (function && makesParameter(callee)) return parameterCall(given);
  // `sqrt` and `max` are layers for tensors and functions for numbers; operators are no calls.
  bool ofTensors = std::any_of(given.positional.begin(), given.positional.end(),
                               [](const Value& value) { return value.as<Tensor>() || value.isPoison(); });
  if (function && !(row && !row->symbol && ofTensors)) return functionCall(callee, given);
  if (row && row->symbol) {
    symbolCalled(callee, row->symbol, given);
    return {};
  }
  if (row) return layerCall(*row, given);
  if (const Definition* pipeline = frame_->names.pipeline(callee)) return callDefinition(*pipeline, given);
  unknownCallee(callee, calleeLocation);
  return {};
}

// Two values that need no parentheses between them can be written with the symbol.
void Elaborator::symbolCalled(const std::string& callee, const std::string& symbol,
                              const Arguments& arguments) {
  auto report = diags_.report(diag::SymbolCalledByName, arguments.callee, callee, symbol);
  const bool plain =
      arguments.all->size() == 2 && arguments.written.size() == 2 &&
      std::all_of(arguments.written.begin(), arguments.written.end(), [](const ast::Expr* expr) {
        return expr && (expr->kind == ast::Expr::Name || expr->kind == ast::Expr::Call ||
                        expr->kind == ast::Expr::Int || expr->kind == ast::Expr::Float);
      });
  if (!plain) {
    report.help("write `a " + symbol + " b`");
    return;
  }
  const Location first = arguments.of(0), second = arguments.of(1);
  report.fix("write the sign between the values",
             {{arguments.callee, ""}, {{first.file, first.end, second.begin}, " " + symbol + " "}});
}

bool Elaborator::isScalar(const Value& value) const {
  auto* tensor = value.as<Tensor>();
  return tensor && graph_.value(tensor->id).type.scalar;
}

bool Elaborator::isParameter(const Value& value) const {
  auto* tensor = value.as<Tensor>();
  return tensor && graph_.value(tensor->id).kind == graph::Value::Parameter;
}

void Elaborator::unknownCallee(const std::string& callee, Location location) {
  std::vector<std::string> candidates = functionNames();
  for (const OpInfo& row : opTable())
    if (!row.symbol) candidates.push_back(row.name);
  for (const std::string& name : frame_->names.callable()) candidates.push_back(name);
  auto report = diags_.report(diag::UnknownLayer, location, callee);
  if (const char* help = helpForForeignLayer(callee)) {
    report.help(help);
    return;
  }
  report.suggest(nearestName(callee, candidates), location, callee);
}

Value Elaborator::functionCall(const std::string& callee, const Arguments& arguments) {
  for (const ast::Argument& argument : *arguments.all)
    if (argument.name) {
      diags_.report(diag::UnknownAttribute, argument.nameLocation, callee, *argument.name);
      return {};
    }
  for (const Value& value : arguments.positional) {
    if (value.isPoison()) return {};
    if (auto* list = value.as<List>(); list && !charge(list->nodes, arguments.location)) return {};
    if (!value.as<Tensor>() && !value.as<RunTimeSize>()) continue;
    diags_.report(diag::NotCompileTime, arguments.location, callee, describe(value, graph_))
        .help(isScalar(value)       ? constantInstead
              : !value.as<Tensor>() ? "it is known when the input's type says it, as in tensor[3, 64, 64]"
                                    : "of a tensor, sizes are known: channels(x), height(x), width(x)");
    return {};
  }
  return applyFunction(callee, arguments.positional, arithmetic(arguments.location));
}

// channels, depth, height, width, shape: what is known of a tensor.
Value Elaborator::inquiry(const std::string& callee, const Arguments& arguments) {
  for (const Value& value : arguments.positional)
    if (value.isPoison()) return {};
  auto* tensor = arguments.positional.size() == 1 ? arguments.positional[0].as<Tensor>() : nullptr;
  if (!tensor || arguments.all->size() > (arguments.written[0] ? 1 : 0)) {
    std::string gets = arguments.positional.empty() ? "nothing" : describe(arguments.positional[0], graph_);
    diags_.report(diag::ExpectedTensor, arguments.location, callee,
                  arguments.positional.size() > 1 ? "more" : gets);
    return {};
  }
  const TensorType& type = graph_.value(tensor->id).type;
  auto extent = [](const Size& size) {
    auto constant = size.constant();
    return constant ? Value{*constant} : Value{RunTimeSize{size}};
  };
  if (callee == "channels") return {type.channels()};
  if (callee == "shape") {
    std::vector<Value> extents;
    for (const Size& dim : type.dims) extents.push_back(extent(dim));
    return list(std::move(extents), arguments.location);
  }
  int fromEnd = callee == "width" ? 1 : callee == "height" ? 2 : 3;
  if (fromEnd <= type.spatialRank()) return extent(type.spatial(type.spatialRank() - fromEnd));
  diags_.report(diag::NoSuchAxis, arguments.location, callee, type.str())
      .help(type.spatialRank() == 0   ? "it has channels only"
            : type.spatialRank() == 1 ? "it has channels and a width"
                                      : "it has channels, a height and a width");
  return {};
}

// The attribute that a value behind the positional ones is most likely for: the first that has no default and
// is not given. "" when there is none.
static std::string nextAttribute(const LayerCall& call, const std::vector<ast::Argument>& arguments) {
  for (const AttributeSpec& spec : call.row.attributes) {
    const bool given = std::any_of(arguments.begin(), arguments.end(),
                                   [&](const ast::Argument& argument) { return argument.name == spec.name; });
    if (!spec.positional && !spec.fallback && !given) return spec.name;
  }
  return "";
}

// concat([a, b])
static void withoutBrackets(DiagnosticBuilder& report, const OpInfo& row, const ast::Expr* list) {
  const std::string help = std::string("the tensors stand one after another: ") + row.name + "(a, b)";
  if (!list || list->kind != ast::Expr::List) {
    report.help(help);
    return;
  }
  Location open = list->location.first(1), close = list->location;
  close.begin = close.end - 1;
  report.fix(help, {{open, ""}, {close, ""}});
}

// conv(3, 16), where the input has 3 channels, as other tools write it: the place of the 3 and the comma
// behind it.
static std::optional<Location> writtenChannels(const OpInfo& row, const std::vector<Value>& values,
                                               const std::vector<const ast::Expr*>& written,
                                               const graph::Graph& graph) {
  if (row.kind != OpKind::Conv && row.kind != OpKind::Dense) return std::nullopt;
  if (values.size() != 3 || !written[1] || !written[2]) return std::nullopt;
  auto *input = values[0].as<Tensor>(),
       *channels = values[1].as<int64_t>() ? values[0].as<Tensor>() : nullptr;
  if (!input || !channels || !values[2].as<int64_t>()) return std::nullopt;
  if (graph.value(input->id).type.channels() != *values[1].as<int64_t>()) return std::nullopt;
  return Location{written[1]->location.file, written[1]->location.begin, written[2]->location.begin};
}

Value Elaborator::layerCall(const OpInfo& row, const Arguments& arguments) {
  LayerCall call{row, arguments.location, {}, {}, {}, {}, {}, {}};
  const std::vector<Value>& positional = arguments.positional;

  // Operands first, then the positional attributes of the row. A number stands for a tensor where the row
  // repeats what has one element.
  size_t operandCount = row.maxOperands < 0 ? positional.size() : static_cast<size_t>(row.maxOperands);
  bool numbers = row.isElementwise() && row.maxOperands > 1;
  bool good = true, anyTensor = false;
  for (size_t i = 0; i < positional.size() && i < operandCount; ++i)
    anyTensor = anyTensor || positional[i].as<Tensor>();
  for (size_t i = 0; i < positional.size() && i < operandCount; ++i) {
    auto number = positional[i].number();
    if (positional[i].isPoison()) {
      good = false;
    } else if (isScalar(positional[i]) && !row.isElementwise()) {
      diags_.report(diag::ExpectedTensor, arguments.of(i), row.name, describe(positional[i], graph_))
          .help("it is one number for all items of the batch, and stands beside a tensor: x * " +
                graph_.value(positional[i].as<Tensor>()->id).name);
      good = false;
    } else if (auto* tensor = positional[i].as<Tensor>()) {
      call.operands.push_back({tensor->id, std::nullopt});
    } else if (numbers && anyTensor && number) {
      good = fitsFloat(*number, arguments.of(i)) && good;
      call.operands.push_back({0, number});
    } else {
      auto report =
          diags_.report(diag::ExpectedTensor, arguments.of(i), row.name, describe(positional[i], graph_));
      if (positional[i].as<Record>())
        report.help("take the outputs apart: a, b = ...");
      else if (positional[i].as<List>() && row.maxOperands < 0)
        withoutBrackets(report, row, arguments.written[i]);
      else if (!numbers)
        report.help(std::string("the input comes first: `x |> ") + row.name + "(...)` or `" + row.name +
                    "(x, ...)`");
      good = false;
    }
  }
  if (good && static_cast<int>(call.operands.size()) < row.minOperands) {
    diags_.report(diag::TooFewOperands, arguments.location, row.name)
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
      good = setAttribute(call, spec, *arguments.written[next], arguments.of(next)) && good;
    ++next;
  }
  if (next < positional.size()) {
    std::string takes = std::to_string(next) + (next == 1 ? " value" : " values") + " without a name";
    auto report = diags_.report(diag::TooManyArguments, arguments.of(next), row.name, takes);
    const std::string name = next + 1 == positional.size() ? nextAttribute(call, *arguments.all) : "";
    if (auto channels = writtenChannels(row, positional, arguments.written, graph_))
      report.fix("the channels of the input are known: leave them out", *channels, "");
    else if (name.empty())
      report.help("write further attributes as `name: value`");
    else
      report.fix("further attributes have a name", arguments.of(next).first(0), name + ": ");
    good = false;
  }
  for (const ast::Argument& argument : *arguments.all)
    if (argument.name) good = namedArgument(call, argument) && good;
  return good ? addLayer(std::move(call)) : Value();
}

} // namespace convoy::sema
