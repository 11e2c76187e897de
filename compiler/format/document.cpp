#include "format/document.h"
#include <algorithm>

namespace convoy::format {

namespace {

constexpr size_t indentStep = 4;

Doc make(Document::Kind kind, std::string text = "", std::vector<Doc> parts = {}, bool breaks = false) {
  for (const Doc& part : parts) breaks = breaks || part->breaks;
  return std::make_shared<const Document>(Document{kind, std::move(text), std::move(parts), breaks});
}

// Columns: bytes that do not continue a UTF-8 character.
size_t columns(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

struct Item {
  const Document* document;
  size_t indent;
  bool broken; // the group it stands in
};

class Renderer {
public:
  explicit Renderer(size_t width) : width_(width) {}

  std::string run(const Doc& document) {
    rest_.push_back({document.get(), 0, true});
    while (!rest_.empty()) {
      const Item item = rest_.back();
      rest_.pop_back();
      show(item);
    }
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    return std::move(out_);
  }

private:
  void show(const Item& item) {
    const Document& d = *item.document;
    switch (d.kind) {
    case Document::Text: return put(d.text, item.indent);
    case Document::IfBroken: return item.broken ? put(d.text, item.indent) : void();
    case Document::Comment:
      if (column_ > 0 && !afterComment_) out_ += out_.back() == ' ' ? " " : "  ";
      put(d.text, item.indent);
      afterComment_ = true;
      return;
    case Document::Line: return item.broken ? breakLine(item.indent) : put(" ", item.indent);
    case Document::SoftLine: return item.broken ? breakLine(item.indent) : void();
    case Document::HardLine: return breakLine(item.indent);
    case Document::FillLine: return fits(false) ? put(" ", item.indent) : breakLine(item.indent);
    case Document::Sequence: return push(d, item.indent, item.broken);
    case Document::Indent: return push(d, item.indent + indentStep, item.broken);
    case Document::Group: {
      if (d.breaks) return push(d, item.indent, true);
      push(d, item.indent, false);
      if (fits(true)) return;
      rest_.resize(rest_.size() - d.parts.size());
      push(d, item.indent, true);
    }
    }
  }

  void push(const Document& d, size_t indent, bool broken) {
    for (size_t i = d.parts.size(); i-- > 0;) rest_.push_back({d.parts[i].get(), indent, broken});
  }

  // Whether what is to come fits up to the next line break. After a FillLine (`flat` false) the next FillLine
  // ends it.
  bool fits(bool flat) const {
    size_t used = (column_ > 0 ? column_ : indent_) + (flat ? 0 : 1);
    std::vector<Item> ahead;
    for (size_t next = rest_.size(); used <= width_;) {
      if (ahead.empty()) {
        if (next == 0) return true;
        ahead.push_back(rest_[--next]);
      }
      const Item item = ahead.back();
      ahead.pop_back();
      const Document& d = *item.document;
      switch (d.kind) {
      case Document::Text: used += columns(d.text); break;
      case Document::IfBroken: used += item.broken ? columns(d.text) : 0; break;
      case Document::Comment: return true; // a long comment is no reason to break code
      case Document::Line:
        if (item.broken) return true;
        ++used;
        break;
      case Document::SoftLine:
        if (item.broken) return true;
        break;
      case Document::FillLine:
        if (!flat || item.broken) return true;
        ++used;
        break;
      case Document::HardLine: return true;
      case Document::Sequence:
      case Document::Indent:
      case Document::Group: {
        const bool broken = d.kind == Document::Group ? d.breaks : item.broken;
        for (size_t i = d.parts.size(); i-- > 0;) ahead.push_back({d.parts[i].get(), item.indent, broken});
      }
      }
    }
    return false;
  }

  void put(const std::string& text, size_t indent) {
    if (text.empty()) return;
    if (afterComment_) {
      breakLine(indent);
      if (text == " ") return;
    }
    if (column_ == 0) {
      out_.append(indent_, ' ');
      column_ = indent_;
    }
    out_ += text;
    column_ += columns(text);
  }

  // `indent`: of the line that begins.
  void breakLine(size_t indent) {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    out_ += '\n';
    column_ = 0;
    indent_ = indent;
    afterComment_ = false;
  }

  size_t width_;
  std::string out_;
  size_t column_ = 0, indent_ = 0; // of the current line
  bool afterComment_ = false;
  std::vector<Item> rest_; // what is to come, the next one last
};

} // namespace

Doc text(std::string words) { return make(Document::Text, std::move(words)); }
Doc line() { return make(Document::Line); }
Doc softLine() { return make(Document::SoftLine); }
Doc fillLine() { return make(Document::FillLine); }
Doc hardLine() { return make(Document::HardLine, "", {}, true); }
Doc ifBroken(std::string words) { return make(Document::IfBroken, std::move(words)); }
Doc comment(std::string words) { return make(Document::Comment, std::move(words), {}, true); }
Doc sequence(std::vector<Doc> parts) { return make(Document::Sequence, "", std::move(parts)); }
Doc indent(std::vector<Doc> parts) { return make(Document::Indent, "", std::move(parts)); }
Doc group(std::vector<Doc> parts, bool broken) { return make(Document::Group, "", std::move(parts), broken); }

std::string render(const Doc& document, size_t width) { return Renderer(width).run(document); }

} // namespace convoy::format
