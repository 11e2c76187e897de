// Kernels written as values: what their nesting means for a convolution.
#pragma once
#include "ast/ast.h"
#include "sema/value.h"

namespace convoy::sema {

// A resolved literal kernel: the weight in the layout [filters][channels / groups][taps...].
struct KernelValues {
  std::vector<float> weight;
  std::vector<int64_t> kernel; // per axis
  int64_t filters = 0, groups = 0;
};

// With r spatial dimensions, values nested r deep filter every channel by itself; r + 1 deep they are several
// filters of one channel; r + 2 deep [filters][channels / groups][taps...], or `transposed`
// [channels][filters / groups][taps...]. `groups` is what the script says,
// if it does; `written` are the brackets in the call, or null. nullopt after a diagnostic. No element is
// poison.
std::optional<KernelValues> resolveKernel(const List& values, const TensorType& input,
                                          std::optional<int64_t> groups, bool transposed, Location location,
                                          const ast::Expr* written, const graph::Graph& graph,
                                          DiagnosticEngine& diags);

} // namespace convoy::sema
