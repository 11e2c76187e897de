// Diagnostics to standard error, as the options ask for.
#pragma once
#include "driver/options.h"

namespace convoy::driver {

void report(const DiagnosticEngine& diags, const Options& options);

// Reports that standard output or a file could not be written; does nothing when `error` is empty.
bool wrote(const std::optional<std::string>& error, const std::string& path, DiagnosticEngine& diags);

} // namespace convoy::driver
