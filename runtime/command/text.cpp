#include "text.h"

#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace convoy::command {
namespace {

// Length of the well-formed UTF-8 sequence at `at`, 0 when there is none.
size_t sequenceLength(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(at), second = byte(at + 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second >= 0xA0;
    return continues(at + 1) && continues(at + 2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90, beyond = first == 0xF4 && second >= 0x90;
    return continues(at + 1) && continues(at + 2) && continues(at + 3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

// Control characters, those of Unicode's second control block (U+0080..U+009F) included: terminals obey both.
bool isControl(const std::string& text, size_t at, size_t length) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (length == 1) return first < 0x20 || first == 0x7F;
  return length == 2 && first == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

std::string escapedByte(char byte) { return format("\\x%02x", static_cast<unsigned char>(byte)); }

std::string escapedText(const std::string& name, bool inQuotes) {
  std::string text;
  for (size_t at = 0; at < name.size();) {
    const size_t length = sequenceLength(name, at);
    if (length == 0 || isControl(name, at, length)) {
      for (size_t i = 0; i < (length ? length : 1); ++i) text += escapedByte(name[at + i]);
    } else if ((inQuotes && name[at] == '\'') || name[at] == '\\') {
      text += '\\';
      text += name[at];
    } else {
      text.append(name, at, length);
    }
    at += length ? length : 1;
  }
  return text;
}

} // namespace

std::optional<float> parseFloat(const std::string& text) {
  const char *begin = text.data(), *end = begin + text.size();
  if (begin != end && *begin == '+' && end - begin > 1 && begin[1] != '-') ++begin;
  float number = 0;
  const auto [rest, error] = std::from_chars(begin, end, number);
  if (error == std::errc() && rest == end) return number;
  return std::nullopt;
}

std::string shortest(float number) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

std::string format(const char* pattern, ...) {
  va_list arguments, again;
  va_start(arguments, pattern);
  va_copy(again, arguments);
  const int length = vsnprintf(nullptr, 0, pattern, arguments);
  va_end(arguments);
  std::string text(length > 0 ? static_cast<size_t>(length) : 0, ' ');
  if (length > 0) vsnprintf(text.data(), text.size() + 1, pattern, again);
  va_end(again);
  return text;
}

std::string quoted(const std::string& name) { return "'" + escapedText(name, true) + "'"; }

std::string escaped(const std::string& name) { return escapedText(name, false); }

size_t columnsOf(const std::string& text) {
  size_t columns = 0;
  for (char byte : text)
    columns += (static_cast<unsigned char>(byte) & 0xC0) != 0x80; // the first of each character
  return columns;
}

std::string jsonString(const std::string& name) {
  std::string text = "\"";
  for (size_t at = 0; at < name.size();) {
    const size_t length = sequenceLength(name, at);
    const auto first = static_cast<unsigned char>(name[at]);
    if (length == 0)
      text += "\\ufffd";
    else if (first == '"' || first == '\\')
      (text += '\\') += name[at];
    else if (first < 0x20 || first == 0x7F)
      text += format("\\u%04x", first);
    else
      text.append(name, at, length);
    at += length ? length : 1;
  }
  return text + "\"";
}

std::string extentsText(const std::vector<int64_t>& extents) {
  std::string text;
  for (int64_t extent : extents) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

std::string fileNameOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string extensionOf(const std::string& path) {
  const std::string name = fileNameOf(path);
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return "";
  std::string extension = name.substr(dot);
  for (char& letter : extension)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return extension;
}

std::string stemOf(const std::string& path) {
  const std::string name = fileNameOf(path);
  const size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

std::optional<int64_t> parseInteger(const std::string& text, int64_t lowest, int64_t highest) {
  if (text.empty() || text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) != std::string::npos)
    return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const long long value = strtoll(text.c_str(), &end, 10);
  if (errno != 0 || *end != 0 || end == text.c_str() || value < lowest || value > highest)
    return std::nullopt;
  return value;
}

} // namespace convoy::command
