#include "output/compile.h"
#include "codegen/codegen.h"
#include "output/fatal.h"
#include "output/use_order.h"
#include "support/internal_error.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/ADCE.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/GVN.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>

namespace convoy {

namespace {

void initializeLlvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo(), LLVMInitializeX86Target(), LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter(), LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo(), LLVMInitializeAArch64Target(), LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter(), LLVMInitializeAArch64AsmParser();
  });
}

std::unique_ptr<llvm::TargetMachine> machineFor(const Target& target, int optimize) {
  initializeLlvm();
  std::string error;
  llvm::Triple triple(target.triple);
  const llvm::Target* found = llvm::TargetRegistry::lookupTarget(triple, error);
  require(found != nullptr, "the target is not built into LLVM");
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict; // fused operations are explicit
  auto level = optimize <= 0   ? llvm::CodeGenOptLevel::None
               : optimize == 1 ? llvm::CodeGenOptLevel::Less
               : optimize == 2 ? llvm::CodeGenOptLevel::Default
                               : llvm::CodeGenOptLevel::Aggressive;
  return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(
      triple, target.cpu, target.features, options, llvm::Reloc::PIC_, std::nullopt, level));
}

// The loop IR is SSA already and has made the large decisions, so that a short list of clean-ups is enough:
// it folds constants, shares address arithmetic and moves invariant work out of loops.
void optimizeModule(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(
      llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), /*UseMemorySSA=*/true));
  passes.addPass(llvm::GVNPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::ADCEPass());
  llvm::ModulePassManager pipeline;
  pipeline.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  pipeline.run(module, modules);
}

std::string textOf(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

std::string emitFile(llvm::Module& module, llvm::TargetMachine& machine, llvm::CodeGenFileType kind) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, kind))
    internalError("the target cannot emit this kind of file");
  passes.run(module);
  return {bytes.data(), bytes.size()};
}

CompiledUnit finish(std::unique_ptr<llvm::Module> module, const Target& target, const CompileOptions& options,
                    bool isOptimized = false) {
  auto machine = machineFor(target, options.optimize);
  module->setDataLayout(machine->createDataLayout());
  CompiledUnit unit;
  unit.name = module->getName().str();
  orderUses(*module);
  if (options.keepLlvm && !isOptimized) unit.llvm = textOf(*module);
  if (options.optimize > 0 && !isOptimized) {
    optimizeModule(*module, *machine);
    orderUses(*module);
  }
  if (options.keepOptimized) unit.optimized = textOf(*module);
  if (options.keepAssembly) {
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*module);
    unit.assembly = emitFile(*copy, *machine, llvm::CodeGenFileType::AssemblyFile);
  }
  unit.object = emitFile(*module, *machine, llvm::CodeGenFileType::ObjectFile);
  return unit;
}

// Keeps the first error, which would otherwise end the process.
struct KeepError final : llvm::DiagnosticHandler {
  explicit KeepError(std::string& error) : error(error) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    if (info.getSeverity() != llvm::DS_Error || !error.empty()) return true;
    llvm::raw_string_ostream stream(error);
    llvm::DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    return true;
  }
  std::string& error;
};

CompiledUnit compileText(const LlvmModule& text, bool isOptimized, const Target& target,
                         const CompileOptions& options) {
  CompiledUnit unit;
  unit.name = text.name;
  std::string error;
  const std::optional<std::string> failure = reasonOfFailure([&] {
    llvm::LLVMContext context;
    context.setDiagnosticHandler(std::make_unique<KeepError>(error));
    std::unique_ptr<llvm::Module> module = parseModule(context, text);
    module->setTargetTriple(llvm::Triple(target.triple));
    unit = finish(std::move(module), target, options, isOptimized);
  });
  unit.refused = failure.value_or(error);
  return unit;
}

// One unit to compile: the functions of a module, or the descriptor when there are none.
struct Part {
  std::string name;
  std::vector<const loop::Function*> functions;
};

std::vector<Part> partsOf(const loop::Module& program, const PipelineDescription* description) {
  std::vector<Part> parts;
  std::vector<const loop::Function*> entries;
  for (const auto& f : program.functions) {
    if (f->exported)
      entries.push_back(f.get());
    else
      parts.push_back({f->name, {f.get()}});
  }
  if (!entries.empty()) parts.push_back({description ? description->prefix + "_entry" : "entry", entries});
  if (description) parts.push_back({description->prefix + "_pipeline", {}});
  return parts;
}

} // namespace

CompiledUnit compileDescriptor(const PipelineDescription& description, const Target& target,
                               const CompileOptions& options) {
  llvm::LLVMContext context;
  return finish(describePipeline(context, description, target), target, options);
}

std::vector<std::string> unitNames(const loop::Module& program, const PipelineDescription* description) {
  std::vector<std::string> names;
  for (const Part& part : partsOf(program, description)) names.push_back(part.name);
  return names;
}

std::vector<CompiledUnit> compileProgram(const loop::Module& program, const PipelineDescription* description,
                                         const Target& target, const CompileOptions& options) {
  std::vector<Part> parts = partsOf(program, description);
  if (options.text && parts.empty())
    for (const LlvmModule& module : options.text->modules) parts.push_back({module.name, {}});
  std::vector<std::function<CompiledUnit()>> jobs;
  SourceLines lines{options.lines, {}};
  if (options.lines == Lines::Loops) loop::print(program, &lines.loops);
  for (const Part& part : parts)
    jobs.push_back([&]() -> CompiledUnit {
      if (const LlvmModule* text = options.text ? options.text->find(part.name) : nullptr)
        return compileText(*text, options.text->optimized, target, options);
      if (part.functions.empty()) return compileDescriptor(*description, target, options);
      llvm::LLVMContext context;
      return finish(generate(context, part.name, program, part.functions, target, lines), target, options);
    });

  std::vector<CompiledUnit> units(jobs.size());
  std::atomic<size_t> next{0};
  std::mutex lock; // of what follows
  std::exception_ptr failure;
  size_t done = 0;
  bool stopped = false;
  auto mayGoOn = [&] {
    std::lock_guard<std::mutex> guard(lock);
    if (!stopped && !failure && options.proceed) stopped = !options.proceed(done, jobs.size());
    return !stopped && !failure;
  };
  auto work = [&] {
    for (size_t i; (i = next++) < jobs.size();) {
      try {
        if (!mayGoOn()) return;
        units[i] = jobs[i]();
        std::lock_guard<std::mutex> guard(lock);
        ++done;
      } catch (...) {
        std::lock_guard<std::mutex> guard(lock);
        failure = std::current_exception();
      }
    }
  };
  std::vector<std::thread> helpers;
  int count = std::min<int>(options.threads, static_cast<int>(jobs.size()));
  try {
    for (int i = 1; i < count; ++i) helpers.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads: those that there are do the work.
  }
  work();
  for (std::thread& t : helpers) t.join();
  if (failure) std::rethrow_exception(failure);
  if (stopped) units.clear();
  return units;
}

} // namespace convoy
