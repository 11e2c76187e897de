// The functions of a pipeline whose code has several versions. Private to codegen/.
#pragma once
#include "codegen/descriptor.h"

namespace llvm {
class Constant;
class Module;
} // namespace llvm

namespace convoy::codegen {

// Defines `prefix_check` and the other entry functions: each calls the one of the chosen version. It is
// chosen by the first call of any of them, and is the same from then on, for all threads. `versions`: the
// table that convoy_choose_version takes. When it chooses none, the last version runs.
void addDispatch(llvm::Module& module, const PipelineDescription& description, llvm::Constant* versions);

} // namespace convoy::codegen
