// Functions of what is known when compiling.
#include "sema/arithmetic.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::sema {

const std::vector<std::string>& functionNames() {
  static const std::vector<std::string> names = {
      "abs", "ceil", "channels", "cos",       "depth", "div",   "exp", "floor", "height", "length", "log",
      "max", "min",  "mod",      "parameter", "round", "shape", "sin", "size",  "sqrt",   "sum",    "width"};
  return names;
}

bool isFunction(const std::string& name) {
  return std::find(functionNames().begin(), functionNames().end(), name) != functionNames().end();
}

bool isInquiry(const std::string& name) {
  return name == "channels" || name == "depth" || name == "height" || name == "width" || name == "shape";
}

bool makesParameter(const std::string& name) { return name == "parameter"; }

namespace {

Value divide(const std::string& name, const std::vector<Value>& arguments, const ArithmeticContext& context) {
  auto *a = arguments.size() == 2 ? arguments[0].as<int64_t>() : nullptr,
       *b = arguments.size() == 2 ? arguments[1].as<int64_t>() : nullptr;
  if (!a || !b) return wrongOperands(name, arguments, context);
  if (*b == 0) return finite(std::numeric_limits<double>::quiet_NaN(), name, context);
  if (*b == -1 && name == "mod") return {int64_t(0)};
  if (*b == -1 && *a == std::numeric_limits<int64_t>::min()) return overflow(name, context);
  int64_t quotient = *a / *b, rest = *a % *b;
  if (rest != 0 && (rest < 0) != (*b < 0)) --quotient, rest += *b;
  return {name == "div" ? quotient : rest};
}

// Of numbers, or of a list of numbers.
Value extreme(const std::string& name, const std::vector<Value>& arguments,
              const ArithmeticContext& context) {
  const List* list = arguments.size() == 1 ? arguments[0].as<List>() : nullptr;
  const std::vector<Value>& numbers = list ? *list->elements : arguments;
  if (numbers.empty()) return wrongOperands(name, arguments, context);
  Value best = numbers[0];
  for (const Value& next : numbers) {
    if (!best.number() || !next.number())
      return wrongOperands(name, list ? std::vector{next} : arguments, context);
    bool better = name == "min" ? *next.number() < *best.number() : *next.number() > *best.number();
    if (better) best = next;
  }
  return best;
}

Value sum(const std::vector<Value>& arguments, const ArithmeticContext& context) {
  const List* list = arguments.size() == 1 ? arguments[0].as<List>() : nullptr;
  if (!list) return wrongOperands("sum", arguments, context);
  Value total{int64_t(0)};
  for (const Value& next : *list->elements) {
    if (!next.number()) return wrongOperands("sum", {next}, context);
    total = applyBinary(ast::BinaryOp::Add, total, next, context);
    if (total.isPoison()) return {};
  }
  return total;
}

Value rounded(const std::string& name, const Value& argument, const ArithmeticContext& context) {
  if (argument.as<int64_t>()) return argument;
  double x = *argument.number();
  double whole = name == "floor" ? std::floor(x) : name == "ceil" ? std::ceil(x) : std::round(x);
  if (std::fabs(whole) >= 0x1p63) return overflow(name, context);
  return {static_cast<int64_t>(whole)};
}

Value makeSize(const std::vector<Value>& arguments, const ArithmeticContext& context) {
  SizeTuple size;
  for (const Value& extent : arguments) {
    auto* integer = extent.as<int64_t>();
    if (!integer) return wrongOperands("size", arguments, context);
    size.extents.push_back(*integer);
  }
  if (size.extents.empty()) return wrongOperands("size", arguments, context);
  return {size};
}

} // namespace

Value applyFunction(const std::string& name, const std::vector<Value>& arguments,
                    const ArithmeticContext& context) {
  if (name == "div" || name == "mod") return divide(name, arguments, context);
  if (name == "min" || name == "max") return extreme(name, arguments, context);
  if (name == "size") return makeSize(arguments, context);
  if (name == "sum") return sum(arguments, context);
  if (name == "length") {
    const List* list = arguments.size() == 1 ? arguments[0].as<List>() : nullptr;
    return list ? Value{static_cast<int64_t>(list->elements->size())}
                : wrongOperands(name, arguments, context);
  }
  if (arguments.size() != 1 || !arguments[0].number()) return wrongOperands(name, arguments, context);
  double x = *arguments[0].number();
  if (name == "sqrt") return finite(std::sqrt(x), name, context);
  if (name == "exp") return finite(std::exp(x), name, context);
  if (name == "log") return finite(std::log(x), name, context);
  if (name == "sin") return finite(std::sin(x), name, context);
  if (name == "cos") return finite(std::cos(x), name, context);
  if (name == "floor" || name == "ceil" || name == "round") return rounded(name, arguments[0], context);
  // abs keeps integers.
  return x < 0 ? applyUnary(ast::UnaryOp::Minus, arguments[0], context) : arguments[0];
}

} // namespace convoy::sema
