// Changes of a call in a script, made on its text.
#pragma once
#include "support/diagnostics.h"
#include <optional>
#include <string>

namespace convoy {

// Where a call writes its attributes: their names, and the places of their values.
using WrittenAttributes = std::vector<std::pair<std::string, Location>>;

// The place of the attribute's value; nowhere when the call does not write it.
Location writtenPlace(const WrittenAttributes& written, const std::string& name);

// Gives the attribute another value, or adds it as the last argument. `call` covers `conv(8, kernel: 3x3)`,
// or a name alone, as it may stand behind `|>`. nullopt where the text does not show where to put it: a call
// with a comment inside, or something made by the compiler.
std::optional<Edit> setArgument(Location call, const WrittenAttributes& written, const std::string& name,
                                const std::string& value);

// Puts another layer before one that is fed by `|>`: `|> dense(10)` becomes `|> flatten |> dense(10)`.
// nullopt where the call has its input in the brackets.
std::optional<Edit> insertBefore(Location call, const std::string& layer);

} // namespace convoy
