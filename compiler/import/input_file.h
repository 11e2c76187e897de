// A file that is read piece by piece. What others do to it meanwhile gives errors, never a crash.
#pragma once
#include "command/result.h"
#include <cstdint>
#include <string>
#include <sys/stat.h>
#include <utility>

namespace convoy::weights {

using command::Error;
using command::Outcome;
using command::Result;

class InputFile {
public:
  // Regular files only: a pipe or a device could make us wait for ever. Errors are reasons alone.
  static Result<InputFile> open(const std::string& path);
  InputFile(InputFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  uint64_t size() const { return size_; }
  // Exactly `size` bytes from `offset`.
  Outcome read(uint64_t offset, void* into, size_t size) const;
  int descriptor() const { return descriptor_; }

private:
  InputFile(int descriptor, uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_;
  uint64_t size_;
};

} // namespace convoy::weights
