// Loop IR to machine code: object files, and the texts on the way.
#pragma once
#include "codegen/descriptor.h"
#include "codegen/lines.h"
#include "loop/ir.h"
#include "output/llvm_text.h"
#include "target/target.h"
#include <functional>
#include <string>
#include <vector>

namespace convoy {

struct CompileOptions {
  int optimize = 3; // 0..3
  int threads = 1;  // kernels are compiled side by side
  Lines lines = Lines::None;
  // May be empty. Called before each unit, by one thread at a time; false: what was made so far is dropped.
  std::function<bool(size_t done, size_t total)> proceed;
  // Its modules stand for those of their names that would be generated. Null: none.
  const LlvmText* text = nullptr;
  bool keepLlvm = false, keepOptimized = false, keepAssembly = false; // fill the texts below
};

// One object file: a kernel, all entry functions, the descriptor, or the weights (weights_object.h).
struct CompiledUnit {
  std::string name;
  std::string object;    // ELF bytes
  SharedNumbers numbers; // the rest of the file, behind them; null: nothing
  std::string llvm, optimized, assembly;
  std::string refused; // why LLVM makes no code of a text that was read; empty: it does
};

// What compileProgram gives, by name and in order.
std::vector<std::string> unitNames(const loop::Module& program, const PipelineDescription* description);

// Entry functions are the exported ones; every other function of the program is a kernel with a unit of its
// own. `description` may be null (then there is no descriptor unit). The loop IR must verify. Without a
// program and a description all modules of options.text become units. Empty when options.proceed said so.
std::vector<CompiledUnit> compileProgram(const loop::Module& program, const PipelineDescription* description,
                                         const Target& target, const CompileOptions& options);

// The descriptor of a pipeline whose versions are compiled each by itself, and the functions that choose
// among them. For a processor that all versions' are more than.
CompiledUnit compileDescriptor(const PipelineDescription& description, const Target& target,
                               const CompileOptions& options);

} // namespace convoy
