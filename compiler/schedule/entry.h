// The entry functions of a compiled pipeline, in loop IR. Private to schedule/.
#pragma once
#include "schedule/memory.h"

namespace convoy::schedule {

// Adds prefix_check, prefix_prepared_size, prefix_prepare, prefix_workspace_size and prefix_run to `module`,
// and the packing functions that prepare calls. calls[i] are those of schedule.kernels[i].
void addEntryFunctions(loop::Module& module, const Graph& graph, const Schedule& schedule,
                       const Target& target, const Images& images, MemoryPlan& plan,
                       const ProgramCalls& calls, const std::vector<KernelCall>& groups,
                       const std::string& prefix);

} // namespace convoy::schedule
