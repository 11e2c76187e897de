#include "output/perf.h"
#include "output/file.h"
#include "support/internal_error.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebugInfoSupport.h"
#include "llvm/ExecutionEngine/Orc/Debugging/PerfSupportPlugin.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include <cinttypes>
#include <fcntl.h>
#include <unistd.h>

namespace convoy {

using namespace llvm;

namespace {

// A line for each function: its address, its size, its name.
class MapWriter final : public orc::ObjectLinkingLayer::Plugin {
public:
  void modifyPassConfig(orc::MaterializationResponsibility&, jitlink::LinkGraph&,
                        jitlink::PassConfiguration& passes) override {
    passes.PostFixupPasses.push_back([](jitlink::LinkGraph& graph) {
      std::string lines;
      for (const jitlink::Symbol* symbol : graph.defined_symbols()) {
        if (!symbol->hasName() || !symbol->isCallable() || symbol->getSize() == 0) continue;
        char place[40];
        std::snprintf(place, sizeof place, "%" PRIx64 " %" PRIx64 " ", symbol->getAddress().getValue(),
                      static_cast<uint64_t>(symbol->getSize()));
        lines += place + (*symbol->getName()).str() + "\n";
      }
      append(lines);
      return Error::success();
    });
  }
  Error notifyFailed(orc::MaterializationResponsibility&) override { return Error::success(); }
  Error notifyRemovingResources(orc::JITDylib&, orc::ResourceKey) override { return Error::success(); }
  void notifyTransferringResources(orc::JITDylib&, orc::ResourceKey, orc::ResourceKey) override {}

private:
  // perf asks for this name. What cannot be written is missing there, and nowhere else.
  static void append(const std::string& lines) {
    const std::string path = "/tmp/perf-" + std::to_string(::getpid()) + ".map";
    File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file.descriptor() >= 0) writeAll(file.descriptor(), lines.data(), lines.size());
  }
};

} // namespace

void tellPerf(orc::LLJIT& jit, PerfFile file) {
  auto* layer = dyn_cast<orc::ObjectLinkingLayer>(&jit.getObjLinkingLayer());
  if (file == PerfFile::None || !layer) return;
  if (file == PerfFile::Map) {
    layer->addPlugin(std::make_shared<MapWriter>());
    return;
  }
  auto dump = orc::PerfSupportPlugin::Create(jit.getExecutionSession().getExecutorProcessControl(),
                                             *jit.getProcessSymbolsJITDylib(), /*EmitDebugInfo=*/true,
                                             /*EmitUnwindInfo=*/false);
  if (!dump) internalError("code in memory: " + toString(dump.takeError()));
  layer->addPlugin(std::make_shared<orc::DebugInfoPreservationPlugin>()); // it reads what else is not loaded
  layer->addPlugin(std::shared_ptr<orc::PerfSupportPlugin>(std::move(*dump)));
}

} // namespace convoy
