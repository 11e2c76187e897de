#include "output/memory.h"
#include "output/perf.h"
#include "support/internal_error.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"

namespace convoy {

using namespace llvm;

struct CodeInMemory::State {
  std::unique_ptr<orc::LLJIT> jit;
};

namespace {
template <typename T> T check(Expected<T> result) {
  if (!result) internalError("code in memory: " + toString(result.takeError()));
  return std::move(*result);
}
void check(Error error) {
  if (error) internalError("code in memory: " + toString(std::move(error)));
}
} // namespace

std::map<std::string, const void*> weightsOf(const PipelineDescription& description) {
  if (!description.embedsWeights()) return {};
  return {{description.weightsSymbol(), description.weights->data()}};
}

CodeInMemory::CodeInMemory(const std::vector<CompiledUnit>& units,
                           const std::map<std::string, const void*>& symbols, PerfFile perfFile)
    : state_(std::make_unique<State>()) {
  // The objects are compiled already, so the builder needs no more than the host's triple.
  orc::JITTargetMachineBuilder machine{Triple(sys::getDefaultTargetTriple())};
  state_->jit = check(orc::LLJITBuilder()
                          .setJITTargetMachineBuilder(machine)
                          .setNumCompileThreads(0)
                          .setLinkProcessSymbolsByDefault(true) // memcpy and memset
                          .create());
  check(orc::enableDebuggerSupport(*state_->jit));
  tellPerf(*state_->jit, perfFile);
  orc::JITDylib& library = state_->jit->getMainJITDylib();
  orc::SymbolMap map;
  for (const auto& [name, address] : symbols)
    map[state_->jit->mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address), JITSymbolFlags::Exported};
  if (!map.empty()) check(library.define(orc::absoluteSymbols(std::move(map))));
  for (const CompiledUnit& unit : units)
    check(state_->jit->addObjectFile(
        MemoryBuffer::getMemBuffer(unit.object, unit.name, /*RequiresNullTerminator=*/false)));
}

CodeInMemory::~CodeInMemory() = default;

const void* CodeInMemory::find(const std::string& symbol) const {
  return check(state_->jit->lookup(symbol)).toPtr<const void*>();
}

} // namespace convoy
