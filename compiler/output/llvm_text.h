// LLVM IR as text, read back: modules one after another, each of which begins with the line
// `; ModuleID = 'NAME'`, as CompiledUnit::llvm and ::optimized have them.
//
// Such a text is code, and is trusted as far as a program is: it may compute anything. What is wrong with it
// is a diagnostic, and it cannot bring in assembly, which could name files.
#pragma once
#include "support/diagnostics.h"
#include "target/target.h"
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace convoy {

struct LlvmModule {
  std::string name;
  std::string_view text;             // of the file
  size_t begin = 0;                  // where it is there
  std::string triple, cpu, features; // that its code is for; empty where it does not say
};

struct LlvmText {
  const SourceFile* file = nullptr;
  bool optimized = false; // by LLVM's clean-up, which is not to be done again
  std::vector<LlvmModule> modules;

  const LlvmModule* find(const std::string& name) const; // null: none
  // Where the text says `words` for the first time; its first line when it does not.
  Location locate(std::string_view words) const;
};

// A text without such lines is one module that is called like the file. Nothing after a diagnostic. For any
// thread.
std::optional<LlvmText> readLlvm(const SourceFile& file, bool optimized, DiagnosticEngine& diags);

// Whether code for the target may be made of it: false after a diagnostic.
bool checkTarget(const LlvmText& text, const Target& target, DiagnosticEngine& diags);

// A module of a text that was read.
std::unique_ptr<llvm::Module> parseModule(llvm::LLVMContext& context, const LlvmModule& module);

} // namespace convoy
