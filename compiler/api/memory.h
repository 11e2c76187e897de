// Memory from the caller's allocator or the system's, for as long as its owner lives.
#pragma once
#include "convoy/options.h"
#include "convoy/runtime.h"
#include <utility>

namespace convoy::api {

class Memory {
public:
  Memory() = default;
  // Aligned to CONVOY_ALIGNMENT; check data(). `allocator` may be null: the system's.
  Memory(Allocator* allocator, int64_t bytes) : allocator_(allocator), bytes_(bytes) {
    data_ = allocator_ ? allocator_->allocate(static_cast<size_t>(bytes), CONVOY_ALIGNMENT)
                       : convoy_allocate(bytes);
  }
  Memory(Memory&& other) noexcept { swap(other); }
  Memory& operator=(Memory&& other) noexcept {
    Memory taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Memory() {
    if (!data_) return;
    if (allocator_)
      allocator_->release(data_, static_cast<size_t>(bytes_));
    else
      convoy_release(data_);
  }
  void* data() const { return data_; }
  // Where an allocator broke its promise, the compiled code must not run.
  bool isAligned() const { return reinterpret_cast<uintptr_t>(data_) % CONVOY_ALIGNMENT == 0; }

private:
  void swap(Memory& other) {
    std::swap(allocator_, other.allocator_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }
  Allocator* allocator_ = nullptr;
  void* data_ = nullptr;
  int64_t bytes_ = 0;
};

} // namespace convoy::api
