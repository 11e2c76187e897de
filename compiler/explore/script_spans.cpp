#include "explore/script_spans.h"
#include "support/text.h"
#include <algorithm>
#include <map>

namespace convoy::explore {

namespace {

// A copy of a file's text that is valid UTF-8 with '\n' alone, and the UTF-16 place of each byte in it.
class Units {
public:
  Units(const SourceFile& file, uint32_t start, std::string& into) : at_(start) {
    const std::string_view text = file.text();
    for (size_t i = 0; i < text.size();) {
      const Character c = decodeCharacter(text, i);
      for (uint32_t k = 0; k < c.length; ++k) places_.push_back(at_);
      const bool pair = c.valid && c.code > 0xffff; // two units
      const bool carriage = text[i] == '\r';
      if (carriage && i + 1 < text.size() && text[i + 1] == '\n') { // the line feed that follows is the end
        i += 1;
        continue;
      }
      into += carriage ? "\n" : c.valid ? std::string(text.substr(i, c.length)) : "\xef\xbf\xbd";
      at_ += pair ? 2 : 1;
      i += c.length;
    }
    places_.push_back(at_);
  }
  uint32_t placeOf(uint32_t byte) const { return places_[std::min<size_t>(byte, places_.size() - 1)]; }
  uint32_t end() const { return at_; }

private:
  uint32_t at_;
  std::vector<uint32_t> places_;
};

} // namespace

ScriptText scriptTextOf(const SourceFile& script, const std::vector<const graph::Value*>& nodes) {
  ScriptText result;
  std::vector<const SourceFile*> files{&script};
  for (const graph::Value* node : nodes)
    if (node->location.valid() && !std::count(files.begin(), files.end(), node->location.file))
      files.push_back(node->location.file);

  std::map<const SourceFile*, Units> units;
  uint32_t at = 0;
  for (const SourceFile* file : files) {
    if (file != &script) {
      const std::string head = "\n// ---- " + escapeForTerminal(file->path()) + " ----\n";
      result.text += head;
      for (size_t i = 0; i < head.size(); i += decodeCharacter(head, i).length)
        at += decodeCharacter(head, i).code > 0xffff ? 2 : 1;
    }
    at = units.try_emplace(file, *file, at, result.text).first->second.end();
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Location& location = nodes[i]->location;
    if (!location.valid()) continue;
    const Units& places = units.at(location.file);
    result.spans.push_back({places.placeOf(location.begin), places.placeOf(location.end), i});
  }
  std::sort(result.spans.begin(), result.spans.end(), [](const ScriptSpan& a, const ScriptSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end > b.end : a.node < b.node;
  });
  return result;
}

} // namespace convoy::explore
