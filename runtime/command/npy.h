// NumPy's .npy files: the header, to and from bytes.
#ifndef CONVOY_COMMAND_NPY_H
#define CONVOY_COMMAND_NPY_H
#include "file.h"

namespace convoy::command {

enum class NpyElement { Float32, Uint8 };

struct NpyArray {
  NpyElement element = NpyElement::Float32;
  std::vector<int64_t> shape;
  size_t offset = 0; // of the first element in the file
};

bool isNpy(const Bytes& file);

// Reads the header. Checks that the file holds exactly the elements that it declares. Only little-endian
// float32 and uint8 in C order are taken; the error says what was found instead.
Result<NpyArray> parseNpy(const Bytes& file);

// The header of a float32 array, version 1.0.
Bytes npyHeader(const std::vector<int64_t>& shape);

} // namespace convoy::command
#endif
