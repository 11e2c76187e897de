// Whether code can run where it was made.
#pragma once
#include "target/target.h"
#include <string>
#include <vector>

namespace convoy::driver {

// Instruction sets (LLVM's names) that code for `wanted` may use and `host` lacks.
std::vector<std::string> missingInstructionSets(const Target& wanted, const Target& host);

// Whether the host is this kind of machine, and a processor with all that `wanted` has.
bool canRunOn(const Target& host, const Target& wanted);
// A diagnostic that says why not.
void reportForeign(const Target& wanted, const Target& host, DiagnosticEngine& diags);

} // namespace convoy::driver
