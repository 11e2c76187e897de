#include "buffer.h"

#include "text.h"

#include <cinttypes>

namespace convoy::command {

Result<Memory> allocateBytes(int64_t bytes) {
  Memory memory(convoy_allocate(bytes));
  if (!memory) return Error{format("not enough memory for %" PRId64 " bytes", bytes)};
  return memory;
}

std::optional<int64_t> elementCount(const std::vector<int64_t>& extents, int64_t batch) {
  constexpr int64_t most = (int64_t{1} << 47) / static_cast<int64_t>(sizeof(float));
  int64_t count = batch;
  for (int64_t extent : extents)
    if (extent < 0 || __builtin_mul_overflow(count, extent, &count)) return std::nullopt;
  if (count < 0 || count > most) return std::nullopt;
  return count;
}

} // namespace convoy::command
