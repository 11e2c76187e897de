#include "output/artifact.h"
#include "output/file.h"
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy {

namespace {

// 0 or an errno value, like all that follow.
int copyFile(const std::string& from, int to) {
  File file(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor() < 0) return errno;
  std::vector<char> buffer(size_t{1} << 20);
  for (;;) {
    const ssize_t count = ::read(file.descriptor(), buffer.data(), buffer.size());
    if (count == 0) return 0;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (const int error = writeAll(to, buffer.data(), static_cast<size_t>(count))) return error;
  }
}

int writeTo(int descriptor, const Artifact& artifact) {
  if (artifact.folder) return copyFile(artifact.folder->file(artifact.file), descriptor);
  int error = writeAll(descriptor, artifact.bytes.data(), artifact.bytes.size());
  if (!error && artifact.numbers)
    error = writeAll(descriptor, artifact.numbers->data(), artifact.numbers->size() * sizeof(float));
  return error;
}

// Sets `temporary` once the file is there.
int writeBeside(const std::string& target, const Artifact& artifact, mode_t mode, std::string& temporary) {
  std::string name = target + ".XXXXXX";
  File file(::mkstemp(name.data()));
  if (file.descriptor() < 0) return errno;
  temporary = name;
  // A file of this file system moves; others are copied.
  if (artifact.folder && ::rename(artifact.folder->file(artifact.file).c_str(), name.c_str()) == 0)
    return ::chmod(name.c_str(), mode) == 0 ? 0 : errno;
  int error = writeTo(file.descriptor(), artifact);
  if (!error && ::fchmod(file.descriptor(), mode) != 0) error = errno;
  if (file.close() != 0 && !error) error = errno;
  return error;
}

// What open() would give a new file.
mode_t creationMode(bool executable) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return (executable ? 0777 : 0666) & ~mask;
}

int writeDirectly(const std::string& path, const Artifact& artifact) {
  if (path == "-") return writeTo(STDOUT_FILENO, artifact);
  File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.descriptor() < 0 ? errno : writeTo(file.descriptor(), artifact);
}

// Gives the file a second name, which is returned; empty when there is no file, or the file system has no
// second names.
std::string keep(const std::string& path) {
  std::string name = path + ".XXXXXX";
  File file(::mkstemp(name.data()));
  if (file.descriptor() < 0) return "";
  ::unlink(name.c_str());
  return ::link(path.c_str(), name.c_str()) == 0 ? name : "";
}

} // namespace

PendingFiles::~PendingFiles() {
  for (const Entry& entry : entries_)
    if (!entry.temporary.empty() && !entry.renamed) ::unlink(entry.temporary.c_str());
}

std::optional<std::string> PendingFiles::add(const std::string& path, Artifact artifact, bool executable) {
  struct stat status{};
  const bool directly = path == "-" || (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode));
  if (directly && path != "-" && S_ISDIR(status.st_mode)) return errorWords(EISDIR);
  // The entry is there before its file: whatever happens in between, somebody knows what to remove.
  entries_.push_back({path, path, "", "", false, {}});
  Entry& entry = entries_.back();
  if (directly) {
    entry.artifact = std::move(artifact);
    return std::nullopt;
  }
  // A link stays a link to what is written.
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved)) entry.target = resolved;
  if (const int error = writeBeside(entry.target, artifact, creationMode(executable), entry.temporary))
    return errorWords(error);
  return std::nullopt;
}

int PendingFiles::put(Entry& entry) {
  if (entry.temporary.empty()) return writeDirectly(entry.path, entry.artifact);
  entry.backup = keep(entry.target);
  if (::rename(entry.temporary.c_str(), entry.target.c_str()) != 0) return errno;
  entry.renamed = true;
  return 0;
}

// Everything as it was before commit().
void PendingFiles::restore() {
  for (Entry& entry : entries_) {
    if (!entry.renamed) continue;
    if (entry.backup.empty() || ::rename(entry.backup.c_str(), entry.target.c_str()) != 0)
      ::unlink(entry.target.c_str());
    entry.backup.clear();
  }
}

std::optional<PendingFiles::Failure> PendingFiles::commit() {
  std::optional<Failure> failure;
  for (Entry& entry : entries_) {
    const int error = put(entry);
    if (!error) continue;
    failure = Failure{entry.path, errorWords(error)};
    restore();
    break;
  }
  for (const Entry& entry : entries_)
    if (!entry.backup.empty()) ::unlink(entry.backup.c_str());
  return failure;
}

} // namespace convoy
