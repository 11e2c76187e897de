// Expressions: what is known when compiling is computed here, tensors become nodes.
#include "sema/elaborator.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::sema {

Value Elaborator::evaluate(const ast::Expr* expr) {
  if (!expr || !charge(1, expr->location)) return {};
  if (depth_ >= ElaborationLimits::depth) {
    stop(diags_.report(diag::TooDeep, expr->location, ElaborationLimits::depth));
    return {};
  }
  ++depth_;
  Value value = evaluateInside(*expr);
  --depth_;
  if (expr->kind == ast::Expr::Name) note(expr->location, value);
  if (expr->kind == ast::Expr::Call) note(expr->calleeLocation, value);
  return value;
}

Value Elaborator::evaluateInside(const ast::Expr& expr) {
  using ast::Expr;
  switch (expr.kind) {
  case Expr::Int: return {expr.integer};
  case Expr::Float: return {expr.number};
  case Expr::Bool: return {expr.boolean};
  case Expr::String: return {expr.text};
  case Expr::SizeLiteral: return {SizeTuple{expr.sizes}};
  case Expr::List: {
    std::vector<Value> elements;
    bool poison = false;
    for (const ast::ExprPtr& element : expr.elements) {
      elements.push_back(evaluate(element.get()));
      poison = poison || elements.back().isPoison();
    }
    return poison ? Value() : list(std::move(elements), expr.location);
  }
  case Expr::Name: return name(expr);
  case Expr::Unary: {
    Value operand = evaluate(expr.elements[0].get());
    if (operand.isPoison()) return {};
    if (!operand.as<Tensor>()) return applyUnary(expr.unary, operand, arithmetic(expr.location));
    if (expr.unary == ast::UnaryOp::Plus) return operand;
    return tensorArithmetic(expr, &opInfo(OpKind::Mul), operand, {int64_t(-1)});
  }
  case Expr::Binary: return binary(expr);
  case Expr::Call: return call(expr.text, expr.calleeLocation, expr.arguments, nullptr, expr.location);
  case Expr::Pipe: return pipe(expr);
  case Expr::Record: return {}; // outside of a return: reported by the parser
  case Expr::Index: return index(expr);
  case Expr::Choice: return evaluate(chosen(expr));
  case Expr::Comprehension: return comprehension(expr);
  case Expr::Interpolation: return interpolation(expr);
  }
  return {};
}

Value Elaborator::list(std::vector<Value> elements, Location location) {
  List made = makeList(std::move(elements));
  if (made.depth <= ElaborationLimits::listDepth) return {made};
  diags_.report(diag::ListTooDeep, location, ElaborationLimits::listDepth);
  return {};
}

Value Elaborator::comprehension(const ast::Expr& expr) {
  auto over = items(expr.range);
  if (!over) return {};
  std::vector<Value> elements;
  for (int64_t i = over->first; i < over->last; ++i) {
    size_t before = diags_.all().size();
    Value value = over->at(i);
    frame_->loops.emplace_back(expr.text, textOf(value).value_or(describe(value, graph_)));
    frame_->scopes.emplace_back();
    frame_->scopes.back()[expr.text] = std::move(value);
    elements.push_back(evaluate(expr.elements[0].get()));
    frame_->scopes.pop_back();
    explain(before);
    frame_->loops.pop_back();
    if (elements.back().isPoison()) return {}; // the next turn would say the same again
  }
  return list(std::move(elements), expr.location);
}

// The branch that an `if` stands for.
const ast::Expr* Elaborator::chosen(const ast::Expr& choice) {
  for (size_t i = 0; i + 1 < choice.elements.size(); i += 2) {
    auto taken = condition(choice.elements[i].get(), "an 'if'");
    if (!taken) return nullptr;
    if (*taken) return choice.elements[i + 1].get();
  }
  return choice.elements.back().get();
}

Value Elaborator::index(const ast::Expr& expr) {
  Value value = evaluate(expr.elements[0].get());
  for (size_t i = 1; i < expr.elements.size(); ++i) {
    Value at = evaluate(expr.elements[i].get());
    if (value.isPoison() || at.isPoison()) return {};
    auto* position = at.as<int64_t>();
    auto* list = value.as<List>();
    auto* size = value.as<SizeTuple>();
    Location where = expr.elements[i]->location;
    if (!position || (!list && !size)) {
      diags_.report(diag::WrongIndex, where, describe(value, graph_), describe(at, graph_))
          .help(list || size ? "the first element is list[0]" : "lists have elements, and sizes such as 3x3");
      return {};
    }
    size_t count = list ? list->elements->size() : size->extents.size();
    if (*position < 0 || *position >= static_cast<int64_t>(count)) {
      diags_.report(diag::IndexRange, where, *position, describe(value, graph_))
          .help(count == 0 ? "the list is empty"
                           : "elements are numbered from 0 to " + std::to_string(count - 1));
      return {};
    }
    auto place = static_cast<size_t>(*position);
    value = list ? Value((*list->elements)[place]) : Value{size->extents[place]};
  }
  return value;
}

Value Elaborator::interpolation(const ast::Expr& expr) {
  std::string text;
  bool poison = false;
  for (const ast::ExprPtr& element : expr.elements) {
    Value value = evaluate(element.get());
    poison = poison || value.isPoison();
    auto part = textOf(value);
    if (!part && !value.isPoison()) {
      diags_.report(diag::NoText, element->location, describe(value, graph_))
          .help("numbers, sizes such as 3x3, true, false and texts can");
      poison = true;
    }
    text += part.value_or("");
  }
  if (poison) return {};
  if (text.size() <= ElaborationLimits::textLength) return {std::move(text)};
  diags_.report(diag::TextTooLong, expr.location, ElaborationLimits::textLength);
  return {};
}

// A statement inside a loop or a branch that binds the name; nullptr when there is none.
static const ast::Statement* bindingInside(const std::vector<ast::Statement>& list, const std::string& name,
                                           bool inside, bool& inLoop) {
  for (const ast::Statement& each : list) {
    if (inside && each.kind == ast::Statement::Bind &&
        std::find(each.names.begin(), each.names.end(), name) != each.names.end())
      return &each;
    inLoop = inLoop || each.kind == ast::Statement::For;
    if (auto* found = bindingInside(each.body, name, true, inLoop)) return found;
    for (const ast::Branch& branch : each.branches)
      if (auto* found = bindingInside(branch.body, name, true, inLoop)) return found;
    inLoop = inLoop && each.kind != ast::Statement::For;
  }
  return nullptr;
}

Value Elaborator::name(const ast::Expr& expr) {
  if (const Value* bound = frame_->find(expr.text)) return *bound;
  const Definition* definition = frame_->names.find(expr.text);
  if (definition && definition->constant) return constant(*definition);
  if (definition) {
    diags_.report(diag::DefinitionAsValue, expr.location, expr.text, definition->kind())
        .help("write `x |> " + expr.text + "` or `" + expr.text + "(x)`");
    return {};
  }
  if (findOp(expr.text) || isFunction(expr.text)) {
    diags_.report(diag::LayerAsValue, expr.location, expr.text)
        .help("write `x |> " + expr.text + "` or `" + expr.text + "(x)`");
    return {};
  }
  auto report = diags_.report(diag::UnknownName, expr.location, expr.text);
  for (const char* word : {"true", "false"}) // True, FALSE
    if (nearestName(expr.text, {word}) == word && expr.text.size() == std::string_view(word).size()) {
      report.suggest(word, expr.location, expr.text);
      return {};
    }
  bool inLoop = false;
  if (auto* elsewhere = frame_->body ? bindingInside(*frame_->body, expr.text, false, inLoop) : nullptr) {
    report.label(elsewhere->nameLocations[0],
                 inLoop ? "what a loop binds first is local to it" : "this branch is not taken");
    if (inLoop) report.help("bind '" + expr.text + "' before the loop; the loop then changes it");
    return {};
  }
  std::vector<std::string> candidates = frame_->visibleNames();
  for (const std::string& name : frame_->names.constants()) candidates.push_back(name);
  report.suggest(nearestName(expr.text, candidates), expr.location, expr.text);
  return {};
}

// The row of the op table that an operator stands for, or nullptr.
static const OpInfo* rowOf(ast::BinaryOp op) {
  std::string_view text = ast::spelling(op);
  for (const OpInfo& row : opTable())
    if (row.symbol && text == row.symbol) return &row;
  return nullptr;
}

Value Elaborator::binary(const ast::Expr& expr) {
  Value left = evaluate(expr.elements[0].get());
  // The other side of a decided && or || is not looked at.
  if (auto* decided = left.as<bool>()) {
    if (expr.binary == ast::BinaryOp::And && !*decided) return {false};
    if (expr.binary == ast::BinaryOp::Or && *decided) return {true};
  }
  Value right = evaluate(expr.elements[1].get());
  if (left.isPoison() || right.isPoison()) return {};
  for (const Value* side : {&left, &right})
    if (auto* list = side->as<List>(); list && !charge(list->nodes, expr.location)) return {};
  if (left.as<Tensor>() || right.as<Tensor>()) return tensorArithmetic(expr, rowOf(expr.binary), left, right);
  return applyBinary(expr.binary, left, right, arithmetic(expr.location));
}

Value Elaborator::tensorArithmetic(const ast::Expr& expr, const OpInfo* row, const Value& left,
                                   const Value& right) {
  auto isOperand = [](const Value& value) { return value.as<Tensor>() || value.number(); };
  if (!row || !isOperand(left) || !isOperand(right)) {
    auto report = diags_.report(diag::WrongOperands, expr.location, ast::spelling(expr.binary),
                                describe(left, graph_) + " and " + describe(right, graph_));
    if (expr.binary == ast::BinaryOp::And) report.help("where both hold: a * b");
    if (expr.binary == ast::BinaryOp::Or) report.help("where one holds: a + b > 0");
    if (expr.binary == ast::BinaryOp::Power) report.help("for every element: pow(x, 2)");
    if (left.as<List>() || right.as<List>())
      report.help("a list is no tensor; its elements are numbers: list[0]");
    if (left.as<Record>() || right.as<Record>()) report.help("take the outputs apart: a, b = ...");
    return {};
  }
  LayerCall layer{*row, expr.location, {}, {}, {}, {}, {}, {}};
  for (size_t i = 0; i < 2; ++i) {
    const Value* value = i == 0 ? &left : &right;
    Operand operand;
    if (auto* tensor = value->as<Tensor>())
      operand.id = tensor->id;
    else
      operand.scalar = value->number();
    const Location where = expr.kind == ast::Expr::Binary ? expr.elements[i]->location : expr.location;
    if (operand.scalar && !fitsFloat(*operand.scalar, where)) return {};
    layer.operands.push_back(operand);
  }
  return addLayer(std::move(layer));
}

Value Elaborator::pipe(const ast::Expr& expr) {
  // A chain leans to the left; its links are taken in a loop.
  std::vector<const ast::Expr*> links;
  const ast::Expr* first = &expr;
  for (; first && first->kind == ast::Expr::Pipe; first = first->elements[0].get()) links.push_back(first);
  Value value = evaluate(first);
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    const ast::Expr* target = (*link)->elements[1].get();
    if (!target) {
      value = {};
      continue;
    }
    bool isCall = target->kind == ast::Expr::Call;
    require(isCall || target->kind == ast::Expr::Name, "a pipe leads to a name or a call");
    const Value* bound = isCall ? nullptr : frame_->find(target->text);
    if (bound && !isCallable(target->text)) {
      if (!bound->isPoison())
        diags_.report(diag::NoPipeTarget, target->location, describe(*bound, graph_))
            .help(bound->number() || bound->as<Tensor>()
                      ? "two values are combined by a sign: x * " + target->text + ", x + " + target->text
                      : "behind '|>' stands a layer, a function or a block");
      value = {};
      continue;
    }
    static const std::vector<ast::Argument> none;
    Location callee = isCall ? target->calleeLocation : target->location;
    if (!charge(1, target->location)) return {};
    value = call(target->text, callee, isCall ? target->arguments : none, &value, target->location);
    note(callee, value);
  }
  return value;
}

} // namespace convoy::sema
