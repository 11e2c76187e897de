// An aligned array of floats; a lack of memory is an error, not an exception.
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

class FloatBuffer {
public:
  static Result<FloatBuffer> allocate(int64_t count);
  float* data() { return static_cast<float*>(memory.get()); }
  const float* data() const { return static_cast<const float*>(memory.get()); }
  int64_t size() const { return count; } // floats

private:
  Memory memory;
  int64_t count = 0;
};

// A batch of items in float32, C, H, W; or [C][D][H][W] of any rank.
struct Tensor {
  std::vector<int64_t> extents; // of one item
  int64_t batch = 1;
  bool batched = false; // whether the file had a batch dimension; the output gets one then
  FloatBuffer data;
};

// batch * product(extents); nothing when it exceeds what a machine can address (2^47 bytes of floats).
std::optional<int64_t> elementCount(const std::vector<int64_t>& extents, int64_t batch);

} // namespace convoy::command
#endif
