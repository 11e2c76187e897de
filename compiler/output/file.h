// A file descriptor with an owner. Private to output/.
#pragma once
#include <cstddef>

namespace convoy {

class File {
public:
  explicit File(int descriptor, bool owned = true) : descriptor_(descriptor), owned_(owned) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }
  // Some file systems say only here that there was no space.
  int close();

private:
  int descriptor_;
  bool owned_;
};

// 0 or an errno value.
int writeAll(int descriptor, const void* data, size_t size);

} // namespace convoy
