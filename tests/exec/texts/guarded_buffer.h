// Memory between two pages that nobody may touch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace convoy::texts {

// Where the bytes lie: the first one right behind the lower page, or the last one right before the upper
// page. The bytes around them, up to the pages, hold a pattern.
enum class Flush { Low, High };

class GuardedBuffer {
public:
  GuardedBuffer(size_t bytes, Flush flush) : bytes_(bytes) {
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    inner_ = (bytes + page - 1) / page * page;
    whole_ = inner_ + 2 * page;
    base_ = static_cast<char*>(mmap(nullptr, whole_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED) throw std::runtime_error("no memory for a guarded buffer");
    low_ = base_ + page;
    if (inner_ && mprotect(low_, inner_, PROT_READ | PROT_WRITE))
      throw std::runtime_error("cannot guard a buffer");
    if (inner_) std::memset(low_, pattern, inner_);
    data_ = flush == Flush::Low ? low_ : low_ + inner_ - bytes;
  }
  ~GuardedBuffer() { munmap(base_, whole_); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  template <typename T> T* as() const { return reinterpret_cast<T*>(data_); }
  // From now on a write is a crash.
  void protect() const {
    if (inner_ && mprotect(low_, inner_, PROT_READ)) throw std::runtime_error("cannot protect a buffer");
  }
  // Whether the bytes between the data and the pages are as they were.
  bool intact() const {
    for (const char* p = low_; p < low_ + inner_; ++p)
      if ((p < data_ || p >= data_ + bytes_) && *p != pattern) return false;
    return true;
  }

private:
  static constexpr char pattern = 0x5a;
  size_t bytes_, inner_ = 0, whole_ = 0;
  char *base_ = nullptr, *low_ = nullptr, *data_ = nullptr;
};

} // namespace convoy::texts
