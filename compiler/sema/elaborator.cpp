// The pipeline: inputs, statements, results.
#include "sema/elaborator.h"

namespace convoy::sema {

graph::Graph Elaborator::run() {
  graph_.name = pipeline_.name;
  declareInputs();
  checkResultNames();
  for (const ast::Statement& each : pipeline_.body) statement(each);
  if (!return_)
    diags_.report(diag::MissingReturn, pipeline_.nameLocation, pipeline_.name).help("end it with 'return'");
  return std::move(graph_);
}

void Elaborator::declareInputs() {
  std::map<std::string, Location> seen;
  for (const ast::Input& input : pipeline_.inputs) {
    auto [first, isNew] = seen.emplace(input.name, input.location);
    if (!isNew) {
      diags_.report(diag::DuplicateName, input.location, "inputs", input.name)
          .label(first->second, "the first one");
      continue;
    }
    auto type = inputType(input);
    if (!type) {
      scope_[input.name] = {};
      continue;
    }
    if (input.fallback)
      diags_.report(diag::NoDefault, input.fallback->location, input.name)
          .help("a tensor is always given by the caller");
    graph::Value value;
    value.kind = graph::Value::Input;
    value.name = input.name;
    value.type = *type;
    value.location = input.location;
    graph::ValueId id = add(std::move(value));
    graph_.inputs.push_back(id);
    scope_[input.name] = {Tensor{id}};
  }
}

void Elaborator::checkResultNames() {
  std::map<std::string, Location> seen;
  for (const ast::Result& result : pipeline_.results) {
    auto [first, isNew] = seen.emplace(result.name, result.location);
    if (!isNew)
      diags_.report(diag::DuplicateName, result.location, "results", result.name)
          .label(first->second, "the first one");
  }
}

void Elaborator::statement(const ast::Statement& statement) {
  if (return_) {
    // Said once; what follows is not looked at.
    if (!saidAfterReturn_)
      diags_.report(diag::AfterReturn, statement.location).label(return_->location, "the pipeline ends here");
    saidAfterReturn_ = true;
    return;
  }
  switch (statement.kind) {
  case ast::Statement::Bind: return bind(statement);
  case ast::Statement::Return: return returnStatement(statement);
  case ast::Statement::Expression: evaluate(statement.value.get()); return;
  }
}

void Elaborator::bind(const ast::Statement& statement) {
  Value value = evaluate(statement.value.get());
  if (statement.names.size() == 1) {
    scope_[statement.names[0]] = value;
    return;
  }
  auto* list = value.as<List>();
  bool fits = list && list->elements->size() == statement.names.size();
  if (!fits && !value.isPoison())
    diags_.report(diag::OneValueManyNames, statement.location, static_cast<int64_t>(statement.names.size()),
                  describe(value, graph_));
  for (size_t i = 0; i < statement.names.size(); ++i)
    scope_[statement.names[i]] = fits ? (*list->elements)[i] : Value();
}

void Elaborator::returnStatement(const ast::Statement& statement) {
  return_ = &statement;
  const ast::Expr* expr = statement.value.get();
  if (!expr) return;
  std::vector<Returned> returned;
  bool record = expr->kind == ast::Expr::Record;
  if (!record) {
    returned.push_back({"", evaluate(expr), expr->location});
  } else {
    for (const ast::Argument& argument : expr->arguments) {
      if (!argument.value || !argument.name) return; // reported by the parser
      for (const Returned& other : returned)
        if (other.name == *argument.name)
          diags_.report(diag::DuplicateName, argument.nameLocation, "returned values", *argument.name)
              .label(other.location, "the first one");
      returned.push_back({*argument.name, evaluate(argument.value.get()), argument.value->location});
    }
  }
  matchResults(std::move(returned), record, expr->location);
}

void Elaborator::matchResults(std::vector<Returned> returned, bool record, Location location) {
  const std::vector<ast::Result>& declared = pipeline_.results;
  if (declared.empty()) {
    for (const Returned& value : returned) addOutput(record ? value.name : "result", nullptr, value);
    return;
  }
  bool unnamed = declared.size() == 1 && declared[0].name.empty();
  if (unnamed || !record) {
    if (declared.size() == 1 && !record)
      return addOutput(unnamed ? "result" : declared[0].name, &declared[0], returned[0]);
    std::string has = unnamed ? "one unnamed result" : std::to_string(declared.size()) + " results";
    diags_.report(diag::WrongResults, location, pipeline_.name, has, record ? "named ones" : "one value")
        .help(record ? "write the names behind '->' too: -> (low: tensor, high: tensor)"
                     : "return them by name: return (" + declared[0].name + ": ..., ...)");
    return;
  }
  std::vector<std::string> names;
  for (const ast::Result& result : declared) names.push_back(result.name);
  for (const Returned& value : returned) {
    bool known = false;
    for (const std::string& name : names) known = known || name == value.name;
    if (known) continue;
    auto report = diags_.report(diag::UnknownResult, value.location, pipeline_.name, value.name);
    std::string nearest = nearestName(value.name, names);
    if (!nearest.empty()) report.help("did you mean '" + nearest + "'?");
  }
  for (const ast::Result& result : declared) {
    const Returned* found = nullptr;
    for (const Returned& value : returned)
      if (value.name == result.name) found = &value;
    if (found)
      addOutput(result.name, &result, *found);
    else
      diags_.report(diag::MissingResult, location, result.name).label(result.location, "declared here");
  }
}

void Elaborator::addOutput(const std::string& name, const ast::Result* declared, const Returned& returned) {
  std::optional<ClaimedType> claimed;
  if (declared && declared->type) claimed = resultType(*declared->type);
  if (returned.value.isPoison()) return;
  auto* tensor = returned.value.as<Tensor>();
  if (!tensor) {
    diags_.report(diag::ExpectedTensor, returned.location, "return", describe(returned.value, graph_));
    return;
  }
  if (claimed) checkResultType(*declared, *claimed, graph_.value(tensor->id).type, returned.location);
  graph_.outputs.push_back({name, tensor->id, claimed ? claimed->image : ImageKind::None});
}

} // namespace convoy::sema
