#include "output/llvm_text.h"
#include "output/llvm_words.h"
#include "support/internal_error.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

namespace convoy {

namespace {

constexpr std::string_view headline = "; ModuleID = '";

// LLVM remarks upon old forms of texts; those are of no interest to anybody.
struct Silent final : llvm::DiagnosticHandler {
  bool handleDiagnostics(const llvm::DiagnosticInfo&) override { return true; }
};

std::unique_ptr<llvm::Module> parseText(llvm::LLVMContext& context, const LlvmModule& module,
                                        const std::string& text, llvm::SMDiagnostic& problem) {
  const llvm::MemoryBufferRef buffer(text, module.name);
  std::unique_ptr<llvm::Module> parsed = llvm::parseAssembly(buffer, problem, context);
  if (parsed) parsed->setModuleIdentifier(module.name);
  return parsed;
}

// Of a text with lines for debuggers, LLVM's parser checks the rules itself, and ends the process when one is
// broken. A text of another version has no such lines for it.
std::string withoutDebugLines(std::string_view text) {
  constexpr std::string_view version = "!\"Debug Info Version\"";
  std::string other(text);
  for (size_t at = 0; (at = other.find(version, at)) != std::string::npos; at += version.size())
    other[at + version.size() - 2] = '_';
  return other;
}

// Where lines that begin with `headline` are.
std::vector<size_t> headlinesOf(std::string_view text) {
  std::vector<size_t> places;
  for (size_t at = 0; (at = text.find(headline, at)) != std::string_view::npos; at += headline.size())
    if (at == 0 || text[at - 1] == '\n') places.push_back(at);
  return places;
}

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// "nets/edges.ll" is "edges".
std::string nameOf(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

class Reader {
public:
  Reader(const SourceFile& file, DiagnosticEngine& diags) : file_(file), diags_(diags) { text_.file = &file; }

  std::optional<LlvmText> read(bool optimized) {
    text_.optimized = optimized;
    if (!split()) return std::nullopt;
    for (LlvmModule& module : text_.modules) check(module);
    if (diags_.hasErrors()) return std::nullopt;
    return std::move(text_);
  }

private:
  Location at(size_t begin, size_t length = 1) const {
    return {&file_, static_cast<uint32_t>(begin),
            static_cast<uint32_t>(std::min(begin + length, file_.text().size()))};
  }

  bool split() {
    const std::string_view text = file_.text();
    std::vector<size_t> places = headlinesOf(text);
    if (places.empty()) {
      text_.modules.push_back({nameOf(file_.path()), text, 0, "", "", ""});
      return true;
    }
    // What stands before the first line belongs to no module, unless it is nothing but space.
    if (isBlank(text.substr(0, places.front()))) places.front() = 0;
    if (places.front() != 0) {
      diags_.report(diag::LlvmSyntax, at(0), "the first line of a module is wanted before this")
          .help("a module begins with \"; ModuleID = 'NAME'\"");
      return false;
    }
    for (size_t i = 0; i < places.size(); ++i) {
      const size_t begin = places[i], end = i + 1 < places.size() ? places[i + 1] : text.size();
      const size_t name = text.find(headline, begin) + headline.size();
      const size_t nameEnd = text.find_first_of("'\n", name);
      LlvmModule module{
          std::string(text.substr(name, nameEnd - name)), text.substr(begin, end - begin), begin, "", "", ""};
      if (text_.find(module.name)) {
        diags_.report(diag::LlvmInvalid, at(name, module.name.size()),
                      "two modules are named '" + module.name + "'");
        return false;
      }
      text_.modules.push_back(std::move(module));
    }
    return true;
  }

  void check(LlvmModule& module) {
    llvm::LLVMContext context;
    context.setDiagnosticHandler(std::make_unique<Silent>());
    llvm::SMDiagnostic problem;
    const std::unique_ptr<llvm::Module> parsed =
        parseText(context, module, withoutDebugLines(module.text), problem);
    if (!parsed) return reportSyntax(module, problem);
    for (const llvm::Function& function : *parsed)
      if (!function.isDeclaration()) checkFunction(function);
    std::string rule;
    llvm::raw_string_ostream stream(rule);
    if (!diags_.hasErrors() && llvm::verifyModule(*parsed, &stream))
      reportRule("module '" + module.name + "'", at(module.begin), rule);
    if (!parsed->getModuleInlineAsm().empty()) reportAssembly(text_.locate("module asm"));
    module.triple = parsed->getTargetTriple().str();
    for (const llvm::Function& function : *parsed) {
      const auto attribute = [&](const char* name) {
        return function.getFnAttribute(name).getValueAsString().str();
      };
      if (module.cpu.empty()) module.cpu = attribute("target-cpu");
      if (module.features.empty()) module.features = attribute("target-features");
    }
  }

  void checkFunction(const llvm::Function& function) {
    std::string rule;
    llvm::raw_string_ostream stream(rule);
    if (llvm::verifyFunction(function, &stream))
      reportRule("@" + function.getName().str(), text_.locate("@" + function.getName().str() + "("), rule);
    for (const llvm::Instruction& instruction : llvm::instructions(function))
      if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction); call && call->isInlineAsm())
        return reportAssembly(text_.locate(" asm "));
  }

  void reportSyntax(const LlvmModule& module, const llvm::SMDiagnostic& problem) {
    // Lines of the module's text from 1, columns from 0.
    size_t line = module.begin;
    for (int i = 1; i < problem.getLineNo() && line != std::string_view::npos; ++i)
      line = file_.text().find('\n', line) + 1;
    const size_t column = static_cast<size_t>(std::max(problem.getColumnNo(), 0));
    const LlvmReason reason =
        explainLlvm(std::string_view(problem.getMessage().data(), problem.getMessage().size()));
    auto report = diags_.report(diag::LlvmSyntax, at(line + column), reason.what);
    if (!reason.note.empty()) report.note("LLVM's reason: " + reason.note);
  }

  // The verifier's first sentence, and the first thing that it is about.
  void reportRule(const std::string& what, Location where, const std::string& rule) {
    const size_t first = rule.find('\n'), second = rule.find('\n', std::min(first, rule.size() - 1) + 1);
    std::string note = rule.substr(0, first);
    if (first != std::string::npos && first + 1 < rule.size()) {
      std::string thing = rule.substr(first + 1, second - first - 1);
      thing.erase(0, thing.find_first_not_of(' '));
      if (!thing.empty()) note += " In: " + thing;
      const size_t place = thing.empty() ? std::string_view::npos : file_.text().find(thing, where.begin);
      if (place != std::string_view::npos) where = at(place, thing.size());
    }
    diags_.report(diag::LlvmInvalid, where, what + " breaks a rule of LLVM IR").note("the rule: " + note);
  }

  void reportAssembly(Location where) { diags_.report(diag::LlvmInvalid, where, "assembly is not taken"); }

  const SourceFile& file_;
  DiagnosticEngine& diags_;
  LlvmText text_;
};

} // namespace

const LlvmModule* LlvmText::find(const std::string& name) const {
  for (const LlvmModule& module : modules)
    if (module.name == name) return &module;
  return nullptr;
}

Location LlvmText::locate(std::string_view words) const {
  const size_t place = file->text().find(words);
  if (place == std::string_view::npos) return {file, 0, 0};
  return {file, static_cast<uint32_t>(place), static_cast<uint32_t>(place + words.size())};
}

std::optional<LlvmText> readLlvm(const SourceFile& file, bool optimized, DiagnosticEngine& diags) {
  return Reader(file, diags).read(optimized);
}

bool checkTarget(const LlvmText& text, const Target& target, DiagnosticEngine& diags) {
  for (const LlvmModule& module : text.modules) {
    if (!module.triple.empty() && module.triple != target.triple) {
      diags.report(diag::LlvmTarget, text.locate("target triple"), module.triple, target.triple)
          .help("'--target=" + module.triple + "' makes code for it");
      return false;
    }
    const bool other = (!module.cpu.empty() && module.cpu != target.cpu) ||
                       (!module.features.empty() && module.features != target.features);
    if (other) {
      diags.report(diag::LlvmTarget, text.locate("\"target-cpu\"="), module.cpu, target.cpu)
          .help("'-mcpu=" + module.cpu + "' makes code for it");
      return false;
    }
  }
  return true;
}

std::unique_ptr<llvm::Module> parseModule(llvm::LLVMContext& context, const LlvmModule& module) {
  llvm::SMDiagnostic problem;
  std::unique_ptr<llvm::Module> parsed = parseText(context, module, std::string(module.text), problem);
  require(parsed != nullptr, "LLVM IR that was read is not read again");
  return parsed;
}

} // namespace convoy
