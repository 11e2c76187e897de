// Calls of blocks, and of pipelines, which can be called like blocks.
#include "sema/elaborator.h"
#include <algorithm>

namespace convoy::sema {

const std::vector<std::string>& parameterTypes() {
  static const std::vector<std::string> names = {"tensor", "int", "float", "bool", "string", "size", "list"};
  return names;
}

namespace {

// The value as one of the parameter's type, if it is or stands for one.
std::optional<Value> convert(const std::string& type, const Value& value) {
  bool fits = (type == "tensor" && value.as<Tensor>()) || (type == "int" && value.as<int64_t>()) ||
              (type == "bool" && value.as<bool>()) || (type == "string" && value.as<std::string>()) ||
              (type == "size" && (value.as<SizeTuple>() || value.as<int64_t>())) ||
              (type == "list" && value.as<List>());
  if (fits) return value;
  if (type == "float" && value.number()) return Value{*value.number()};
  return std::nullopt;
}

std::string typeOf(const ast::Parameter& parameter) {
  return parameter.type ? parameter.type->name : "tensor";
}

// The type of a parameter that takes this number, text or list; "" for anything else.
const char* typeNameOf(const Value& value) {
  if (value.as<int64_t>()) return "int";
  if (value.as<double>()) return "float";
  if (value.as<bool>()) return "bool";
  if (value.as<std::string>()) return "string";
  if (value.as<SizeTuple>()) return "size";
  if (value.as<List>()) return "list";
  return "";
}

const char* nounOf(const std::string& type) {
  if (type == "tensor") return "a tensor";
  if (type == "int") return "an integer";
  if (type == "float") return "a number";
  if (type == "bool") return "true or false";
  if (type == "string") return "a text";
  if (type == "size") return "a size such as 3x3";
  return "a list";
}

} // namespace

// What is wrong with a block before anything calls it.
void Elaborator::checkBlock(const ast::Block& block) {
  std::map<std::string, Location> seen;
  for (const ast::Parameter& parameter : block.parameters) {
    Location name = parameter.location.first(parameter.name.size());
    auto [first, isNew] = seen.emplace(parameter.name, name);
    if (!isNew)
      diags_.report(diag::DuplicateName, name, "parameters", parameter.name)
          .label(first->second, "the first one");
    if (parameter.name == "name")
      diags_.report(diag::ReservedParameter, parameter.location)
          .help("every call accepts 'name:', which names the layers inside");
    std::string type = typeOf(parameter);
    if (std::find(parameterTypes().begin(), parameterTypes().end(), type) == parameterTypes().end()) {
      auto report = diags_.report(diag::UnknownType, parameter.type->location, type);
      if (type == "image")
        report.help("inside of a pipeline an image is a tensor: 'x' or 'x: tensor'");
      else if (!report.suggest(nearestName(type, parameterTypes()), parameter.type->location, type))
        report.help("a parameter is tensor, int, float, bool, string, size or list");
    } else if (parameter.type && parameter.type->bracketed) {
      diags_.report(diag::ParameterDimensions, parameter.type->location, type)
          .help("a block takes tensors of any shape; write '" + parameter.name + "'");
    }
    if (type == "tensor" && parameter.fallback)
      diags_.report(diag::NoDefault, parameter.fallback->location, "tensor", parameter.name)
          .help("a number has a type: '" + parameter.name + ": float = ...'");
  }
}

bool Elaborator::matchArguments(const Definition& definition, const std::vector<std::string>& names,
                                const Arguments& arguments, std::vector<std::optional<Value>>& values,
                                std::vector<Location>& places) {
  values.resize(names.size());
  places.assign(names.size(), arguments.location);
  bool good = true;
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    if (i >= names.size()) {
      std::string takes = counted(static_cast<int64_t>(names.size()), "value");
      auto report = diags_.report(diag::TooManyArguments, arguments.of(i), definition.name(), takes);
      report.label(definition.nameLocation(), "defined here");
      if (!arguments.written[0]) report.help("the value before '|>' is the first of them");
      return false;
    }
    values[i] = arguments.positional[i];
    places[i] = arguments.of(i);
  }
  for (const ast::Argument& argument : *arguments.all) {
    if (!argument.name || *argument.name == "name") continue;
    auto found = std::find(names.begin(), names.end(), *argument.name);
    auto i = static_cast<size_t>(found - names.begin());
    if (found == names.end()) {
      auto report =
          diags_.report(diag::UnknownParameter, argument.nameLocation, definition.name(), *argument.name);
      report.label(definition.nameLocation(), "defined here");
      report.suggest(nearestName(*argument.name, names), argument.nameLocation, *argument.name);
      good = false;
    } else if (values[i]) {
      diags_.report(diag::DuplicateAttribute, argument.nameLocation, *argument.name)
          .label(places[i], "the first one");
      good = false;
    } else {
      values[i] = evaluate(argument.value.get());
      places[i] = argument.value->location;
    }
  }
  return good;
}

bool Elaborator::bindParameter(const ast::Block& block, const ast::Parameter& parameter,
                               std::optional<Value> value, Location where, Frame& frame) {
  if (!value && parameter.fallback) {
    // A default may use the parameters before it.
    Frame* caller = frame_;
    frame_ = &frame;
    value = evaluate(parameter.fallback.get());
    frame_ = caller;
    where = parameter.fallback->location;
  }
  if (!value) {
    diags_.report(diag::MissingArgument, where, block.name, parameter.name)
        .label(parameter.location, "this has no default");
    return false;
  }
  if (value->isPoison()) return false;
  std::string type = typeOf(parameter);
  auto converted = convert(type, *value);
  if (!converted) {
    auto report = diags_.report(diag::WrongArgument, where, parameter.name, block.name, nounOf(type),
                                describe(*value, graph_));
    report.label(parameter.location,
                 parameter.type ? "its type is written here" : "without a type it is a tensor");
    const char* written = typeNameOf(*value);
    if (!parameter.type && *written)
      report.fix(std::string("write the type of the parameter: ") + written,
                 {parameter.location.file, parameter.location.end, parameter.location.end},
                 std::string(": ") + written);
    if (value->as<Record>()) report.help("take the outputs apart: a, b = ...");
    if (isScalar(*value))
      report.help("a block takes it as a tensor: '" + parameter.name + "' without a type");
    return false;
  }
  frame.assign(parameter.name, *converted);
  note(parameter.location, *converted);
  return true;
}

// Where one pipeline calls another, a scalar may be any single number: one known when compiling, or one that
// was computed.
bool Elaborator::bindScalar(const ast::Pipeline& pipeline, const ast::Input& input,
                            const std::optional<Value>& value, Location where, Frame& frame) {
  if (!value) {
    Frame* caller = frame_;
    frame_ = &frame;
    const std::optional<double> number = defaultOf(pipeline, input, true);
    frame_ = caller;
    if (number) frame.assign(input.name, {*number});
    if (!number && !input.fallback)
      diags_.report(diag::MissingArgument, where, pipeline.name, input.name)
          .label(input.location, "this has no default");
    return number.has_value();
  }
  if (value->isPoison()) return false;
  auto* tensor = value->as<Tensor>();
  const bool fits = tensor ? graph_.value(tensor->id).type.dims == scalarType().dims
                           : value->number() && fitsFloat(*value->number(), where);
  if (fits) frame.assign(input.name, tensor ? *value : Value{*value->number()});
  if (!fits && !value->number())
    diags_.report(diag::WrongArgument, where, input.name, pipeline.name, "a number", describe(*value, graph_))
        .label(input.location, "its type is written here");
  return fits;
}

// The types of a pipeline's inputs hold for its callers: numbers are compared, names get the caller's sizes.
bool Elaborator::bindInput(const ast::Pipeline& pipeline, const ast::Input& input,
                           const std::optional<Value>& value, Location where, Frame& frame) {
  if (input.type.name == "float" && !input.type.bracketed)
    return bindScalar(pipeline, input, value, where, frame);
  if (!value) {
    diags_.report(diag::MissingArgument, where, pipeline.name, input.name)
        .label(input.location, "this has no default");
    return false;
  }
  if (value->isPoison()) return false;
  auto* tensor = value->as<Tensor>();
  if (!tensor) {
    diags_.report(diag::WrongArgument, where, input.name, pipeline.name, "a tensor", describe(*value, graph_))
        .label(input.location, "its type is written here");
    return false;
  }
  Frame* caller = frame_;
  frame_ = &frame;
  auto type = inputType(input);
  frame_ = caller;
  if (!type) return false;
  const TensorType& actual = graph_.value(tensor->id).type;
  if (actual.scalar) {
    diags_
        .report(diag::WrongArgument, where, input.name, pipeline.name, type->str(), describe(*value, graph_))
        .label(input.location, "its type is written here");
    return false;
  }
  bool fits = type->dims.size() == actual.dims.size();
  for (size_t axis = 0; fits && axis < actual.dims.size(); ++axis) {
    Size wanted = type->dims[axis];
    auto symbols = wanted.symbols();
    if (!symbols.empty()) wanted = frame.sizes.emplace(*symbols.begin(), actual.dims[axis]).first->second;
    if (wanted == actual.dims[axis]) continue;
    Size difference = wanted - actual.dims[axis];
    auto low = difference.lowerBound(), high = difference.upperBound();
    fits = !(low && *low > 0) && !(high && *high < 0);
    // In one order, so that equal checks are found to be equal.
    const Size& size = actual.dims[axis];
    bool swap = !wanted.isConstant() && (size.isConstant() || wanted.str() < size.str());
    if (fits)
      addCheck({ShapeRequest::RuntimeCheck::Equal, swap ? wanted : size, swap ? size : wanted,
                "the input '" + input.name + "' of '" + pipeline.name + "' has another size along " +
                    axisName(actual, static_cast<int>(axis))},
               where);
  }
  if (!fits) {
    diags_.report(diag::WrongArgument, where, input.name, pipeline.name, type->str(), actual.str())
        .label(input.location, "its type is written here");
    return false;
  }
  frame.assign(input.name, *value);
  note(input.location, *value);
  return true;
}

// What `name:` puts before the names of the layers inside; nullopt after a diagnostic.
std::optional<std::string> Elaborator::blockPrefix(const Arguments& arguments) {
  std::optional<std::string> name;
  Location where;
  for (const ast::Argument& argument : *arguments.all)
    if (argument.name && *argument.name == "name" && !layerName(argument, name, where)) return std::nullopt;
  return frame_->prefix + (name ? *name + "." : "");
}

Value Elaborator::callDefinition(const Definition& definition, const Arguments& arguments) {
  const void* key = definition.block ? static_cast<const void*>(definition.block) : definition.pipeline;
  std::string what = std::string(definition.kind()) + " '" + definition.name() + "'";
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i]->definition != key) continue;
    std::string chain;
    for (size_t j = i; j < calls_.size(); ++j) chain += calls_[j]->description + " -> ";
    diags_.report(diag::Recursion, arguments.callee, what)
        .note(chain + what)
        .help("to repeat something write 'for i in 0..3 { ... }'");
    return {};
  }

  if (static_cast<int64_t>(calls_.size()) > ElaborationLimits::calls) {
    stop(diags_.report(diag::TooDeep, arguments.callee, ElaborationLimits::calls));
    return {};
  }

  Frame frame(*definition.home, definition.block ? &definition.block->body : &definition.pipeline->body);
  frame.definition = key;
  frame.description = what;
  auto prefix = blockPrefix(arguments);
  std::vector<std::string> names;
  if (definition.block)
    for (const ast::Parameter& parameter : definition.block->parameters) names.push_back(parameter.name);
  else
    for (const ast::Input& input : definition.pipeline->inputs) names.push_back(input.name);
  std::vector<std::optional<Value>> values;
  std::vector<Location> places;
  bool good = matchArguments(definition, names, arguments, values, places) && prefix;
  for (size_t i = 0; good && i < names.size(); ++i)
    good =
        definition.block
            ? bindParameter(*definition.block, definition.block->parameters[i], values[i], places[i], frame)
            : bindInput(*definition.pipeline, definition.pipeline->inputs[i], values[i], places[i], frame);
  if (!good || failed_.count(key)) return {};
  frame.prefix = *prefix;
  return enter(definition, frame, arguments);
}

Value Elaborator::enter(const Definition& definition, Frame& frame, const Arguments& arguments) {
  auto site = std::make_shared<CallSite>();
  *site = {arguments.callee, "in " + frame.description + " called here" + frame_->loopText(), frame_->site};
  frame.site = site;
  size_t before = diags_.all().size(), errors = diags_.errorCount();
  frame.explained = before;
  Frame* caller = frame_;
  frame_ = &frame;
  calls_.push_back(&frame);
  statements(*frame.body);
  if (!frame.returned && !stopped_ && diags_.errorCount() == errors)
    diags_.report(diag::MissingReturn, definition.nameLocation(), definition.kind(), definition.name())
        .help("end it with 'return'");
  std::vector<Result> results;
  if (definition.pipeline)
    results = matchResults(*definition.pipeline);
  else
    for (const Returned& each : frame.results) addResult(results, each.name, nullptr, each);
  calls_.pop_back();
  frame_ = caller;
  explainCall(before, *site);
  if (diags_.errorCount() > errors) {
    failed_.insert(frame.definition);
    return {};
  }
  if (results.size() != frame.results.size()) return {};
  if (results.size() == 1) return results[0].value;
  std::vector<std::pair<std::string, Value>> fields;
  for (Result& result : results) fields.emplace_back(result.name, std::move(result.value));
  return {Record{std::make_shared<const std::vector<std::pair<std::string, Value>>>(std::move(fields))}};
}

} // namespace convoy::sema
