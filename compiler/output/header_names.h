// Names for the C header of a pipeline. Private to output/.
#pragma once
#include "codegen/descriptor.h"
#include <set>

namespace convoy {

// C identifiers, each given once.
class Identifiers {
public:
  explicit Identifiers(std::set<std::string> taken = {}) : taken_(std::move(taken)) {}
  // `name` with '_' for what no identifier has; with a number behind it when that is taken.
  std::string add(const std::string& name);

private:
  std::set<std::string> taken_;
};

// A constant of the header's enumeration.
struct HeaderConstant {
  std::string name;
  int64_t value;
};

// The numbers of inputs, outputs and sizes; the extents that are fixed, and the elements of an item whose
// extents all are: edges_input_photo, edges_size_H, digits_output_result_C, digits_output_result_elements.
// Values that a C enumeration cannot hold are left out. The names of the header's other constants and of its
// functions are `taken`.
std::vector<HeaderConstant> headerConstants(const PipelineDescription& pipeline, std::set<std::string> taken);

// A parameter for each input and then each output: input_photo, output_result.
std::vector<std::string> portParameters(const PipelineDescription& pipeline);

} // namespace convoy
