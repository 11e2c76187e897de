// Files: read whole, written whole or not at all.
#pragma once
#include "support/error_words.h"
#include <cstddef>
#include <optional>
#include <string>

namespace convoy {

struct ReadResult {
  std::string bytes;
  std::optional<std::string> error; // in a few words
};
// "-" is standard input. Files with more than `limit` bytes are refused.
ReadResult readFile(const std::string& path, size_t limit);

// Writes a temporary file beside `path` and renames it, so that `path` is never half written; what is no
// regular file (a pipe, a device) is written directly. "-" is standard output. Returns what went wrong, in a
// few words.
std::optional<std::string> writeFile(const std::string& path, const std::string& bytes,
                                     bool executable = false);

// Whether both names lead to one existing file.
bool isSameFile(const std::string& a, const std::string& b);

// A private folder for the time of its life.
class TemporaryFolder {
public:
  TemporaryFolder(); // check path(): empty when it could not be made, errno then says why
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

// $TMPDIR, or the system's own.
std::string temporaryRoot();

} // namespace convoy
