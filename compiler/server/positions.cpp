#include "server/positions.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::server {

namespace {

// How many units of the protocol a character takes. An invalid byte reached us as one character.
int64_t unitsOf(const Character& character, Encoding encoding) {
  if (encoding == Encoding::Utf8) return character.length;
  return character.valid && character.code > 0xFFFF ? 2 : 1;
}

Json json(Position position) {
  return Json::object().set("line", position.line).set("character", position.character);
}

} // namespace

Position positionOf(const SourceFile& file, uint32_t offset, Encoding encoding) {
  const SourceFile::Position place = file.position(offset);
  const std::string_view line = file.line(place.line);
  const size_t bytes = std::min<size_t>(place.column - 1, line.size()); // not in the line's end
  int64_t units = 0;
  for (size_t at = 0; at < bytes;) {
    const Character character = decodeCharacter(line, at);
    units += unitsOf(character, encoding);
    at += character.length;
  }
  return {int64_t{place.line} - 1, units};
}

uint32_t offsetOf(const SourceFile& file, Position position, Encoding encoding) {
  if (position.line < 0) return 0;
  if (position.line >= file.lineCount()) return static_cast<uint32_t>(file.text().size());
  const std::string_view line = file.line(static_cast<uint32_t>(position.line) + 1);
  size_t at = 0;
  for (int64_t units = 0; at < line.size();) {
    const Character character = decodeCharacter(line, at);
    units += unitsOf(character, encoding);
    if (units > position.character) break;
    at += character.length;
  }
  return static_cast<uint32_t>(line.data() - file.text().data() + at);
}

Json rangeOf(Location location, Encoding encoding) {
  Position begin, end;
  if (location.valid()) {
    begin = positionOf(*location.file, location.begin, encoding);
    end = positionOf(*location.file, location.end, encoding);
  }
  return Json::object().set("start", json(begin)).set("end", json(end));
}

std::optional<Position> readPosition(const Json* json) {
  const Json* line = json ? json->find("line") : nullptr;
  const Json* character = json ? json->find("character") : nullptr;
  if (!line || !character || !line->asInteger() || !character->asInteger()) return std::nullopt;
  return Position{*line->asInteger(), *character->asInteger()};
}

std::optional<Location> readRange(const Json* json, const SourceFile& file, Encoding encoding) {
  const auto start = readPosition(json ? json->find("start") : nullptr);
  const auto end = readPosition(json ? json->find("end") : nullptr);
  if (!start || !end) return std::nullopt;
  const uint32_t first = offsetOf(file, *start, encoding), last = offsetOf(file, *end, encoding);
  return Location{&file, first, std::max(first, last)};
}

} // namespace convoy::server
