// What a compilation passes on its way from a script to machine code.
#pragma once
#include <string>

namespace convoy {
inline namespace v1 {

// The stages that a person can look at, in the order in which a compilation passes them.
enum class Stage { Ast, Graph, Fused, Schedule, Loops, Llvm, LlvmOptimized, Assembly };

// A stage as text.
struct StageText {
  Stage stage = Stage::Loops;
  std::string text;
  std::string name; // what diagnostics call it; empty: the stage's name
};

// A pass of the compiler, and why it stands where it stands.
struct Pass {
  std::string name; // "fold batch_norm"
  std::string why;
};

// What there is after a pass: the text of the stage that it makes or changes, without the numbers of large
// constants.
struct PassText {
  std::string pass;
  Stage stage = Stage::Graph;
  std::string text;
};

} // namespace v1
} // namespace convoy
