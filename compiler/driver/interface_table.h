// The interface of a pipeline as the C ABI tells it, without code behind it: what readers of input files ask.
#pragma once
#include "codegen/descriptor.h"
#include "convoy/runtime.h"
#include "graph/graph.h"

namespace convoy::driver {

class InterfaceTable {
public:
  explicit InterfaceTable(const graph::Graph& graph);
  InterfaceTable(const InterfaceTable&) = delete;
  InterfaceTable& operator=(const InterfaceTable&) = delete;
  // Its functions are null. Lives as long as this.
  const convoy_pipeline& pipeline() const { return pipeline_; }

private:
  PipelineDescription description_;
  std::vector<convoy_port> inputs_;
  std::vector<const char*> sizes_;
  convoy_pipeline pipeline_ = {};
};

} // namespace convoy::driver
