// The canonical form of scripts: what `convoy fmt` writes.
//
// Four spaces an indent, lines of up to 120 columns, one statement a line, `|>` at the start of a line. A
// chain that was broken before a `|>` stays broken there, a list that was broken between elements stays
// broken; everything else is joined when it fits. Comments and single blank lines stay.
#pragma once
#include <string>
#include <string_view>

namespace convoy {

// `text` must parse without errors. The words and signs of the result are the same but for `;` and commas
// before a closing bracket, and formatting it again changes nothing.
std::string formatScript(std::string_view text);

} // namespace convoy
