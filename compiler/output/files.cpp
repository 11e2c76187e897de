#include "output/files.h"
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy {

namespace {

class File {
public:
  explicit File(int descriptor, bool owned = true) : descriptor_(descriptor), owned_(owned) {}
  ~File() {
    if (owned_ && descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }
  // Some file systems say only here that there was no space.
  int close() {
    const int result = owned_ ? ::close(descriptor_) : 0;
    owned_ = false;
    return result;
  }

private:
  int descriptor_;
  bool owned_;
};

// 0 or an errno value.
int writeAll(int descriptor, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) done += static_cast<size_t>(count);
  }
  return 0;
}

int writeBeside(const std::string& path, const std::string& bytes, mode_t mode) {
  std::string temporary = path + ".XXXXXX";
  File file(::mkstemp(temporary.data()));
  if (file.descriptor() < 0) return errno;
  int error = writeAll(file.descriptor(), bytes);
  if (!error && ::fchmod(file.descriptor(), mode) != 0) error = errno;
  if (file.close() != 0 && !error) error = errno;
  if (!error && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error) ::unlink(temporary.c_str());
  return error;
}

// What open() would give a new file.
mode_t creationMode(bool executable) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return (executable ? 0777 : 0666) & ~mask;
}

} // namespace

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
  int error = 0;
  struct stat status{};
  if (path == "-") {
    error = writeAll(STDOUT_FILENO, bytes);
  } else if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    error = file.descriptor() < 0 ? errno : writeAll(file.descriptor(), bytes);
  } else {
    // A link stays a link to what is written.
    char resolved[PATH_MAX];
    const bool exists = ::realpath(path.c_str(), resolved) != nullptr;
    error = writeBeside(exists ? resolved : path, bytes, creationMode(executable));
  }
  if (error) return errorWords(error);
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
