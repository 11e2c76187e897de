// Runs a compiled pipeline: prepared weights and threads once, sizes and workspace per run.
#ifndef CONVOY_COMMAND_RUNNER_H
#define CONVOY_COMMAND_RUNNER_H
#include "buffer.h"

namespace convoy::command {

struct DestroyPool {
  void operator()(convoy_pool* pool) const { convoy_pool_destroy(pool); }
};

// One set of inputs, checked, with outputs and workspace allocated: what is left is the compiled code.
class BoundRun {
public:
  // The inputs must outlive it.
  Outcome execute();
  // What execute() calls the pipeline with. Valid as long as this and the runner live.
  const convoy_call& arguments() const { return call; }
  std::vector<Tensor> outputs;

private:
  friend class Runner;
  const convoy_pipeline* pipeline = nullptr;
  std::vector<int64_t> sizes;
  std::vector<const void*> inputPointers;
  std::vector<void*> outputPointers;
  std::vector<int32_t> elements;
  Memory workspace;
  convoy_call call{};
};

class Runner {
public:
  // threads 0: all that the process may use. weightsFile: for a pipeline whose weights lie in one; empty:
  // beside the program.
  static Result<Runner> create(const convoy_pipeline& pipeline, int32_t threads,
                               const std::string& weightsFile);
  int32_t threads() const { return executor().threads; }
  const convoy_executor& executor() const { return *convoy_pool_executor(pool.get()); }
  // Checks sizes and batch counts. Errors name the input, or the place in the script. `bytes`: the outputs
  // that are wanted as 8-bit images; empty: none.
  Result<BoundRun> bind(const std::vector<Tensor>& inputs, const std::vector<bool>& bytes = {});

private:
  Outcome allocateOutputs(BoundRun& run, const std::vector<Tensor>& inputs, int64_t batch, bool batched,
                          const std::vector<bool>& bytes);
  const convoy_pipeline* pipeline = nullptr;
  std::unique_ptr<convoy_pool, DestroyPool> pool;
  Memory prepared;
};

} // namespace convoy::command
#endif
