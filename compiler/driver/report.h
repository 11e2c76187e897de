// Diagnostics to standard error, as the options ask for.
#pragma once
#include "driver/options.h"
#include <cstdio>

namespace convoy::driver {

// Whether text that goes to `stream` is coloured.
bool useColor(ColorMode mode, std::FILE* stream);

// As text, errors end with a line about `convoy explain`.
void report(const DiagnosticEngine& diags, const Options& options);

// Reports that standard output or a file could not be written; does nothing when `error` is empty.
bool wrote(const std::optional<std::string>& error, const std::string& path, DiagnosticEngine& diags);

} // namespace convoy::driver
