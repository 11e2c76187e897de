#include "import/tensor_store.h"
#include <algorithm>

namespace convoy::weights {

Outcome readPieces(const InputFile& file, uint64_t offset, uint64_t size, size_t pieceSize,
                   const PieceSink& sink) {
  std::vector<uint8_t> piece(static_cast<size_t>(std::min<uint64_t>(size, pieceSize)));
  while (size > 0) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(size, piece.size()));
    if (Outcome error = file.read(offset, piece.data(), count)) return error;
    sink(piece.data(), count);
    offset += count;
    size -= count;
  }
  return std::nullopt;
}

} // namespace convoy::weights
