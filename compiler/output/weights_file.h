// The file of weights that lie beside a program.
#pragma once
#include "codegen/descriptor.h"
#include "output/artifact.h"

namespace convoy {

struct NamedShape {
  std::string name;
  std::vector<int64_t> dims;
};

// A safetensors file: the tensors, float32, one after another in the order of description.weights; they begin
// at a multiple of 64 bytes. Its metadata name the pipeline and the digest of the numbers, by which
// convoy_weights_open knows it.
Artifact makeWeightsFile(const PipelineDescription& description, const std::vector<NamedShape>& tensors);

} // namespace convoy
