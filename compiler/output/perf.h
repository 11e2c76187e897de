// What Linux's `perf` reads to know code in memory. Private to output/.
#pragma once
#include "output/memory.h"

namespace llvm::orc {
class LLJIT;
}

namespace convoy {

// From now on writes what is loaded to such a file.
void tellPerf(llvm::orc::LLJIT& jit, PerfFile file);

} // namespace convoy
