// Source files and positions in them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

// One text that was read, with its line table. Text should be UTF-8 (the parser checks); columns count bytes
// from 1. Lines end with LF, CR LF or CR. A leading byte order mark is dropped, so offset 0 is the first
// character.
class SourceFile {
public:
  SourceFile(std::string path, std::string text);
  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  // Line and column, both from 1, of a byte offset (clamped to the end of the text).
  struct Position {
    uint32_t line, column;
  };
  Position position(uint32_t offset) const;
  // The text of a line (from 1) without its line end; empty when there is no such line.
  std::string_view line(uint32_t number) const;
  uint32_t lineCount() const { return static_cast<uint32_t>(lineStarts_.size()); }

private:
  std::string path_, text_;
  std::vector<uint32_t> lineStarts_;
};

// A half-open byte range [begin, end) of a file. A default one means "nowhere" (made by the compiler).
struct Location {
  const SourceFile* file = nullptr;
  uint32_t begin = 0, end = 0;
  bool valid() const { return file != nullptr; }
  // "path:line:column", or "" when nowhere.
  std::string str() const;
  // The first bytes of it: of `x: tensor[3]` the name.
  Location first(size_t length) const;
};

// The smallest range that covers both; the other one when one is nowhere.
Location join(Location a, Location b);

// Owns every file of one compilation, so that a Location stays valid as long as the session.
class SourceManager {
public:
  const SourceFile* add(std::string path, std::string text);

private:
  std::vector<std::unique_ptr<SourceFile>> files_;
};

} // namespace convoy
