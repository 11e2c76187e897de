// The canonical form, as an edit of the lines that are not in it.
#include "format/format.h"
#include "server/document.h"
#include <algorithm>

namespace convoy::server {

Json formattingOf(const Document& document, const Client& client) {
  if (!document.analysis->parsed) return nullptr;
  const SourceFile& file = document.file();
  const std::string_view text = file.text();
  const std::string formatted = formatScript(text);
  Json edits = Json::array();
  if (formatted == text) return edits;
  // What is the same at both ends stays, in whole lines, so that cursors there do too.
  const size_t shorter = std::min(text.size(), formatted.size());
  size_t front = 0, back = 0;
  while (front < shorter && text[front] == formatted[front]) ++front;
  while (front > 0 && text[front - 1] != '\n') --front;
  while (back < shorter - front && text[text.size() - 1 - back] == formatted[formatted.size() - 1 - back])
    ++back;
  while (back > 0 && text[text.size() - 1 - back] != '\n') --back;
  const Location where{&file, static_cast<uint32_t>(front), static_cast<uint32_t>(text.size() - back)};
  edits.push(Json::object()
                 .set("range", rangeOf(where, client.encoding))
                 .set("newText", formatted.substr(front, formatted.size() - back - front)));
  return edits;
}

} // namespace convoy::server
