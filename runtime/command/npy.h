// NumPy's .npy files: the header, to and from bytes. What a file of this kind may hold is decided by whoever
// asks: inputs of pipelines by parseNpy, weights by compiler/import.
#ifndef CONVOY_COMMAND_NPY_H
#define CONVOY_COMMAND_NPY_H
#include "file.h"

namespace convoy::command {

// What the header says, of any file.
struct NpyHeader {
  std::string element; // as NumPy writes it: "<f4", "|u1", ">i8"; "|V" for elements with fields
  std::vector<int64_t> shape;
  bool fortranOrder = false; // the first dimension is the fastest
  size_t offset = 0;         // of the first element in the file
};

// So many bytes of a file (fewer when it is shorter) say where its elements start.
constexpr size_t npyPrefix = 12;
Result<size_t> npyDataOffset(const uint8_t* file, size_t size);

// `size` may end before the elements, but not inside the header. Headers of more than 64 KiB are refused.
Result<NpyHeader> parseNpyHeader(const uint8_t* file, size_t size);

// Compares what the header declares, for elements of so many bytes, with the size of the file.
Outcome checkNpySize(const NpyHeader& header, uint64_t elementSize, uint64_t fileSize);

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
