// Values of literals. Each reports what is wrong with its text and then returns something harmless.
#pragma once
#include "support/diagnostics.h"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

int64_t integerValue(std::string_view text, Location where, DiagnosticEngine& diags);
double floatValue(std::string_view text, Location where, DiagnosticEngine& diags);
// `3x5` is {3, 5}.
std::vector<int64_t> sizeValue(std::string_view text, Location where, DiagnosticEngine& diags);
// `text` with its quotes, or a piece of a string with the quote and the braces around it. Escapes: \" \\ \n
// \t; `{{` is a brace.
std::string stringValue(std::string_view text, Location where, DiagnosticEngine& diags);

} // namespace convoy
