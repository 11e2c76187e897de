// Statements: bindings, loops, conditions, returns.
#include "sema/elaborator.h"

namespace convoy::sema {

void Elaborator::statements(const Statements& list) {
  const ast::Statement* end = nullptr;
  for (const ast::Statement& each : list) {
    if (end) {
      // Said once; what follows is not looked at.
      diags_.report(diag::AfterReturn, each.location)
          .label(end->location, calls_.size() > 1 ? "the block ends here" : "the pipeline ends here");
      return;
    }
    if (frame_->returned || !charge(1, each.location)) return;
    statement(each);
    if (each.kind == ast::Statement::Return) end = &each;
  }
}

void Elaborator::statement(const ast::Statement& statement) {
  switch (statement.kind) {
  case ast::Statement::Bind: return bind(statement);
  case ast::Statement::Return: return returnStatement(statement);
  case ast::Statement::For: return loop(statement);
  case ast::Statement::If: return conditional(statement);
  }
}

void Elaborator::bind(const ast::Statement& statement) {
  Value value = evaluate(statement.value.get());
  if (statement.names.size() == 1) {
    note(statement.nameLocations[0], value);
    return frame_->assign(statement.names[0], std::move(value));
  }
  std::vector<Value> parts;
  if (auto* list = value.as<List>())
    parts = *list->elements;
  else if (auto* record = value.as<Record>())
    for (const auto& field : *record->fields) parts.push_back(field.second);
  bool fits = parts.size() == statement.names.size();
  if (!fits && !value.isPoison())
    diags_
        .report(diag::OneValueManyNames, statement.location, static_cast<int64_t>(statement.names.size()),
                describe(value, graph_))
        .help(parts.empty() ? "one value takes one name; lists and blocks with several outputs take several"
                            : "write a name for each of its " + std::to_string(parts.size()) + " parts");
  for (size_t i = 0; i < statement.names.size(); ++i) {
    if (fits) note(statement.nameLocations[i], parts[i]);
    frame_->assign(statement.names[i], fits ? parts[i] : Value());
  }
}

void Elaborator::returnStatement(const ast::Statement& statement) {
  const ast::Expr* expr = statement.value.get();
  frame_->returned = true;
  frame_->returnLocation = expr->location;
  frame_->returnedRecord = expr->kind == ast::Expr::Record;
  std::vector<Returned>& results = frame_->results;
  if (!frame_->returnedRecord) {
    results.push_back({"", evaluate(expr), expr->location, {}});
    return;
  }
  for (const ast::Argument& argument : expr->arguments) {
    for (const Returned& other : results)
      if (other.name == *argument.name)
        diags_.report(diag::DuplicateName, argument.nameLocation, "returned values", *argument.name)
            .label(other.nameLocation, "the first one");
    results.push_back(
        {*argument.name, evaluate(argument.value.get()), argument.value->location, argument.nameLocation});
  }
}

std::optional<Elaborator::Items> Elaborator::items(const ast::Range& range) {
  Items result;
  result.value = evaluate(range.first.get());
  Value last = range.last ? evaluate(range.last.get()) : Value();
  if (result.value.isPoison() || (range.last && last.isPoison())) return std::nullopt;
  auto *from = result.value.as<int64_t>(), *to = last.as<int64_t>();
  auto* list = result.value.as<List>();
  if (range.last ? !from || !to : !list) {
    bool firstIsWrong = !range.last || !from;
    auto report = diags_.report(diag::WrongRange, firstIsWrong ? range.first->location : range.last->location,
                                describe(firstIsWrong ? result.value : last, graph_));
    if (from && !range.last) report.fix("to count from 0 write '0..'", range.first->location.first(0), "0..");
    return std::nullopt;
  }
  if (list) {
    result.list = list->elements.get();
    result.last = static_cast<int64_t>(list->elements->size());
  } else {
    result.first = *from, result.last = *to;
  }
  return result;
}

void Elaborator::loop(const ast::Statement& statement) {
  auto over = items(statement.range);
  if (!over) return spoil(statement.body, true);
  for (int64_t i = over->first; i < over->last && !frame_->returned; ++i) {
    if (!charge(1, statement.location)) return spoil(statement.body, true);
    size_t before = diags_.all().size(), errors = diags_.errorCount();
    Value value = over->at(i);
    note(statement.nameLocations[0], value);
    frame_->loops.emplace_back(statement.names[0], textOf(value).value_or(describe(value, graph_)));
    frame_->scopes.emplace_back();
    frame_->scopes.back()[statement.names[0]] = std::move(value);
    statements(statement.body);
    frame_->scopes.pop_back();
    explain(before);
    frame_->loops.pop_back();
    if (frame_->returned && i + 1 < over->last && diags_.errorCount() == errors)
      diags_.report(diag::AfterReturn, statement.nameLocations[0])
          .primary("the turns that follow would not be made")
          .label(frame_->returnLocation, calls_.size() > 1 ? "the block ends here" : "the pipeline ends here")
          .help("bind the value in the loop, and return it behind the loop");
    // The next turn would say the same again.
    if (diags_.errorCount() > errors) return spoil(statement.body, false);
  }
}

std::optional<bool> Elaborator::condition(const ast::Expr* expr, const char* what) {
  Value value = evaluate(expr);
  if (value.isPoison()) return std::nullopt;
  if (auto* decided = value.as<bool>()) return *decided;
  auto report = diags_.report(diag::WrongCondition, expr->location, describe(value, graph_));
  if (isScalar(value))
    report.help(constantInstead);
  else if (value.as<Tensor>())
    report.help(std::string(what) + " is decided when compiling; for every element: select(x > 0.5, a, b)");
  return std::nullopt;
}

void Elaborator::conditional(const ast::Statement& statement) {
  for (const ast::Branch& branch : statement.branches) {
    std::optional<bool> taken = true;
    if (branch.condition) taken = condition(branch.condition.get(), "an 'if'");
    if (!taken) {
      for (const ast::Branch& each : statement.branches) spoil(each.body, true);
      return;
    }
    if (*taken) return statements(branch.body);
  }
}

// After an error that leaves open what these statements would have done: what they bind is poison.
void Elaborator::spoil(const Statements& list, bool mayReturn) {
  for (const ast::Statement& each : list) {
    if (each.kind == ast::Statement::Bind)
      for (const std::string& name : each.names) frame_->assign(name, Value());
    if (each.kind == ast::Statement::Return && mayReturn && !frame_->returned) {
      frame_->returned = true;
      frame_->results.push_back({"", Value(), each.location, {}});
    }
    spoil(each.body, mayReturn);
    for (const ast::Branch& branch : each.branches) spoil(branch.body, mayReturn);
  }
}

} // namespace convoy::sema
