#include "import/input_file.h"
#include "support/error_words.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace convoy::weights {

Result<InputFile> InputFile::open(const std::string& path) {
  // A FIFO without a writer would block here; for regular files the flag means nothing.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return Error{errorWords(errno)};
  InputFile file(descriptor, 0);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return Error{errorWords(errno)};
  if (S_ISDIR(status.st_mode)) return Error{errorWords(EISDIR)};
  if (!S_ISREG(status.st_mode)) return Error{"it is no regular file"};
  file.size_ = static_cast<uint64_t>(status.st_size);
  return file;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Outcome InputFile::read(uint64_t offset, void* into, size_t size) const {
  constexpr size_t atOnce = size_t{1} << 30;
  auto* next = static_cast<char*>(into);
  while (size > 0) {
    const ssize_t count = ::pread(descriptor_, next, std::min(size, atOnce), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{errorWords(errno)};
    if (count == 0) return Error{"it ends too early"};
    next += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<size_t>(count);
  }
  return std::nullopt;
}

} // namespace convoy::weights
