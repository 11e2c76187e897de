// Arithmetic on what is known when compiling. Integers are of 64 bits and overflow is an error; `/` is always
// float; `div` floors and `mod` matches it.
#pragma once
#include "ast/ast.h"
#include "sema/value.h"

namespace convoy::sema {

struct ArithmeticContext {
  Location location;
  DiagnosticEngine& diags;
  const graph::Graph& graph; // for messages
};

// Poison after a diagnostic. No operand is poison or a tensor.
Value applyUnary(ast::UnaryOp op, const Value& operand, const ArithmeticContext& context);
Value applyBinary(ast::BinaryOp op, const Value& left, const Value& right, const ArithmeticContext& context);

// min, max, abs, sqrt, exp, div, mod, size.
bool isFunction(const std::string& name);
const std::vector<std::string>& functionNames();
Value applyFunction(const std::string& name, const std::vector<Value>& arguments,
                    const ArithmeticContext& context);

} // namespace convoy::sema
