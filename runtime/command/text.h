// Small pieces of text. Names come from strangers: everything that is printed goes through quoted().
#ifndef CONVOY_COMMAND_TEXT_H
#define CONVOY_COMMAND_TEXT_H
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convoy::command {

// 'name' with control characters, quotes and broken UTF-8 escaped as \xNN.
std::string quoted(const std::string& name);
// The same without the quotes around it and before quotes inside.
std::string escaped(const std::string& name);
// Characters of a text that escaped() gave.
size_t columnsOf(const std::string& text);
// "name" as a JSON string; broken UTF-8 becomes U+FFFD.
std::string jsonString(const std::string& name);
// "3x480x640"
std::string extentsText(const std::vector<int64_t>& extents);
// The text after the last dot of the file name, in lower case, with the dot; empty when there is none.
std::string extensionOf(const std::string& path);
// The file name without folder and extension.
std::string stemOf(const std::string& path);
// The file name without folder.
std::string fileNameOf(const std::string& path);
// A whole decimal number in lowest..highest, with nothing around it.
std::optional<int64_t> parseInteger(const std::string& text, int64_t lowest, int64_t highest);
// A whole floating-point number with nothing around it: "0.3", "-0", "1e-3", "inf", "nan". None too when it
// is too large for float32.
std::optional<float> parseFloat(const std::string& text);
// The shortest decimal text that reads back as the same number.
std::string shortest(float number);
// printf into a string.
__attribute__((format(printf, 1, 2))) std::string format(const char* pattern, ...);

} // namespace convoy::command
#endif
