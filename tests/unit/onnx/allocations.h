// How much memory a piece of work took, at most, from operator new: of this whole program.
#pragma once
#include <cstddef>

namespace convoy::onnx::test {

class Allocations {
public:
  Allocations(); // begins to count anew
  size_t largestTotal() const;
};

} // namespace convoy::onnx::test
