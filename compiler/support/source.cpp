#include "support/source.h"
#include "support/text.h"
#include <algorithm>

namespace convoy {

static constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";

SourceFile::SourceFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  if (text_.compare(0, byteOrderMark.size(), byteOrderMark) == 0) text_.erase(0, byteOrderMark.size());
  lineStarts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    bool carriageReturnAlone = text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n');
    if (text_[i] == '\n' || carriageReturnAlone) lineStarts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

SourceFile::Position SourceFile::position(uint32_t offset) const {
  offset = static_cast<uint32_t>(std::min<size_t>(offset, text_.size()));
  auto next = std::upper_bound(lineStarts_.begin(), lineStarts_.end(), offset);
  auto line = static_cast<uint32_t>(next - lineStarts_.begin());
  return {line, offset - lineStarts_[line - 1] + 1};
}

std::string_view SourceFile::line(uint32_t number) const {
  if (number == 0 || number > lineStarts_.size()) return {};
  size_t begin = lineStarts_[number - 1];
  size_t end = number < lineStarts_.size() ? lineStarts_[number] : text_.size();
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return std::string_view(text_).substr(begin, end - begin);
}

std::string Location::str() const {
  if (!file) return "";
  SourceFile::Position at = file->position(begin);
  return escapeForTerminal(file->path()) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

Location Location::first(size_t length) const {
  const size_t all = end - begin;
  return {file, begin, begin + static_cast<uint32_t>(length < all ? length : all)};
}

Location join(Location a, Location b) {
  if (!a.valid()) return b;
  if (!b.valid() || a.file != b.file) return a;
  return {a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

const SourceFile* SourceManager::add(std::string path, std::string text) {
  files_.push_back(std::make_unique<SourceFile>(std::move(path), std::move(text)));
  return files_.back().get();
}

} // namespace convoy
