// Tensors as the bytes of a .safetensors file.
#pragma once
#include "ops/type.h"
#include <string>
#include <vector>

namespace convoy::weights {

struct TensorToWrite {
  std::string name;
  TensorType type;                   // dims constant; whole numbers by its element
  const std::vector<float>* numbers; // in C order; whole where the element says so
};

// The numbers begin at a multiple of 64 bytes. U8, I8 and I32 take one, one and four bytes each.
std::string safetensors(const std::vector<TensorToWrite>& tensors);

} // namespace convoy::weights
