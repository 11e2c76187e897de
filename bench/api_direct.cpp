#include "api_direct.h"
#include "driver/load.h"
#include "driver/pipeline.h"
#include <cstdlib>

using namespace convoy;

namespace {

struct Direct {
  driver::Options options;
  DiagnosticEngine diags;
  driver::Compilation compilation{options, diags};
  driver::LoadedPipeline loaded;
  convoy_pool* pool = convoy_pool_create(1);
  int64_t size = 0;
  const void* inputs[1];
  void* outputs[1];
  convoy_call call{};
  ~Direct() { convoy_pool_destroy(pool); }
};

} // namespace

std::function<void()> directCall(const std::string& script, const float* input, float* output, long width) {
  auto d = std::make_shared<Direct>();
  d->options.file = "direct.cvy";
  d->compilation.open(script);
  driver::PhaseTimes times;
  if (!driver::runPipeline(d->compilation, driver::Goal::Code, times,
                           [](driver::Stage, const std::string&) {}))
    std::abort();
  d->loaded = driver::loadInMemory(d->compilation);
  d->size = width;
  d->inputs[0] = input;
  d->outputs[0] = output;
  d->call = {&d->size, 1, d->inputs, d->outputs, nullptr, nullptr, 0, convoy_pool_executor(d->pool), nullptr};
  return [d] {
    if (d->loaded.pipeline->run(&d->call) != CONVOY_OK) std::abort();
  };
}
