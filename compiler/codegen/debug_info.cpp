#include "codegen/debug_info.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Module.h"

namespace convoy::codegen {

DebugInfo::DebugInfo(llvm::Module& module, const SourceLines& lines)
    : module_(module), lines_(lines), builder_(module) {}

// Paths stay as they were written, without a folder before them: the same script gives the same bytes
// wherever it is compiled, and debuggers look from the folder that they are called in.
llvm::DIFile* DebugInfo::file(const std::string& path) {
  llvm::DIFile*& file = files_[path];
  if (!file) file = builder_.createFile(path, "");
  return file;
}

DebugInfo::Place DebugInfo::place(const void* what, const Location& location) {
  switch (lines_.of) {
  case Lines::None: return {};
  case Lines::Script: {
    if (!location.valid()) return {};
    const SourceFile::Position at = location.file->position(location.begin);
    return {file(location.file->path()), at.line, at.column};
  }
  case Lines::Loops: {
    const auto line = lines_.loops.find(what);
    if (line == lines_.loops.end()) return {};
    return {file("loops"), line->second, 0};
  }
  }
  return {};
}

llvm::DebugLoc DebugInfo::define(llvm::Function& function, const loop::Function& from) {
  const Place head = place(&from, from.location);
  if (!head.file) return {};
  if (!unit_) {
    module_.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
    module_.addModuleFlag(llvm::Module::Warning, "Dwarf Version", 5);
    // Debuggers read names and numbers as they do for C.
    unit_ = builder_.createCompileUnit(
        llvm::DISourceLanguageName(llvm::dwarf::DW_LANG_C), head.file, "convoy",
        /*isOptimized=*/true, /*Flags=*/"", /*RV=*/0, /*SplitName=*/"", llvm::DICompileUnit::FullDebug,
        /*DWOId=*/0, /*SplitDebugInlining=*/false,
        /*DebugInfoForProfiling=*/false, llvm::DICompileUnit::DebugNameTableKind::None);
  }
  const auto flags = llvm::DISubprogram::toSPFlags(/*IsLocalToUnit=*/!from.exported, /*IsDefinition=*/true,
                                                   /*IsOptimized=*/true);
  llvm::DISubroutineType* type = builder_.createSubroutineType(builder_.getOrCreateTypeArray({}));
  llvm::DISubprogram* subprogram =
      builder_.createFunction(head.file, function.getName(), function.getName(), head.file, head.line, type,
                              head.line, llvm::DINode::FlagZero, flags);
  function.setSubprogram(subprogram);
  return llvm::DILocation::get(module_.getContext(), head.line, head.column, subprogram);
}

llvm::DebugLoc DebugInfo::at(const loop::Inst& inst, const llvm::DebugLoc& head,
                             const llvm::DebugLoc& otherwise) {
  const Place here = head ? place(&inst, inst.location) : Place();
  if (!here.file) return otherwise;
  llvm::DIScope* scope = llvm::cast<llvm::DIScope>(head.getScope());
  if (here.file != scope->getFile()) scope = builder_.createLexicalBlockFile(scope, here.file);
  return llvm::DILocation::get(module_.getContext(), here.line, here.column, scope);
}

llvm::DebugLoc DebugInfo::enterLoop(llvm::IRBuilderBase& code, const llvm::DebugLoc& head,
                                    llvm::Value* counter, const std::string& name) {
  const llvm::DebugLoc here = code.getCurrentDebugLocation();
  if (!here || lines_.of != Lines::Script) return head;
  if (!index_) index_ = builder_.createBasicType("index", 64, llvm::dwarf::DW_ATE_signed);
  auto* outer = llvm::cast<llvm::DIScope>(head.getScope());
  auto* scope = builder_.createLexicalBlock(outer, outer->getFile(), here.getLine(), here.getCol());
  auto* body = llvm::DILocation::get(module_.getContext(), here.getLine(), here.getCol(), scope);
  const std::string plain =
      name.substr(0, name.find('_')); // blocks nest: numbers that tell names apart can go
  llvm::DILocalVariable* variable =
      builder_.createAutoVariable(scope, plain, scope->getFile(), here.getLine(), index_);
  builder_.insertDbgValueIntrinsic(counter, variable, builder_.createExpression(), body,
                                   code.GetInsertBlock()->end());
  return body;
}

void DebugInfo::finish() {
  if (unit_) builder_.finalize();
}

} // namespace convoy::codegen
