// For tests of `convoy verify`: faults that are put in on purpose.
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

// The phase with this name was run. Spoils what it made when it is what options.breakPass names:
//   a pass over graphs: the numbers of the first parameter that it made;
//   a pass over loop IR: the arithmetic of every function;
//   after "lower", where the name is no phase's but a word about kernels: that of those kernels' functions
//   which the word is true of. An algorithm or a layout, "fused" (with other layers), "grouped".
void breakPass(Compilation& compilation, const std::string& phase);

} // namespace convoy::driver
