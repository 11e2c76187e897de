#include "parse/literals.h"
#include <algorithm>
#include <charconv>

namespace convoy {

int64_t integerValue(std::string_view text, Location where, DiagnosticEngine& diags) {
  int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) return value;
  diags.report(diag::IntegerTooLarge, where, text).note("the largest is 9223372036854775807");
  return 0;
}

double floatValue(std::string_view text, Location where, DiagnosticEngine& diags) {
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) return value;
  // Out of range at either end: what is too small to represent is zero, what is too large is an error.
  size_t exponent = text.find_first_of("eE");
  bool negativeExponent = exponent != std::string_view::npos && text[exponent + 1] == '-';
  bool zeroBeforeThePoint = text.find_first_not_of("0.") != 0 && text.front() == '0';
  if (!negativeExponent && !(exponent == std::string_view::npos && zeroBeforeThePoint))
    diags.report(diag::FloatTooLarge, where, text).note("the largest is about 1.8e308");
  return 0;
}

std::vector<int64_t> sizeValue(std::string_view text, Location where, DiagnosticEngine& diags) {
  std::vector<int64_t> sizes;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('x', begin), text.size());
    auto offset = static_cast<uint32_t>(begin), length = static_cast<uint32_t>(end - begin);
    Location side{where.file, where.begin + offset, where.begin + offset + length};
    sizes.push_back(integerValue(text.substr(begin, end - begin), side, diags));
    begin = end + 1;
  }
  return sizes;
}

std::string stringValue(std::string_view text, Location where, DiagnosticEngine& diags) {
  std::string value;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    char c = text[i], next = text[i + 1];
    auto at = where.begin + static_cast<uint32_t>(i);
    if (c == '\\') {
      ++i;
      switch (next) {
      case '"':
      case '\\': value += next; break;
      case 'n': value += '\n'; break;
      case 't': value += '\t'; break;
      default: {
        uint32_t length = decodeCharacter(text, i).length;
        diags.report(diag::UnknownEscape, {where.file, at, at + 1 + length}, text.substr(i - 1, 1 + length))
            .help("the escapes are \\\" \\\\ \\n \\t");
      }
      }
    } else if (c == '{' && next == '{') {
      value += '{', ++i;
    } else if (c == '}' && next == '}') {
      value += '}', ++i;
    } else {
      value += c;
    }
  }
  return value;
}

} // namespace convoy
