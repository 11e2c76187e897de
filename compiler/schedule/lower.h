// Graph and schedule to loop IR: a function per kernel, and the entry functions of the C ABI (runtime.h).
#pragma once
#include "loop/ir.h"
#include "schedule/call.h"

namespace convoy::schedule {

// The functions, all named with `prefix`: exported prefix_check, prefix_prepared_size, prefix_prepare,
// prefix_workspace_size, prefix_run; and the kernels, prefix.LAYER. Kernels that are equal but for names
// exist once.
struct Program {
  loop::Module loops;
  std::vector<float> weights; // every parameter's data, in the order prefix_prepare reads them
  ProgramCalls calls;
  Workspace workspace;
  // The steps that executors hear of, by number: a kernel each (a group's are all its first kernel), and
  // behind them the moves.
  std::vector<Move> moves;
};

// `memoryLimit`: of the workspace, in bytes; 0: there is none. prefix_run refuses to need more, and rather
// takes fewer items and threads at a time.
Program lower(const graph::Graph& graph, const Schedule& schedule, const Target& target,
              const std::string& prefix, int64_t memoryLimit = 0);
// Multiply-adds, and bytes of an item and once for all items, of each step.
struct StepWork {
  Size multiplyAdds, bytes;
  int64_t bytesOnce = 0;
};
// Adds the function prefix_work(sizes, batch, numbers) -> 0, which writes multiply-adds and bytes of each
// step.
void addWorkFunction(loop::Module& module, const graph::Graph& graph, const std::string& prefix,
                     const std::vector<StepWork>& steps);

// Program::workspace alone.
Workspace workspaceFor(const graph::Graph& graph, const Schedule& schedule, const Target& target);

} // namespace convoy::schedule
