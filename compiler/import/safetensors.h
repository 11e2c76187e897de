// The header of a .safetensors file: JSON that says where in the rest of the file each tensor is.
#pragma once
#include "import/tensor_store.h"
#include <string_view>

namespace convoy::weights {

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;
  std::vector<uint64_t> offsets; // of each, from the end of the header
};

// `dataSize`: what follows the header. The tensors must fill it without holes and overlaps.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json, uint64_t dataSize);

} // namespace convoy::weights
