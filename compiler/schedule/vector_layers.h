// Layers as arithmetic on vectors: what they do to one vector of each operand, wherever it comes from.
// Private to schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

// A vector of the results. x: one of each operand; of a window of channels one of each channel in it.
using VectorLowering = Reg (*)(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x);

struct VectorLayer {
  OpKind op;
  VectorLowering lower;
};

// The layers by families, a file each.
std::vector<VectorLayer> arithmeticLayers();
std::vector<VectorLayer> activationLayers(); // and the other functions of math.h

std::vector<VectorLayer> normalizationLayers();
std::vector<VectorLayer> quantizedLayers();

// From a number of steps to the whole number of a quantized layer's result: rounded, behind its zero point,
// and of its type. NaN becomes the lowest one.
Reg toSteps(KernelBuilder& k, const graph::Value& node, Reg steps);

Reg lowerVector(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x);

// All channels of the results, from a vector of each channel of the operand (OpForm::Pixelwise).
std::vector<Reg> lowerPixel(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x);

} // namespace convoy::schedule
