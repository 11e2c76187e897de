// --memory-limit: a schedule whose workspace keeps it.
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

// Given compilation.schedule, which was chosen by cost or read: leaves it there when it surely keeps the
// limit, else the one that needs least memory. Sizes that nobody knows when compiling are looked at when the
// program runs (runtime.h). False after a diagnostic that says what would be needed. `mayChange`: the
// schedule is the compiler's choice.
bool keepMemoryLimit(Compilation& compilation, bool mayChange);

} // namespace convoy::driver
