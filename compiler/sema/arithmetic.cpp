#include "sema/arithmetic.h"
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

namespace convoy::sema {

// What an operator or a function of numbers takes.
static std::string usageOf(const std::string& op) {
  if (op == "div" || op == "mod") return op + "(a, b) takes two integers";
  if (op == "min" || op == "max") return op + " takes numbers, or one list of numbers";
  if (op == "sum") return "sum(list) takes one list of numbers";
  if (op == "length") return "length(list) takes one list";
  if (op == "size") return "size(h, w) takes an integer for each dimension";
  if (op == "&&" || op == "||") return "'" + op + "' takes true or false, as comparisons give";
  if (op == "==" || op == "!=") return "two values of one kind can be equal";
  if (std::isalpha(static_cast<unsigned char>(op.front()))) return op + "(x) takes one number";
  return "'" + op + "' takes numbers that are known when compiling";
}

Value wrongOperands(const std::string& op, const std::vector<Value>& operands,
                    const ArithmeticContext& context) {
  std::string text;
  for (size_t i = 0; i < operands.size(); ++i)
    text += (i == 0 ? "" : i + 1 == operands.size() ? " and " : ", ") + describe(operands[i], context.graph);
  auto report =
      context.diags.report(diag::WrongOperands, context.location, op, text.empty() ? "nothing" : text);
  const bool joinsTexts = op == "+" && std::any_of(operands.begin(), operands.end(), [](const Value& value) {
                            return value.as<std::string>() != nullptr;
                          });
  report.help(joinsTexts ? "values are put into a text with braces: \"c{i}\"" : usageOf(op));
  return {};
}

Value overflow(const std::string& op, const ArithmeticContext& context) {
  context.diags.report(diag::IntegerOverflow, context.location, op);
  return {};
}

Value finite(double value, const std::string& op, const ArithmeticContext& context) {
  if (std::isfinite(value)) return {value};
  context.diags.report(diag::NotANumber, context.location, op);
  return {};
}

namespace {

// By squaring; the factor is squared only while it is still needed.
bool powerOverflows(int64_t base, int64_t exponent, int64_t& result) {
  result = 1;
  while (true) {
    if (exponent % 2 == 1 && __builtin_mul_overflow(result, base, &result)) return true;
    exponent /= 2;
    if (exponent == 0) return false;
    if (__builtin_mul_overflow(base, base, &base)) return true;
  }
}

Value integers(ast::BinaryOp op, int64_t a, int64_t b, const ArithmeticContext& context) {
  using ast::BinaryOp;
  int64_t result = 0;
  bool overflows = false;
  switch (op) {
  case BinaryOp::Add: overflows = __builtin_add_overflow(a, b, &result); break;
  case BinaryOp::Sub: overflows = __builtin_sub_overflow(a, b, &result); break;
  case BinaryOp::Mul: overflows = __builtin_mul_overflow(a, b, &result); break;
  case BinaryOp::Div: return finite(static_cast<double>(a) / static_cast<double>(b), "/", context);
  case BinaryOp::Power:
    if (b < 0) return finite(std::pow(static_cast<double>(a), static_cast<double>(b)), "**", context);
    overflows = powerOverflows(a, b, result);
    break;
  case BinaryOp::Less: return {a < b};
  case BinaryOp::LessEqual: return {a <= b};
  case BinaryOp::Greater: return {a > b};
  case BinaryOp::GreaterEqual: return {a >= b};
  case BinaryOp::Equal: return {a == b};
  case BinaryOp::NotEqual: return {a != b};
  case BinaryOp::And:
  case BinaryOp::Or: return wrongOperands(spelling(op), {{a}, {b}}, context);
  }
  return overflows ? overflow(spelling(op), context) : Value{result};
}

Value reals(ast::BinaryOp op, double a, double b, const Value& left, const Value& right,
            const ArithmeticContext& context) {
  using ast::BinaryOp;
  switch (op) {
  case BinaryOp::Add: return finite(a + b, "+", context);
  case BinaryOp::Sub: return finite(a - b, "-", context);
  case BinaryOp::Mul: return finite(a * b, "*", context);
  case BinaryOp::Div: return finite(a / b, "/", context);
  case BinaryOp::Power: return finite(std::pow(a, b), "**", context);
  case BinaryOp::Less: return {a < b};
  case BinaryOp::LessEqual: return {a <= b};
  case BinaryOp::Greater: return {a > b};
  case BinaryOp::GreaterEqual: return {a >= b};
  case BinaryOp::Equal: return {a == b};
  case BinaryOp::NotEqual: return {a != b};
  case BinaryOp::And:
  case BinaryOp::Or: return wrongOperands(spelling(op), {left, right}, context);
  }
  return {};
}

// Of lists and sizes too. nullopt: they cannot be compared.
std::optional<bool> equal(const Value& left, const Value& right) {
  if (left.number() && right.number()) return *left.number() == *right.number();
  if (auto *a = left.as<std::string>(), *b = right.as<std::string>(); a && b) return *a == *b;
  if (auto *a = left.as<bool>(), *b = right.as<bool>(); a && b) return *a == *b;
  if (auto *a = left.as<SizeTuple>(), *b = right.as<SizeTuple>(); a && b) return a->extents == b->extents;
  auto *a = left.as<List>(), *b = right.as<List>();
  if (!a || !b) return std::nullopt;
  if (a->elements->size() != b->elements->size()) return false;
  bool all = true;
  for (size_t i = 0; i < a->elements->size(); ++i) {
    auto same = equal((*a->elements)[i], (*b->elements)[i]);
    if (!same) return std::nullopt;
    all = all && *same;
  }
  return all;
}

} // namespace

Value applyUnary(ast::UnaryOp op, const Value& operand, const ArithmeticContext& context) {
  const char* text = op == ast::UnaryOp::Minus ? "-" : "+";
  if (!operand.number()) return wrongOperands(text, {operand}, context);
  if (op == ast::UnaryOp::Plus) return operand;
  if (auto* real = operand.as<double>()) return {-*real};
  int64_t result;
  if (__builtin_sub_overflow(int64_t(0), *operand.as<int64_t>(), &result)) return overflow(text, context);
  return {result};
}

Value applyBinary(ast::BinaryOp op, const Value& left, const Value& right, const ArithmeticContext& context) {
  auto *a = left.as<int64_t>(), *b = right.as<int64_t>();
  if (a && b) return integers(op, *a, *b, context);
  auto x = left.number(), y = right.number();
  if (x && y) return reals(op, *x, *y, left, right, context);
  if (op == ast::BinaryOp::Equal || op == ast::BinaryOp::NotEqual)
    if (auto same = equal(left, right)) return {*same == (op == ast::BinaryOp::Equal)};
  auto *p = left.as<bool>(), *q = right.as<bool>();
  if (p && q && op == ast::BinaryOp::And) return {*p && *q};
  if (p && q && op == ast::BinaryOp::Or) return {*p || *q};
  return wrongOperands(spelling(op), {left, right}, context);
}

} // namespace convoy::sema
