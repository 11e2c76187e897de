// Compiled code, ready to be called in this process.
#pragma once
#include "convoy/runtime.h"
#include "driver/compilation.h"
#include "output/memory.h"

namespace convoy::driver {

struct LoadedPipeline {
  std::unique_ptr<CodeInMemory> code; // owns what `pipeline` points to, but for
  SharedNumbers weights;
  const convoy_pipeline* pipeline = nullptr;
};

// The compilation must have reached machine code for this machine, from a script or graph IR. It need not
// live on.
LoadedPipeline loadInMemory(const Compilation& compilation);

} // namespace convoy::driver
