// What a text computes: its data, a call, and a check of the result against plain loops in double precision.
// Data lies in guarded buffers, so that a read or write outside of them is a crash.
#pragma once
#include "compiled_text.h"
#include "guarded_buffer.h"
#include "reference.h"
#include <memory>
#include <string>
#include <vector>

namespace convoy::texts {

enum class Fill { Integers, Reals }; // integers so small that every sum is exact; or reals in -1..1

class Workload {
public:
  Workload(std::string text, double flops) : text(std::move(text)), flops(flops) {}
  virtual ~Workload() = default;
  virtual void run(const CompiledText& code) = 0;
  // Empty when the last run's result is right, else what is wrong. Integers are compared bit by bit, reals
  // with the bound that the text's arithmetic has.
  virtual std::string problem() const = 0;

  const std::string text; // the file's name without .loop
  const double flops;     // 2 per multiply-add of the direct convolution

protected:
  float* buffer(size_t floats) { return bytes(floats * sizeof(float)).as<float>(); }
  GuardedBuffer& bytes(size_t n) {
    buffers_.push_back(std::make_unique<GuardedBuffer>(n, flush));
    return *buffers_.back();
  }
  std::string touchedOutside() const {
    for (const auto& b : buffers_)
      if (!b->intact()) return "bytes around a buffer were written";
    return "";
  }
  Flush flush = Flush::High;

private:
  std::vector<std::unique_ptr<GuardedBuffer>> buffers_;
};

using Made = std::unique_ptr<Workload>;
Made directWorkload(Fill fill, Flush flush);
Made winogradWorkload(Fill fill, Flush flush);
Made convPoolWorkload(Fill fill, Flush flush, int64_t height, int64_t width);
Made filterWorkload(Fill fill, Flush flush, int64_t height, int64_t width);
Made groupedWorkload(Fill fill, Flush flush, int64_t blocks);
Made splitBf16Workload(Fill fill, Flush flush);

} // namespace convoy::texts
