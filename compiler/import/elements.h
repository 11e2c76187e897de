// Numbers of files to float32.
#pragma once
#include "import/tensor_store.h"

namespace convoy::weights {

// Converts the elements in a piece, little-endian and of a type other than Other, to `out`. Float64 is
// rounded to nearest, an int32 beyond 2^24 becomes infinite, the others are exact. Returns how many finite
// numbers became infinite.
size_t widen(Element element, const uint8_t* bytes, size_t size, float* out);

// From Fortran order to C order. `from` and `to` are different memory.
void toRowMajor(const std::vector<int64_t>& shape, const float* from, float* to);

} // namespace convoy::weights
