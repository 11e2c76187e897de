// A compiled pipeline with all that it takes to measure it: code in memory, threads, inputs of seeded
// numbers.
#pragma once
#include "command/benchmark.h"
#include "driver/load.h"
#include "driver/run_sizes.h"
#include "measure/program.h"

namespace convoy::driver {

class Measurable {
public:
  // The compilation must have reached machine code for this machine; it need not live on. Run-time sizes that
  // `sizes`, or without it options.sizes, leaves out are those of command::seededInputs. Null after a
  // diagnostic.
  static std::unique_ptr<Measurable> create(Compilation& compilation, int threads, int64_t batch,
                                            const std::optional<RunSizes>& sizes = std::nullopt);
  Measurable(const Measurable&) = delete;
  Measurable& operator=(const Measurable&) = delete;

  // Refers to this.
  measure::Work work() const { return {*loaded_.pipeline, run_->arguments(), facts_, calls_, sizes_}; }

private:
  Measurable() = default;
  LoadedPipeline loaded_;
  std::vector<inspect::KernelFacts> facts_;
  schedule::ProgramCalls calls_;
  std::map<std::string, int64_t> sizes_;
  std::optional<command::Runner> runner_;
  std::vector<command::Tensor> inputs_;
  std::optional<command::BoundRun> run_;
};

} // namespace convoy::driver
