// Whether code can run where it was made.
#pragma once
#include "target/target.h"
#include <string>
#include <vector>

namespace convoy::driver {

// Instruction sets (LLVM's names) that code for `wanted` may use and `host` lacks.
std::vector<std::string> missingInstructionSets(const Target& wanted, const Target& host);

// False after a diagnostic: `wanted` is another kind of machine, or a processor with more than this one has.
bool canRunHere(const Target& wanted, DiagnosticEngine& diags);

} // namespace convoy::driver
