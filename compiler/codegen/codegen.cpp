#include "codegen/codegen.h"
#include "codegen/emitter.h"
#include "support/internal_error.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"

namespace convoy {

std::unique_ptr<llvm::Module> generate(llvm::LLVMContext& context, const std::string& name,
                                       const loop::Module& program,
                                       const std::vector<const loop::Function*>& functions,
                                       const Target& target, const SourceLines& lines) {
  auto module = std::make_unique<llvm::Module>(name, context);
  module->setTargetTriple(llvm::Triple(target.triple));
  module->setPICLevel(llvm::PICLevel::BigPIC);
  codegen::DebugInfo debug(*module, lines);
  for (const loop::Function* function : functions)
    codegen::Emitter(*module, program, target, debug).define(*function);
  debug.finish();
  std::string problems;
  llvm::raw_string_ostream stream(problems);
  if (llvm::verifyModule(*module, &stream)) internalError("invalid LLVM IR for '" + name + "': " + problems);
  return module;
}

} // namespace convoy
