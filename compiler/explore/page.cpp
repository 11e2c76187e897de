#include "explore/page.h"
#include "explore/page_sources.h"
#include "support/internal_error.h"
#include "support/text.h"
#include <zlib.h>

namespace convoy::explore {

namespace {

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  const int status =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                bytes.size(), Z_DEFAULT_COMPRESSION);
  require(status == Z_OK, "zlib cannot compress");
  packed.resize(size);
  return packed;
}

std::string base64(const std::string& bytes) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string escaped(const std::string& text) {
  std::string html;
  for (char c : text) switch (c) {
    case '&': html += "&amp;"; break;
    case '<': html += "&lt;"; break;
    case '>': html += "&gt;"; break;
    case '"': html += "&quot;"; break;
    default: html += c;
    }
  return html;
}

std::string sourcesThatEnd(const std::string& end) {
  std::string all;
  for (const PageSource& source : pageSources())
    if (endsWith(source.name, end)) all += source.text;
  return all;
}

} // namespace

void Page::add(const std::string& name, const std::string& bytes) {
  sections_.emplace_back(name, base64(deflated(bytes)));
}

size_t Page::bytesFor(const std::string& bytes) { return (deflated(bytes).size() + 2) / 3 * 4; }

size_t Page::bytes() const {
  size_t sum = 0;
  for (const PageSource& source : pageSources()) sum += source.text.size();
  for (const auto& [name, text] : sections_) sum += text.size();
  return sum;
}

std::string Page::html() const {
  std::string data;
  for (const auto& [name, text] : sections_)
    data += "<script type=\"text/plain\" data-section=\"" + escaped(name) + "\">" + text + "</script>\n";
  const std::pair<std::string, std::string> places[] = {{"{{title}}", escaped(title_)},
                                                        {"{{style}}", sourcesThatEnd(".css")},
                                                        {"{{data}}", data},
                                                        {"{{program}}", sourcesThatEnd(".js")}};
  const std::string shell = sourcesThatEnd(".html");
  std::string html;
  size_t from = 0;
  for (const auto& [mark, text] : places) { // which stand in this order
    const size_t at = shell.find(mark, from);
    require(at != std::string::npos, "shell.html lacks a place");
    html += shell.substr(from, at - from) + text;
    from = at + mark.size();
  }
  return html + shell.substr(from);
}

} // namespace convoy::explore
