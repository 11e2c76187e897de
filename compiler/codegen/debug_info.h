// Line tables of one LLVM module. Private to codegen/.
#pragma once
#include "codegen/lines.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/IRBuilder.h"
#include <map>

namespace convoy::codegen {

// Where code comes from, as LLVM's metadata: a subprogram for each function, a location for each instruction.
// The only variables are the counters of loops. The code is the same with and
// without.
class DebugInfo {
public:
  DebugInfo(llvm::Module& module, const SourceLines& lines);

  // Tells debuggers of a function that is defined, and gives the location of its head; none when nobody knows
  // where it comes from.
  llvm::DebugLoc define(llvm::Function& function, const loop::Function& from);
  // The location of an instruction in the function, or the block, with that head; `otherwise` when it has
  // none.
  llvm::DebugLoc at(const loop::Inst& inst, const llvm::DebugLoc& head, const llvm::DebugLoc& otherwise);
  // The head of a loop's body, which begins where the builder stands. Debuggers stop at the first instruction
  // of a line in each body, and tell the counter there.
  llvm::DebugLoc enterLoop(llvm::IRBuilderBase& code, const llvm::DebugLoc& head, llvm::Value* counter,
                           const std::string& name);
  // Once all functions are there.
  void finish();

private:
  struct Place {
    llvm::DIFile* file = nullptr; // null: nowhere
    unsigned line = 0, column = 0;
  };
  Place place(const void* what, const Location& location);
  llvm::DIFile* file(const std::string& path);

  llvm::Module& module_;
  const SourceLines& lines_;
  llvm::DIBuilder builder_;
  llvm::DICompileUnit* unit_ = nullptr; // made for the first function
  llvm::DIType* index_ = nullptr;
  std::map<std::string, llvm::DIFile*> files_;
};

} // namespace convoy::codegen
