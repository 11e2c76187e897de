// Aligned arrays; a lack of memory is an error, not an exception.
#ifndef CONVOY_COMMAND_BUFFER_H
#define CONVOY_COMMAND_BUFFER_H
#include "convoy/runtime.h"
#include "result.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace convoy::command {

struct Release {
  void operator()(void* memory) const { convoy_release(memory); }
};
using Memory = std::unique_ptr<void, Release>;

// Bytes aligned to CONVOY_ALIGNMENT.
Result<Memory> allocateBytes(int64_t bytes);

template <typename T> class Buffer {
public:
  static Result<Buffer> allocate(int64_t count) {
    Result<Memory> memory = allocateBytes(count * static_cast<int64_t>(sizeof(T)));
    if (!memory) return memory.error();
    Buffer buffer;
    buffer.memory = std::move(*memory);
    buffer.count = count;
    return buffer;
  }
  T* data() { return static_cast<T*>(memory.get()); }
  const T* data() const { return static_cast<const T*>(memory.get()); }
  int64_t size() const { return count; } // elements

private:
  Memory memory;
  int64_t count = 0;
};
using FloatBuffer = Buffer<float>;
using ByteBuffer = Buffer<uint8_t>;

// A batch of items in float32, C, H, W; or [C][D][H][W] of any rank. Of images also in 8 bits, H, W, C.
struct Tensor {
  std::vector<int64_t> extents; // of one item
  int64_t batch = 1;
  bool batched = false; // whether the file had a batch dimension; the output gets one then
  FloatBuffer data;
  ByteBuffer bytes; // of an 8-bit image, instead of data
  bool isBytes = false;
  const void* memory() const { return isBytes ? static_cast<const void*>(bytes.data()) : data.data(); }
};

// batch * product(extents); nothing when it exceeds what a machine can address (2^47 bytes of floats).
std::optional<int64_t> elementCount(const std::vector<int64_t>& extents, int64_t batch);

} // namespace convoy::command
#endif
