// Drops pure instructions and loads whose results nobody uses. Before: any loop IR that verifies. After: the
// same effects; every pure instruction and load has a use.
#pragma once
#include "loop/ir.h"

namespace convoy::loop {

void removeDead(Function& function);

} // namespace convoy::loop
