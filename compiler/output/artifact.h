// What is made and not yet written. Hundreds of megabytes of weights are shared or lie in a file: never
// copied here.
#pragma once
#include "output/files.h"
#include <memory>
#include <string>
#include <vector>

namespace convoy {

struct Artifact {
  std::string bytes;
  std::shared_ptr<const std::vector<float>> numbers = nullptr; // little-endian, behind the bytes; null: none
  std::shared_ptr<TemporaryFolder> folder = nullptr; // or instead of both: the content of folder->file(file),
                                                     // which may be moved from there
  std::string file = {};
};

// Files that appear together or not at all: each is written under a temporary name beside its place, and
// commit() renames them. What was not committed is removed, and what was there before is as it was.
class PendingFiles {
public:
  PendingFiles() = default;
  ~PendingFiles();
  PendingFiles(const PendingFiles&) = delete;
  PendingFiles& operator=(const PendingFiles&) = delete;

  // What went wrong, in a few words. "-" is standard output; that and what is no regular file (a pipe, a
  // device) is written by commit().
  std::optional<std::string> add(const std::string& path, Artifact artifact, bool executable = false);
  struct Failure {
    std::string path, why;
  };
  std::optional<Failure> commit();

private:
  struct Entry {
    std::string path, target; // as named; links followed
    std::string temporary;    // where it is until commit(); empty: written directly
    std::string backup;       // what the target was, while commit() is at work
    bool renamed = false;
    Artifact artifact; // of what is written directly
  };
  static int put(Entry& entry);
  void restore();
  std::vector<Entry> entries_;
};

} // namespace convoy
