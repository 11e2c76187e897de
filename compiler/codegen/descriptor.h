// The constant tables of the C ABI (runtime.h): `P_pipeline` and what it points to.
#pragma once
#include "target/target.h"
#include <array>
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

constexpr int abiVersion = 8; // CONVOY_ABI_VERSION of runtime.h

// Numbers with several owners: there may be hundreds of megabytes of them, which nobody copies.
using SharedNumbers = std::shared_ptr<const std::vector<float>>;

struct PortDescription {
  std::string name;
  int32_t imageChannels = 0;
  std::vector<int64_t> constants;    // a constant extent, or 0 with a size number beside it
  std::vector<int32_t> symbols;      // -1 for a constant
  std::optional<float> defaultValue; // of a run-time scalar, which has no extents
};

struct PipelineDescription {
  std::string name;   // for people
  std::string prefix; // of the symbols: prefix_run, prefix_pipeline, ...
  std::vector<PortDescription> inputs, outputs;
  size_t keptLayers = 0; // of the outputs, the last ones: no results
  std::vector<std::string> sizes;
  struct Check {
    std::string message, location;
  };
  std::vector<Check> checks;
  // Of the code, the best one first. A single one has the pipeline's own prefix; several are chosen from at
  // run time.
  struct Version {
    std::string prefix;
    std::string processor;        // for people
    uint64_t instructionSets = 0; // as convoy_pipeline says
    struct Step {
      std::string name, algorithm, location;
    };
    std::vector<Step> steps = {}; // convoy_step; none: nobody knows, and there is no prefix_work
  };
  std::vector<Version> versions;
  SharedNumbers
      weights; // raw parameters, in the order that `prefix_prepare` reads them; null when there are none
  std::array<uint8_t, 16> weightsDigest{};
  std::string weightsFile; // where they will lie, without folder; empty: in the program, at `weightsSymbol`

  int64_t memoryLimit = 0; // of a workspace, in bytes; 0: there is none

  bool embedsWeights() const { return weights && weightsFile.empty(); }
  std::string weightsSymbol() const { return prefix + "_weights"; }
};

// A module with `prefix_pipeline`. The functions that it points to are declarations, as are the weights: an
// object of their own defines them, or whoever loads the code. With several versions the functions are here,
// and call those of the version that convoy_choose_version names.
std::unique_ptr<llvm::Module> describePipeline(llvm::LLVMContext& context,
                                               const PipelineDescription& description, const Target& target);

} // namespace convoy
