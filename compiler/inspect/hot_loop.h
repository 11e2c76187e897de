// Whether the loops in which a kernel spends its time work on vectors.
#pragma once
#include "loop/ir.h"

namespace convoy::inspect {

// The hot loops of a function are its innermost ones with the most loops around them; `unroll` counts as
// written out, and a loop that provably never turns is none. True when one of them computes with, loads or
// stores vectors of floats; false when all that they hold is scalar. A function without loops is its own.
bool hotLoopIsVectorized(const loop::Function& function);

} // namespace convoy::inspect
