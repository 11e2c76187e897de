// A tensor in .npy form, in a file of its own or in an archive.
#pragma once
#include "command/npy.h"
#include "import/tensor_store.h"

namespace convoy::weights {

struct NpyTensor {
  StoredTensor tensor; // without a name
  uint64_t offset = 0; // of its first element
  uint64_t size = 0;   // bytes of its elements; 0 for Element::Other
};

// `bytes`: the beginning, with the whole header. `fileSize`: of all, which is compared with the shape.
Result<NpyTensor> describeNpy(const uint8_t* bytes, size_t size, uint64_t fileSize);

// "a.b.weight.npy" to "a.b.weight"; other names stay.
std::string withoutNpy(const std::string& name);

} // namespace convoy::weights
