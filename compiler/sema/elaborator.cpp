// The pipeline: inputs, results.
#include "sema/elaborator.h"
#include <algorithm>

namespace convoy::sema {

graph::Graph Elaborator::run(const ast::Pipeline& pipeline) {
  graph_.name = pipeline.name;
  Frame frame(program_.of(program_.main()), &pipeline.body);
  frame.definition = &pipeline;
  frame.description = "pipeline '" + pipeline.name + "'";
  frame_ = &frame;
  calls_.push_back(&frame);
  definitions();
  declareInputs(pipeline);
  checkResultNames(pipeline);
  size_t errors = diags_.errorCount();
  statements(pipeline.body);
  if (!frame.returned && !stopped_ && diags_.errorCount() == errors)
    diags_.report(diag::MissingReturn, pipeline.nameLocation, "pipeline", pipeline.name)
        .help("end it with 'return'");
  for (Result& result : matchResults(pipeline)) {
    if (isScalar(result.value) || isParameter(result.value))
      diags_.report(diag::ExpectedTensor, result.location, "return", describe(result.value, graph_))
          .help("a result has a value for each item of the batch, and this is one for all of them");
    else if (auto* tensor = result.value.as<Tensor>())
      graph_.outputs.push_back({result.name, tensor->id, result.image});
    else {
      auto report =
          diags_.report(diag::ExpectedTensor, result.location, "return", describe(result.value, graph_));
      if (result.value.as<List>()) report.help("several results have names: return (low: a, high: b)");
    }
  }
  return std::move(graph_);
}

void Elaborator::checkDefinitions() {
  Frame frame(program_.of(program_.main()), nullptr);
  frame_ = &frame;
  calls_.push_back(&frame);
  definitions();
}

void Elaborator::definitions() {
  for (const ast::Block& block : program_.main().blocks) checkBlock(block);
  for (const auto& file : program_.main().imported)
    for (const ast::Block& block : file->blocks) checkBlock(block);
  defineConstants();
}

void Elaborator::declareInputs(const ast::Pipeline& pipeline) {
  std::map<std::string, Location> seen;
  for (const ast::Input& input : pipeline.inputs) {
    Location name = input.location.first(input.name.size());
    auto [first, isNew] = seen.emplace(input.name, name);
    if (!isNew) {
      diags_.report(diag::DuplicateName, name, "inputs", input.name).label(first->second, "the first one");
      continue;
    }
    auto type = inputType(input);
    if (!type) {
      frame_->assign(input.name, {});
      continue;
    }
    for (const Size& dim : type->dims)
      for (const std::string& symbol : dim.symbols()) frame_->sizes.emplace(symbol, Size::symbol(symbol));
    graph::Value value;
    value.kind = graph::Value::Input;
    value.name = input.name;
    value.type = *type;
    value.location = input.location;
    if (auto number = defaultOf(pipeline, input, type->scalar))
      value.defaultValue = static_cast<float>(*number);
    graph::ValueId id = add(std::move(value));
    graph_.inputs.push_back(id);
    frame_->assign(input.name, {Tensor{id}});
    note(input.location, {Tensor{id}});
  }
}

std::optional<double> Elaborator::defaultOf(const ast::Pipeline& pipeline, const ast::Input& input,
                                            bool scalar) {
  if (!input.fallback) return std::nullopt;
  const Location where = input.fallback->location;
  if (!scalar) {
    diags_.report(diag::NoDefault, where, "input", input.name).help("a tensor is always given by the caller");
    return std::nullopt;
  }
  const Value value = evaluate(input.fallback.get());
  const std::optional<double> number = value.number();
  if (number && fitsFloat(*number, where)) return number;
  if (!number && !value.isPoison())
    diags_.report(diag::WrongArgument, where, input.name, pipeline.name, "a number as its default",
                  describe(value, graph_));
  return std::nullopt;
}

void Elaborator::checkResultNames(const ast::Pipeline& pipeline) {
  std::map<std::string, Location> seen;
  for (const ast::Result& result : pipeline.results) {
    Location name = result.location.first(result.name.size());
    auto [first, isNew] = seen.emplace(result.name, name);
    if (!isNew)
      diags_.report(diag::DuplicateName, name, "results", result.name).label(first->second, "the first one");
  }
}

std::vector<Elaborator::Result> Elaborator::matchResults(const ast::Pipeline& pipeline) {
  const std::vector<Returned>& returned = frame_->results;
  const std::vector<ast::Result>& declared = pipeline.results;
  bool record = frame_->returnedRecord;
  Location location = frame_->returnLocation;
  std::vector<Result> results;
  if (returned.empty()) return results;
  if (declared.empty()) {
    for (const Returned& value : returned) addResult(results, record ? value.name : "result", nullptr, value);
    return results;
  }
  bool unnamed = declared.size() == 1 && declared[0].name.empty();
  if (unnamed || !record) {
    if (declared.size() == 1 && !record) {
      addResult(results, unnamed ? "result" : declared[0].name, &declared[0], returned[0]);
      return results;
    }
    if (!record && returned[0].value.isPoison()) return results;
    std::string has = unnamed ? "one unnamed result" : std::to_string(declared.size()) + " results";
    diags_.report(diag::WrongResults, location, pipeline.name, has, record ? "named ones" : "one value")
        .help(record ? "write the names behind '->' too: -> (low: tensor, high: tensor)"
                     : "return them by name: return (" + declared[0].name + ": ..., ...)");
    return results;
  }
  std::vector<const ast::Result*> missing;
  for (const ast::Result& result : declared) {
    auto found = std::find_if(returned.begin(), returned.end(),
                              [&](const Returned& value) { return value.name == result.name; });
    if (found != returned.end())
      addResult(results, result.name, &result, *found);
    else
      missing.push_back(&result);
  }
  reportUnknownResults(pipeline, missing);
  for (const ast::Result* result : missing)
    diags_.report(diag::MissingResult, location, result->name).label(result->location, "declared here");
  return results;
}

// A result that is misspelt is one mistake: what it stands for is no longer missing.
void Elaborator::reportUnknownResults(const ast::Pipeline& pipeline,
                                      std::vector<const ast::Result*>& missing) {
  std::string all;
  for (const ast::Result& result : pipeline.results) all += (all.empty() ? "" : ", ") + result.name;
  for (const Returned& value : frame_->results) {
    if (std::any_of(pipeline.results.begin(), pipeline.results.end(),
                    [&](const ast::Result& result) { return result.name == value.name; }))
      continue;
    auto report = diags_.report(diag::UnknownResult, value.nameLocation, pipeline.name, value.name);
    std::vector<std::string> names;
    for (const ast::Result* result : missing) names.push_back(result->name);
    std::string meant = nearestName(value.name, names);
    if (!report.suggest(meant, value.nameLocation, value.name)) {
      report.help("its results: " + all);
      if (!missing.empty()) meant = names.front();
    }
    missing.erase(std::remove_if(missing.begin(), missing.end(),
                                 [&](const ast::Result* result) { return result->name == meant; }),
                  missing.end());
  }
}

void Elaborator::addResult(std::vector<Result>& results, const std::string& name, const ast::Result* declared,
                           const Returned& returned) {
  std::optional<ClaimedType> claimed;
  if (declared && declared->type) claimed = resultType(*declared->type);
  if (returned.value.isPoison()) return;
  auto* tensor = returned.value.as<Tensor>();
  if (claimed && tensor) checkResultType(*declared, *claimed, tensor->id, returned.location);
  results.push_back({name, returned.value, returned.location, claimed ? claimed->image : ImageKind::None});
}

} // namespace convoy::sema
