// Moves pure instructions out of loops in whose rounds they do not change. Before: any loop IR that verifies.
// After: the same results; every pure instruction of a loop body depends on the loop's counter or on what it
// carries, reads or computes inside.
#pragma once
#include "loop/ir.h"

namespace convoy::loop {

void hoistInvariants(Function& function);

} // namespace convoy::loop
