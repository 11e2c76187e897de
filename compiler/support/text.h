// Text for people: escaping, display width, spelling suggestions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

// One character of UTF-8 text. An invalid byte is a character of its own with `valid` false and `code` the
// byte.
struct Character {
  uint32_t code = 0;
  uint32_t length = 1; // bytes, at least 1
  bool valid = false;
};
// The character that starts at `offset`, which must be inside the text. Overlong forms, surrogates and codes
// above 10FFFF are invalid.
Character decodeCharacter(std::string_view text, size_t offset);

// The character as it can be shown on a terminal, and the columns that takes: control characters, characters
// that change the direction of the text, and invalid bytes are escaped (`\n`, `\x01`, `\u202e`).
struct Shown {
  std::string text;
  uint32_t columns = 0;
};
Shown showCharacter(std::string_view text, size_t offset, const Character& character);

// Escapes control characters and invalid UTF-8 of a name that came from a file, before it is printed.
std::string escapeForTerminal(std::string_view text);

// The shortest decimal that reads back as the same number: "0.1", "1e+30", "inf", "nan".
std::string numberText(double number);
std::string numberText(float number);
// With so many digits behind the point.
std::string fixedText(double number, int digits);

bool startsWith(std::string_view text, std::string_view start);
bool endsWith(std::string_view text, std::string_view end);

// The lines, without what ends them.
std::vector<std::string_view> linesOf(std::string_view text);

// "1 channel", "3 channels".
std::string counted(int64_t count, std::string_view noun);

// "a", "a or b", "a, b or c".
std::string listed(const std::vector<std::string>& items, std::string_view conjunction);

// "1234567" as "1,234,567".
std::string grouped(int64_t number);

// The candidate nearest to `name` by edit distance (an exchange of neighbours counts as one edit), or the one
// that it abbreviates, or "" when none is near enough to be meant.
std::string nearestName(std::string_view name, const std::vector<std::string>& candidates);

} // namespace convoy
