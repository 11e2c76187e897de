// The constant tables of the C ABI (runtime.h): `P_pipeline` and what it points to.
#pragma once
#include "target/target.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace convoy {

struct PortDescription {
  std::string name;
  int32_t imageChannels = 0;
  std::vector<int64_t> constants; // a constant extent, or 0 with a size number beside it
  std::vector<int32_t> symbols;   // -1 for a constant
};

struct PipelineDescription {
  std::string name;   // for people
  std::string prefix; // of the symbols: prefix_run, prefix_pipeline, ...
  std::vector<PortDescription> inputs, outputs;
  std::vector<std::string> sizes;
  struct Check {
    std::string message, location;
  };
  std::vector<Check> checks;
  int32_t instructionLevel = 0; // as convoy_pipeline says
  std::vector<float> weights; // raw parameters, in the order that `prefix_prepare` reads them
};

// A module with `prefix_pipeline`. The functions that it points to are declarations.
std::unique_ptr<llvm::Module> describePipeline(llvm::LLVMContext& context,
                                               const PipelineDescription& description, const Target& target);

} // namespace convoy
