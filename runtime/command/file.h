// Whole files in, whole files out.
#ifndef CONVOY_COMMAND_FILE_H
#define CONVOY_COMMAND_FILE_H
#include "result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace convoy::command {

using Bytes = std::vector<uint8_t>;

// The content of a file. The error is the reason alone ("No such file or directory"); the caller knows the
// name.
Result<Bytes> readFile(const std::string& path);

// Files that appear together or not at all: each is written under a temporary name beside its place, and
// commit() renames them. What was not committed is removed, and what was there before is as it was.
class OutputFiles {
public:
  OutputFiles() = default;
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;
  ~OutputFiles();

  // Writes head and body, one after the other. The error is a whole sentence; the others stay as they are.
  Outcome add(const std::string& path, const Bytes& head, const void* body = nullptr, size_t bodySize = 0);
  Outcome commit();

private:
  struct Entry {
    std::string path, target, temporary; // as named by the user; links followed; where it is now
    std::string backup;                  // what the target was, while commit() is at work
    bool renamed = false;
  };
  static Outcome write(Entry& entry, const Bytes& head, const void* body, size_t bodySize);
  static void discard(const Entry& entry);
  void restore();
  std::vector<Entry> entries;
};

// Makes the folder unless it is there.
Outcome makeFolder(const std::string& path);

} // namespace convoy::command
#endif
