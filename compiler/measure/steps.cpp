#include "measure/steps.h"
#include "measure/machine.h"
#include <algorithm>

namespace convoy::measure {

namespace {

// Stands between a pipeline and its executor.
struct Between {
  const convoy_executor* inner; // null: the calling thread
  const OnStep& onStep;
  size_t step = 0;

  static void parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                       int64_t grain) {
    auto& between = *static_cast<Between*>(self);
    const convoy_executor* inner = between.inner;
    between.onStep(between.step++, [=] {
      if (inner)
        inner->parallel(inner->self, body, context, count, grain);
      else
        body(context, 0, count);
    });
  }
};

} // namespace

int32_t runInSteps(const convoy_pipeline& pipeline, const convoy_call& call, const OnStep& onStep) {
  Between between{call.executor, onStep};
  const convoy_executor executor{Between::parallel, &between, call.executor ? call.executor->threads : 1};
  convoy_call watched = call;
  watched.executor = &executor;
  return pipeline.run(&watched);
}

void evictWeights(const convoy_pipeline& pipeline, const convoy_call& call) {
  evict(call.prepared, static_cast<size_t>(pipeline.prepared_size()));
}

std::vector<StepTimes> measureInRun(const convoy_pipeline& pipeline, const convoy_call& call, size_t runs) {
  std::vector<std::vector<double>> inRun;
  for (size_t run = 0; run <= runs; ++run) {
    const int32_t status = runInSteps(pipeline, call, [&](size_t step, const std::function<void()>& work) {
      inRun.resize(std::max(inRun.size(), step + 1));
      const double time = timeOnce(work);
      if (run > 0) inRun[step].push_back(time); // the first one warms up
    });
    if (status != CONVOY_OK) return {};
  }
  std::vector<StepTimes> steps(inRun.size());
  for (size_t i = 0; i < steps.size(); ++i) steps[i].inRun = summarize(std::move(inRun[i]));
  return steps;
}

std::vector<StepTimes> measureSteps(const convoy_pipeline& pipeline, const convoy_call& call,
                                    const StepOptions& options) {
  std::vector<StepTimes> steps = measureInRun(pipeline, call, options.runs);
  if (steps.empty()) return {};
  const int32_t status = runInSteps(pipeline, call, [&](size_t step, const std::function<void()>& work) {
    work();
    steps[step].warm = sample(work, options.budget);
    if (options.wantsCold && options.wantsCold(step))
      steps[step].cold = sample(work, options.budget, [&] { evictWeights(pipeline, call); });
  });
  if (status != CONVOY_OK) return {};
  return steps;
}

} // namespace convoy::measure
