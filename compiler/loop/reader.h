// Reads loop IR text.
#pragma once
#include "loop/ir.h"
#include "support/diagnostics.h"
#include <optional>

namespace convoy::loop {

// Diagnostics point into `file`. The result is not verified yet. nullopt after an error.
std::optional<Module> read(const SourceFile& file, DiagnosticEngine& diags);

} // namespace convoy::loop
