#include "output/files.h"
#include "output/artifact.h"
#include "output/file.h"
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy {

int File::close() {
  const int result = owned_ && descriptor_ >= 0 ? ::close(descriptor_) : 0;
  owned_ = false;
  return result;
}

int writeAll(int descriptor, const void* data, size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = ::write(descriptor, next, size);
    if (count < 0 && errno != EINTR) return errno;
    if (count <= 0) continue;
    next += count;
    size -= static_cast<size_t>(count);
  }
  return 0;
}

ReadResult readFile(const std::string& path, size_t limit) {
  const bool standardInput = path == "-";
  File file(standardInput ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC), !standardInput);
  if (file.descriptor() < 0) return {"", errorWords(errno)};
  ReadResult result;
  struct stat status{};
  if (::fstat(file.descriptor(), &status) == 0 && S_ISREG(status.st_mode))
    result.bytes.reserve(std::min(static_cast<size_t>(status.st_size), limit));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(file.descriptor(), buffer, sizeof buffer);
    if (count == 0) return result;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return {"", errorWords(errno)};
    if (result.bytes.size() + static_cast<size_t>(count) > limit)
      return {"", "it has more than " + std::to_string(limit) + " bytes"};
    result.bytes.append(buffer, static_cast<size_t>(count));
  }
}

std::optional<std::string> writeFile(const std::string& path, const std::string& bytes, bool executable) {
  PendingFiles files;
  if (std::optional<std::string> error = files.add(path, {bytes}, executable)) return error;
  if (std::optional<PendingFiles::Failure> failure = files.commit()) return failure->why;
  return std::nullopt;
}

bool isSameFile(const std::string& a, const std::string& b) {
  struct stat first{}, second{};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

std::string temporaryRoot() {
  const char* folder = std::getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = temporaryRoot() + "/convoy-XXXXXX";
  if (::mkdtemp(pattern.data())) path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace convoy
