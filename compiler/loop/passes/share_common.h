// Computes equal pure expressions once: where an instruction that dominates another has the same operation,
// operands and constants, the other's uses go to the first. Before: any loop IR that verifies. After: the
// same results; the copies are gone.
#pragma once
#include "loop/ir.h"

namespace convoy::loop {

void shareCommon(Function& function);

} // namespace convoy::loop
