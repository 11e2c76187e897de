// The cases of the ONNX backend tests: a model, inputs, and the outputs that are right.
#pragma once
#include "onnx/model.h"
#include <string>
#include <vector>

namespace convoy::onnx_tests {

struct Case {
  std::string suite, name; // "node", "test_relu"
  std::string folder;
  std::string reason;                 // why it is not applicable; empty: it is
  std::vector<std::string> operators; // of its nodes, each once
};

// Of the suites node, pytorch-converted and pytorch-operator below the folder of the test data, in the order
// of their names. Whether they are applicable is told by their operators, and the types of what they compute.
std::vector<Case> findCases(const std::string& data);

// The operators that models may have.
const std::vector<std::string>& listedOperators();

} // namespace convoy::onnx_tests
