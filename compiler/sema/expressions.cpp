// Expressions: what is known when compiling is computed here, tensors become nodes.
#include "sema/elaborator.h"
#include "support/internal_error.h"

namespace convoy::sema {

Value Elaborator::evaluate(const ast::Expr* expr) {
  return expr ? evaluateInside(*expr) : Value(); // what could not be parsed has been reported
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
    if (poison) return {};
    return {List{std::make_shared<const std::vector<Value>>(std::move(elements))}};
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
  }
  return {};
}

Value Elaborator::name(const ast::Expr& expr) {
  auto found = scope_.find(expr.text);
  if (found != scope_.end()) return found->second;
  if (findOp(expr.text) || isFunction(expr.text)) {
    diags_.report(diag::LayerAsValue, expr.location, expr.text)
        .help("write `x |> " + expr.text + "` or `" + expr.text + "(x)`");
    return {};
  }
  auto report = diags_.report(diag::UnknownName, expr.location, expr.text);
  std::vector<std::string> candidates;
  for (const auto& entry : scope_) candidates.push_back(entry.first);
  std::string nearest = nearestName(expr.text, candidates);
  if (!nearest.empty()) report.help("did you mean '" + nearest + "'?");
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
  if (left.as<Tensor>() || right.as<Tensor>()) return tensorArithmetic(expr, rowOf(expr.binary), left, right);
  return applyBinary(expr.binary, left, right, arithmetic(expr.location));
}

Value Elaborator::tensorArithmetic(const ast::Expr& expr, const OpInfo* row, const Value& left,
                                   const Value& right) {
  auto isOperand = [](const Value& value) { return value.as<Tensor>() || value.number(); };
  if (!row || !isOperand(left) || !isOperand(right)) {
    diags_.report(diag::WrongOperands, expr.location, ast::spelling(expr.binary),
                  describe(left, graph_) + " and " + describe(right, graph_));
    return {};
  }
  LayerCall layer{*row, expr.location, {}, {}, {}, {}, {}, {}};
  for (const Value* value : {&left, &right}) {
    Operand operand;
    if (auto* tensor = value->as<Tensor>())
      operand.id = tensor->id;
    else
      operand.scalar = value->number();
    if (operand.scalar && !fitsFloat(*operand.scalar, expr.location)) return {};
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
    auto bound = scope_.find(target->text);
    if (!isCall && bound != scope_.end() && !findOp(target->text) && !isFunction(target->text)) {
      if (!bound->second.isPoison())
        diags_.report(diag::NoPipeTarget, target->location, describe(bound->second, graph_));
      value = {};
      continue;
    }
    static const std::vector<ast::Argument> none;
    Location callee = isCall ? target->calleeLocation : target->location;
    value = call(target->text, callee, isCall ? target->arguments : none, &value, target->location);
  }
  return value;
}

} // namespace convoy::sema
