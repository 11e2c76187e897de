// The processors that code is made for.
#pragma once
#include "driver/options.h"
#include "target/target.h"
#include <optional>
#include <string>
#include <vector>

namespace convoy::driver {

// Those that options name, the best one first. One with a matrix unit is there without it too, for systems
// that refuse it to a process. Empty after a diagnostic.
std::vector<Target> targetsOf(const Options& options, DiagnosticEngine& diags);

// The first of them that this process may run. None after a diagnostic.
std::optional<Target> targetForHere(const Options& options, DiagnosticEngine& diags);

// What the symbols of a version have in them: "x86_64_v3".
std::string versionName(const Target& target);

// A processor with what all of the target's kind have.
Target plainest(const Target& target);

} // namespace convoy::driver
