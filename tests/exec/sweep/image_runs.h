// The same pipeline on 8-bit images: every choice of which of its images are bytes, compared bit by bit with
// what it makes of float32.
#pragma once
#include "convoy/runtime.h"
#include "guarded_buffer.h"
#include <cstdint>
#include <string>
#include <vector>

namespace convoy::sweep {

struct ImageRun {
  const convoy_pipeline& pipeline;
  const void* prepared;
  const convoy_executor* executor; // null: the calling thread
  const std::vector<int64_t>& sizes;
  std::vector<std::vector<int64_t>> inputs, outputs; // extents of an item
  int64_t batch;
  texts::Flush flush; // where buffers lie
  uint64_t seed;      // of the pictures
};

bool hasImages(const convoy_pipeline& pipeline);
// Empty when all is right, else what is not.
std::string runImages(const ImageRun& run);

} // namespace convoy::sweep
