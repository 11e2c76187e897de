#include "support/call_edits.h"
#include <algorithm>
#include <cctype>

namespace convoy {

namespace {

bool isSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool isWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// How much of the text is left when the spaces at its end are cut off.
size_t trimmed(std::string_view text) {
  size_t end = text.size();
  while (end > 0 && isSpace(text[end - 1])) --end;
  return end;
}

Edit insertion(const SourceFile* file, size_t at, std::string text) {
  const auto place = static_cast<uint32_t>(at);
  return {{file, place, place}, std::move(text)};
}

} // namespace

Location writtenPlace(const WrittenAttributes& written, const std::string& name) {
  for (const auto& [attribute, where] : written)
    if (attribute == name) return where;
  return {};
}

std::optional<Edit> setArgument(Location call, const WrittenAttributes& written, const std::string& name,
                                const std::string& value) {
  if (const Location place = writtenPlace(written, name); place.valid()) return Edit{place, value};
  if (!call.valid()) return std::nullopt;
  const std::string_view text = call.file->text().substr(call.begin, call.end - call.begin);
  const std::string argument = name + ": " + value;
  if (!text.empty() && std::all_of(text.begin(), text.end(), isWordCharacter))
    return insertion(call.file, call.end, "(" + argument + ")");
  if (text.empty() || text.back() != ')' || text.find("//") != std::string_view::npos) return std::nullopt;
  const size_t end = trimmed(text.substr(0, text.size() - 1));
  const char last = end > 0 ? text[end - 1] : '(';
  const char* separator = last == '(' ? "" : last == ',' ? " " : ", ";
  return insertion(call.file, call.begin + end, separator + argument);
}

std::optional<Edit> insertBefore(Location call, const std::string& layer) {
  if (!call.valid()) return std::nullopt;
  const std::string_view before = call.file->text().substr(0, call.begin);
  const size_t end = trimmed(before);
  if (end < 2 || before.substr(end - 2, 2) != "|>") return std::nullopt;
  return insertion(call.file, call.begin, layer + " |> ");
}

} // namespace convoy
