// Weights as an object file of their own: data, never code and never LLVM IR.
#pragma once
#include "output/compile.h"

namespace convoy {

// More would push code and what it refers to out of each other's reach, which is 2 GB on x86-64 in the code
// model that everybody links with; the rest is for the program around it.
constexpr int64_t largestEmbeddedWeights = int64_t{3} << 29; // 1.5 GiB

// An ELF object that defines description.weightsSymbol(): the numbers, 64-byte aligned in a read-only
// section. The description must have weights; they are shared with it.
CompiledUnit makeWeightsObject(const PipelineDescription& description, const Target& target);

} // namespace convoy
