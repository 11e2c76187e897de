// A graph, compiled for this machine with strict arithmetic, and kept in memory to be run over and over.
#pragma once
#include "command/runner.h"
#include "driver/load.h"
#include "driver/phase_times.h"
#include <memory>

namespace convoy::driver {

class GraphRunner {
public:
  // As the passes over graphs make it. `from`: whose options and target hold. Null after a diagnostic.
  static std::unique_ptr<GraphRunner> make(const Compilation& from, graph::Graph graph, PhaseTimes& times);

  // The results, in the order of the graph's outputs.
  command::Result<std::vector<command::Tensor>> run(const std::vector<command::Tensor>& inputs);
  const convoy_pipeline& pipeline() const { return *loaded_.pipeline; }

private:
  explicit GraphRunner(const Compilation& from) : compilation_(from.options, from.diags) {}
  Compilation compilation_;
  LoadedPipeline loaded_;
  std::optional<command::Runner> runner_;
};

} // namespace convoy::driver
