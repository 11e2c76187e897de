// Element-wise and pixel-wise layers as arithmetic on vectors: what they do to one vector of each operand,
// wherever it comes from. Private to schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

// A vector of the results. x: one of each operand; of a pixel-wise layer one of each channel of its operand.
using VectorLowering = Reg (*)(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x);

struct VectorLayer {
  OpKind op;
  VectorLowering lower;
};

// The layers by families, a file each.
std::vector<VectorLayer> arithmeticLayers();
std::vector<VectorLayer> activationLayers(); // and the other functions of math.h

Reg lowerVector(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x);

} // namespace convoy::schedule
