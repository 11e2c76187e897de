#include "file.h"

#include "text.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy::command {
namespace {

constexpr size_t largestStream = size_t{1} << 32; // of what has no size of its own, such as a pipe

class Descriptor {
public:
  explicit Descriptor(int number) : number(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  int get() const { return number; }
  // Closing can report a late write error (a full network disk).
  bool closeNow() { return close(std::exchange(number, -1)) == 0; }

private:
  int number;
};

Error reason(int number) { return {strerror(number)}; }

Error cannotWrite(const std::string& path, const std::string& why) {
  return {"cannot write " + quoted(path) + ": " + why};
}

bool writeAll(int file, const void* data, size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t wrote = ::write(file, next, size < (size_t{1} << 30) ? size : size_t{1} << 30);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    next += wrote;
    size -= static_cast<size_t>(wrote);
  }
  return true;
}

std::string folderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// A new hidden file in the folder, with the permissions that a plain new file gets. Sets its path once it is
// there.
int createTemporary(const std::string& folder, std::string& path) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    std::string candidate = folder + format(".convoy-%ld-%d.tmp", static_cast<long>(getpid()), attempt);
    const int file = open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) path.swap(candidate);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}

// Gives a file a second name in its folder, which is returned; empty when there is no file, or the file
// system has no second names.
std::string keep(const std::string& path) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::string name =
        folderOf(path) + format(".convoy-%ld-%d.old", static_cast<long>(getpid()), attempt);
    if (link(path.c_str(), name.c_str()) == 0) return name;
    if (errno != EEXIST) break;
  }
  return "";
}

} // namespace

Result<Bytes> readFile(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return reason(errno);
  struct stat facts;
  if (fstat(file.get(), &facts) != 0) return reason(errno);
  if (S_ISDIR(facts.st_mode)) return reason(EISDIR);
  const bool sized = S_ISREG(facts.st_mode);
  Bytes content;
  size_t length = 0;
  // One byte more than the size, so that the end is seen without growing.
  content.resize(sized ? static_cast<size_t>(facts.st_size) + 1 : size_t{1} << 16);
  while (true) {
    const ssize_t got = read(file.get(), content.data() + length, content.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return reason(errno);
    if (got == 0) break;
    length += static_cast<size_t>(got);
    if (length < content.size()) continue;
    if (!sized && length >= largestStream) return Error{"the stream is longer than 4 GiB"};
    content.resize(content.size() * 2);
  }
  content.resize(length);
  return content;
}

OutputFiles::~OutputFiles() {
  for (const Entry& entry : entries) discard(entry);
}

void OutputFiles::discard(const Entry& entry) {
  if (!entry.renamed && !entry.temporary.empty()) unlink(entry.temporary.c_str());
}

Outcome OutputFiles::add(const std::string& path, const Bytes& head, const void* body, size_t bodySize) {
  // The entry is there before its file: whatever happens in between, somebody knows what to remove.
  entries.push_back({path, path, "", "", false});
  Outcome error = write(entries.back(), head, body, bodySize);
  if (error) {
    discard(entries.back());
    entries.pop_back();
  }
  return error;
}

Outcome OutputFiles::write(Entry& entry, const Bytes& head, const void* body, size_t bodySize) {
  const std::string& path = entry.path;
  struct stat facts;
  if (stat(path.c_str(), &facts) == 0) {
    if (S_ISDIR(facts.st_mode)) return cannotWrite(path, strerror(EISDIR));
    if (!S_ISREG(facts.st_mode)) return cannotWrite(path, "it is not a regular file");
    // A link stays a link: what it points to is replaced.
    char resolved[PATH_MAX];
    if (realpath(path.c_str(), resolved)) entry.target = resolved;
  }
  Descriptor file(createTemporary(folderOf(entry.target), entry.temporary));
  if (file.get() < 0) return cannotWrite(path, strerror(errno));
  if (!writeAll(file.get(), head.data(), head.size()) || !writeAll(file.get(), body, bodySize) ||
      !file.closeNow())
    return cannotWrite(path, strerror(errno));
  return std::nullopt;
}

// Everything as it was before commit().
void OutputFiles::restore() {
  for (Entry& entry : entries) {
    if (!entry.renamed) continue;
    if (entry.backup.empty() || rename(entry.backup.c_str(), entry.target.c_str()) != 0)
      unlink(entry.target.c_str());
    entry.backup.clear();
  }
}

Outcome OutputFiles::commit() {
  Outcome failure;
  for (Entry& entry : entries) {
    entry.backup = keep(entry.target);
    if (rename(entry.temporary.c_str(), entry.target.c_str()) != 0) {
      failure = cannotWrite(entry.path, strerror(errno));
      restore();
      break;
    }
    entry.renamed = true;
  }
  for (const Entry& entry : entries)
    if (!entry.backup.empty()) unlink(entry.backup.c_str());
  return failure;
}

Outcome makeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0) return std::nullopt;
  const int why = errno;
  struct stat facts;
  if (why == EEXIST && stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return std::nullopt;
  return Error{"cannot make the folder " + quoted(path) + ": " + strerror(why)};
}

} // namespace convoy::command
