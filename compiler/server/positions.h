// Positions of the protocol: lines and characters from 0, where a character is a unit of UTF-16, or a byte
// when the editor and the server agree on UTF-8.
#pragma once
#include "support/json.h"
#include "support/source.h"

namespace convoy::server {

enum class Encoding { Utf8, Utf16 };

struct Position {
  int64_t line = 0, character = 0;
};

Position positionOf(const SourceFile& file, uint32_t offset, Encoding encoding);
// Clamped to the line, and to the text. A position inside of a character is its beginning.
uint32_t offsetOf(const SourceFile& file, Position position, Encoding encoding);

// The start of the text for a location that is nowhere.
Json rangeOf(Location location, Encoding encoding);

// nullopt when the JSON is no position.
std::optional<Position> readPosition(const Json* json);
// A half-open range of the file; nullopt when the JSON is no range.
std::optional<Location> readRange(const Json* json, const SourceFile& file, Encoding encoding);

} // namespace convoy::server
