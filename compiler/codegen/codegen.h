// Loop IR to LLVM IR: fixed vectors, explicit fused multiply-add, no fast-math flags. Every loop is marked so
// that LLVM neither vectorizes nor unrolls it: the loop IR already says what is wanted.
#pragma once
#include "codegen/lines.h"
#include "loop/ir.h"
#include "target/target.h"
#include <memory>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace convoy {

// One LLVM module that defines `functions`; calls to other functions of `program` become declarations. The
// loop IR must verify. The module is verified.
std::unique_ptr<llvm::Module> generate(llvm::LLVMContext& context, const std::string& name,
                                       const loop::Module& program,
                                       const std::vector<const loop::Function*>& functions,
                                       const Target& target, const SourceLines& lines);

} // namespace convoy
