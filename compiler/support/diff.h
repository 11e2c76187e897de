// What differs between two texts, line by line.
#pragma once
#include <string>
#include <string_view>

namespace convoy {

// A unified diff, as `diff -u` writes it and `patch` reads it: the names of both, then the places that
// differ, each with three lines around it. Empty when nothing differs. Takes time and memory in proportion to
// the texts: where they differ in very many lines, more of them may be called different than need be.
std::string unifiedDiff(std::string_view before, std::string_view after, const std::string& nameBefore,
                        const std::string& nameAfter);

} // namespace convoy
