#include "sema/arithmetic.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::sema {

namespace {

Value wrong(const std::string& op, const std::vector<Value>& operands, const ArithmeticContext& context) {
  std::string text;
  for (size_t i = 0; i < operands.size(); ++i)
    text += (i == 0 ? "" : i + 1 == operands.size() ? " and " : ", ") + describe(operands[i], context.graph);
  context.diags.report(diag::WrongOperands, context.location, op, text.empty() ? "nothing" : text);
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
  case BinaryOp::Or: return wrong(spelling(op), {{a}, {b}}, context);
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
  case BinaryOp::Or: return wrong(spelling(op), {left, right}, context);
  }
  return {};
}

template <typename T>
std::optional<bool> compareEqual(ast::BinaryOp op, const Value& left, const Value& right) {
  auto *a = left.as<T>(), *b = right.as<T>();
  if (!a || !b) return std::nullopt;
  if (op == ast::BinaryOp::Equal) return *a == *b;
  if (op == ast::BinaryOp::NotEqual) return *a != *b;
  return std::nullopt;
}

} // namespace

Value applyUnary(ast::UnaryOp op, const Value& operand, const ArithmeticContext& context) {
  const char* text = op == ast::UnaryOp::Minus ? "-" : "+";
  if (!operand.number()) return wrong(text, {operand}, context);
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
  if (auto equal = compareEqual<bool>(op, left, right)) return {*equal};
  if (auto equal = compareEqual<std::string>(op, left, right)) return {*equal};
  auto *p = left.as<bool>(), *q = right.as<bool>();
  if (p && q && op == ast::BinaryOp::And) return {*p && *q};
  if (p && q && op == ast::BinaryOp::Or) return {*p || *q};
  return wrong(spelling(op), {left, right}, context);
}

const std::vector<std::string>& functionNames() {
  static const std::vector<std::string> names = {"abs", "div", "exp", "max", "min", "mod", "size", "sqrt"};
  return names;
}

bool isFunction(const std::string& name) {
  return std::find(functionNames().begin(), functionNames().end(), name) != functionNames().end();
}

namespace {

Value divide(const std::string& name, const std::vector<Value>& arguments, const ArithmeticContext& context) {
  auto *a = arguments.size() == 2 ? arguments[0].as<int64_t>() : nullptr,
       *b = arguments.size() == 2 ? arguments[1].as<int64_t>() : nullptr;
  if (!a || !b) return wrong(name, arguments, context);
  if (*b == 0) return finite(std::numeric_limits<double>::quiet_NaN(), name, context);
  if (*b == -1 && name == "mod") return {int64_t(0)};
  if (*b == -1 && *a == std::numeric_limits<int64_t>::min()) return overflow(name, context);
  int64_t quotient = *a / *b, rest = *a % *b;
  if (rest != 0 && (rest < 0) != (*b < 0)) --quotient, rest += *b;
  return {name == "div" ? quotient : rest};
}

Value extreme(const std::string& name, const std::vector<Value>& arguments,
              const ArithmeticContext& context) {
  if (arguments.empty()) return wrong(name, arguments, context);
  Value best = arguments[0];
  for (const Value& next : arguments) {
    if (!best.number() || !next.number()) return wrong(name, arguments, context);
    bool better = name == "min" ? *next.number() < *best.number() : *next.number() > *best.number();
    if (better) best = next;
  }
  return best;
}

Value makeSize(const std::vector<Value>& arguments, const ArithmeticContext& context) {
  SizeTuple size;
  for (const Value& extent : arguments) {
    auto* integer = extent.as<int64_t>();
    if (!integer) return wrong("size", arguments, context);
    size.extents.push_back(*integer);
  }
  if (size.extents.empty()) return wrong("size", arguments, context);
  return {size};
}

} // namespace

Value applyFunction(const std::string& name, const std::vector<Value>& arguments,
                    const ArithmeticContext& context) {
  if (name == "div" || name == "mod") return divide(name, arguments, context);
  if (name == "min" || name == "max") return extreme(name, arguments, context);
  if (name == "size") return makeSize(arguments, context);
  if (arguments.size() != 1 || !arguments[0].number()) return wrong(name, arguments, context);
  double x = *arguments[0].number();
  if (name == "sqrt") return finite(std::sqrt(x), name, context);
  if (name == "exp") return finite(std::exp(x), name, context);
  // abs keeps integers.
  return x < 0 ? applyUnary(ast::UnaryOp::Minus, arguments[0], context) : arguments[0];
}

} // namespace convoy::sema
