// Text that can be laid out on one line or on several. The algorithm is that of Wadler, A prettier printer: a
// group stays on one line when it fits, else its line breaks are made.
#pragma once
#include <memory>
#include <string>
#include <vector>

namespace convoy::format {

struct Document;
using Doc = std::shared_ptr<const Document>;

struct Document {
  enum Kind {
    Text,
    Line,     // a space, or a line break in a broken group
    SoftLine, // nothing, or a line break in a broken group
    FillLine, // a space, or a line break when what follows up to the next break does not fit
    HardLine, // a line break, which breaks the groups around it
    IfBroken, // text in a broken group, else nothing
    Comment,  // text that nothing may follow on its line: breaks the groups around it
    Sequence,
    Indent, // parts, with their line breaks one step further right
    Group,
  } kind;
  std::string text;
  std::vector<Doc> parts;
  bool breaks = false; // a HardLine or Comment is in it
};

Doc text(std::string words);
Doc line();
Doc softLine();
Doc fillLine();
Doc hardLine();
Doc ifBroken(std::string words);
// Stands behind what is before it, or on a line of its own.
Doc comment(std::string words);
Doc sequence(std::vector<Doc> parts);
Doc indent(std::vector<Doc> parts);
Doc group(std::vector<Doc> parts, bool broken = false);

// Lines end with LF; no line ends with a space.
std::string render(const Doc& document, size_t width);

} // namespace convoy::format
