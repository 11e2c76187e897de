// Named tensors in a file or a folder. Opening reads names, types and shapes and checks them against the
// sizes of the files; numbers are read when they are wanted, piece by piece.
#pragma once
#include "import/input_file.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace convoy::weights {

// Numbers that can become float32. The integers are for parameters of whole numbers. Other: other integers,
// truth values and the like, which no parameter takes.
enum class Element { Float32, Float16, BFloat16, Float64, Int8, UInt8, Int32, Other };
size_t sizeOf(Element element); // bytes; 0 for Other
bool isInteger(Element element);

struct StoredTensor {
  std::string name; // as the file has it; escape before printing
  std::vector<int64_t> shape;
  Element element = Element::Other;
  std::string elementName;   // for people: "float16", "int64"
  bool fortranOrder = false; // the first dimension is the fastest
};

// Takes a piece of a tensor's bytes, little-endian; a piece holds whole elements.
using PieceSink = std::function<void(const uint8_t* bytes, size_t size)>;

class TensorStore {
public:
  // More tensors, and longer names, are refused: no network has them, and every name costs memory.
  static constexpr size_t largestCount = 65536, longestName = 1024;

  virtual ~TensorStore() = default;
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  const std::vector<std::string>& files() const { return files_; } // that were read

  // All bytes of a tensor whose element is not Other, in order. The error is a reason, without the tensor's
  // name.
  virtual Outcome read(size_t tensor, const PieceSink& sink) const = 0;

protected:
  static constexpr size_t pieceSize = size_t{1} << 20;
  std::vector<StoredTensor> tensors_;
  std::vector<std::string> files_;
};

// A part of a file in pieces.
Outcome readPieces(const InputFile& file, uint64_t offset, uint64_t size, size_t pieceSize,
                   const PieceSink& sink);

// The readers. Errors are one sentence without the file's name.
Result<std::unique_ptr<TensorStore>> openSafetensors(InputFile file, const std::string& path);
Result<std::unique_ptr<TensorStore>> openNpz(InputFile file, const std::string& path);
// Files whose names end in .npy, named after their tensors; folders in it are not followed.
Result<std::unique_ptr<TensorStore>> openNpyFolder(const std::string& path);

} // namespace convoy::weights
