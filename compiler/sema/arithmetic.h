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

// Functions of numbers, those that say what is known of a tensor (channels, depth, height, width, shape), and
// the one whose value is learned.
bool isFunction(const std::string& name);
bool isInquiry(const std::string& name);
bool makesParameter(const std::string& name);
const std::vector<std::string>& functionNames();
// One of numbers.
Value applyFunction(const std::string& name, const std::vector<Value>& arguments,
                    const ArithmeticContext& context);

// Report and return poison: operands that `op` cannot take; a result beyond 64 bits; one that is not finite.
Value wrongOperands(const std::string& op, const std::vector<Value>& operands,
                    const ArithmeticContext& context);
Value overflow(const std::string& op, const ArithmeticContext& context);
Value finite(double value, const std::string& op, const ArithmeticContext& context);

} // namespace convoy::sema
