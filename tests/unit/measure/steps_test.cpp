#include "measure/steps.h"
#include <gtest/gtest.h>

using namespace convoy::measure;

namespace {

// A "compiled" pipeline of two kernels: the first adds its count to workspace[0], the second to workspace[1].
void add(void* context, int64_t begin, int64_t end) { *static_cast<int64_t*>(context) += end - begin; }

int32_t runTwo(const convoy_call* call) {
  if (call->batch < 0) return CONVOY_ERROR_ARGUMENT;
  auto* totals = static_cast<int64_t*>(call->workspace);
  call->executor->parallel(call->executor->self, add, &totals[0], 10, 2);
  call->executor->parallel(call->executor->self, add, &totals[1], 3, 2);
  return CONVOY_OK;
}

struct Fixture : testing::Test {
  Fixture() {
    pipeline.run = runTwo;
    pipeline.prepared_size = [] { return int64_t{64}; };
    call.workspace = totals;
    call.prepared = weights;
  }
  int64_t totals[2] = {};
  alignas(64) float weights[16] = {};
  convoy_pipeline pipeline{};
  convoy_call call{};
};

} // namespace

using Steps = Fixture;

TEST_F(Steps, EveryKernelIsAStepThatCanBeRepeated) {
  std::vector<size_t> seen;
  const int32_t status = runInSteps(pipeline, call, [&](size_t step, const std::function<void()>& work) {
    seen.push_back(step);
    work();
    if (step == 1) work();
  });
  EXPECT_EQ(status, CONVOY_OK);
  EXPECT_EQ(seen, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(totals[0], 10);
  EXPECT_EQ(totals[1], 6);
  EXPECT_EQ(call.executor, nullptr) << "the call is the caller's";
}

TEST_F(Steps, WorkRunsOnTheCallsOwnExecutor) {
  struct Halves {
    int asked = 0;
    static void parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                         int64_t grain) {
      EXPECT_EQ(grain, 2) << "passed on";
      ++static_cast<Halves*>(self)->asked;
      body(context, 0, count / 2);
      body(context, count / 2, count);
    }
  } halves;
  const convoy_executor executor{Halves::parallel, &halves, 2};
  call.executor = &executor;
  runInSteps(pipeline, call, [](size_t, const std::function<void()>& work) { work(); });
  EXPECT_EQ(halves.asked, 2);
  EXPECT_EQ(totals[0], 10);
  EXPECT_EQ(totals[1], 3);
}

TEST_F(Steps, EachHasTimesInARunAndByItself) {
  StepOptions options;
  options.budget = {0, 4, 4};
  options.runs = 3;
  options.wantsCold = [](size_t step) { return step == 1; };
  const std::vector<StepTimes> steps = measureSteps(pipeline, call, options);
  ASSERT_EQ(steps.size(), 2u);
  for (const StepTimes& step : steps) {
    EXPECT_EQ(step.inRun.count, 3u);
    EXPECT_EQ(step.warm.count, 4u);
    EXPECT_GE(step.warm.median, step.warm.least);
  }
  EXPECT_EQ(steps[0].cold.count, 0u) << "was not asked for";
  EXPECT_EQ(steps[1].cold.count, 4u);
}

TEST_F(Steps, ARunThatFailsHasNone) {
  call.batch = -1;
  EXPECT_TRUE(measureSteps(pipeline, call, {}).empty());
}
