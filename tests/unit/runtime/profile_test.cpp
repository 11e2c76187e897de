// What --profile makes of the calls of a pipeline's executor.
#include "fake_pipelines.h"
#include "test_files.h"

#include "command/benchmark.h"
#include "command/profile_report.h"

#include <gmock/gmock.h>

namespace convoy::test {
namespace {

using command::Profile;
using command::Profiler;
using testing::HasSubstr;

const convoy_step steps[] = {
    {"first", "window", "two.cvy:2:9"}, {"never", "alias", ""}, {"\"second\"", "copy", "two.cvy:3:9"}};
const convoy_steps table = {3, steps};

// Hands its executor 8 units of step 2 and then, twice, 4 units of step 0, as compiled code does.
int32_t runSteps(const convoy_call* call) {
  struct {
    int64_t step;
    int64_t units;
  } numbered;
  const auto hand = [&](int64_t step, int64_t count) {
    numbered = {step, 0};
    call->executor->parallel(
        call->executor->self,
        [](void* context, int64_t begin, int64_t end) {
          __atomic_fetch_add(static_cast<int64_t*>(context), end - begin, __ATOMIC_RELAXED);
        },
        &numbered.units, count, 1);
    return numbered.units == count;
  };
  const bool done = hand(2, 8) && hand(0, 4) && hand(0, 4);
  return done ? CONVOY_OK : CONVOY_ERROR_ARGUMENT;
}

convoy_pipeline pipelineWithSteps() {
  convoy_pipeline pipeline = fixedPipeline();
  pipeline.run = runSteps;
  pipeline.steps = &table;
  pipeline.work = [](const int64_t*, int64_t batch, int64_t* numbers) {
    const int64_t work[] = {1000 * batch, 50 * batch, 0, 0, 0, 80 * batch};
    std::copy(work, work + 6, numbers);
    return int32_t{CONVOY_OK};
  };
  return pipeline;
}

class ProfileTest : public testing::TestWithParam<int> {
protected:
  ProfileTest() {
    auto made = command::Runner::create(pipeline, GetParam(), "");
    EXPECT_TRUE(made);
    runner.emplace(std::move(*made));
    auto seeded = command::seededInputs(pipeline, {}, 3);
    EXPECT_TRUE(seeded);
    inputs = std::move(*seeded);
    auto bound = runner->bind(inputs);
    EXPECT_TRUE(bound);
    run.emplace(std::move(*bound));
  }
  const convoy_pipeline pipeline = pipelineWithSteps();
  std::optional<command::Runner> runner;
  std::vector<command::Tensor> inputs;
  std::optional<command::BoundRun> run;
};

TEST_P(ProfileTest, CountsRunsStepsAndWork) {
  Profiler profiler(pipeline, runner->executor());
  ASSERT_FALSE(profiler.execute(*run));
  profiler.forget(); // the warm-up
  ASSERT_FALSE(profiler.execute(*run));
  ASSERT_FALSE(profiler.execute(*run));
  const Profile& profile = profiler.profile();
  EXPECT_EQ(profile.runs, 2);
  EXPECT_EQ(profile.order, (std::vector<int32_t>{2, 0}));
  EXPECT_EQ(profile.steps[1].calls, 0);
  EXPECT_EQ(profile.steps[0].calls, 4);
  EXPECT_EQ(profile.steps[0].runs, 2);
  EXPECT_EQ(profile.steps[0].units, 16);
  EXPECT_EQ(profile.steps[2].units, 16);
  EXPECT_EQ(profile.steps[0].multiplyAdds, 2 * 3 * 1000);
  EXPECT_EQ(profile.steps[2].bytes, 2 * 3 * 80);
  EXPECT_EQ(profile.calls.size(), 3u); // of the last run
  for (const command::ProfiledStep& step : profile.steps) {
    EXPECT_LE(step.least * step.runs, step.nanoseconds);
    EXPECT_LE(step.busy, step.nanoseconds * GetParam());
    EXPECT_LE(step.longestParts, step.nanoseconds);
  }
  for (const command::ProfiledCall& call : profile.calls) {
    EXPECT_GE(call.parts.size(), 1u);
    EXPECT_LE(call.parts.size(), static_cast<size_t>(GetParam()));
    for (const command::Span& part : call.parts) {
      EXPECT_LE(call.whole.begin, part.begin);
      EXPECT_LE(part.end, call.whole.end);
    }
  }
}

TEST_P(ProfileTest, SharesAndTimesAreThoseOfTheWholeRun) {
  Profiler profiler(pipeline, runner->executor());
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(profiler.execute(*run));
  const std::vector<command::ProfileRow> rows = profileRows(profiler.profile(), {100, 10});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].name, "\"second\"");
  EXPECT_EQ(rows[1].name, "first");
  EXPECT_EQ(rows[2].name, "between steps");
  double share = 0, ms = 0;
  for (const command::ProfileRow& row : rows) share += row.share, ms += row.ms;
  EXPECT_NEAR(share, 1, 1e-9);
  EXPECT_NEAR(ms * 3e6, static_cast<double>(profiler.profile().nanoseconds), 1);
  EXPECT_NEAR(rows[1].gflops, 2 * 3000 / (rows[1].ms * 1e6), 1e-6 * rows[1].gflops);
  EXPECT_NEAR(rows[1].percentOfPeak, rows[1].gflops / GetParam(), 1e-6 * rows[1].gflops);
  EXPECT_EQ(rows[1].calls, 2);
  EXPECT_EQ(rows[1].multiplyAdds, 3000);
}

INSTANTIATE_TEST_SUITE_P(Threads, ProfileTest, testing::Values(1, 2, 5));

// What a step with such numbers is told; 1 ms of a run of 2 ms on two threads.
std::string adviceFor(const std::function<void(command::ProfiledStep&)>& change) {
  const convoy_pipeline pipeline = pipelineWithSteps();
  Profile profile;
  profile.pipeline = &pipeline, profile.names = &table;
  profile.threads = 2, profile.runs = 1, profile.nanoseconds = 2000000;
  profile.steps.resize(3);
  profile.order = {0};
  command::ProfiledStep& step = profile.steps[0];
  step.runs = step.calls = 1, step.units = 100, step.parts = 2;
  step.nanoseconds = step.least = 1000000, step.busy = 1900000, step.longestParts = 960000;
  change(step);
  return profileRows(profile, {100, 10})[0].advice;
}

TEST(ProfileAdvice, SaysWhatBoundsAStep) {
  using Step = command::ProfiledStep;
  EXPECT_EQ(adviceFor([](Step&) {}), "");
  EXPECT_THAT(adviceFor([](Step& s) { s.bytes = 8000000; }), HasSubstr("memory bounds it"));
  EXPECT_THAT(adviceFor([](Step& s) { s.multiplyAdds = 70000000; }), HasSubstr("multiply-adds bound it"));
  EXPECT_THAT(adviceFor([](Step& s) { s.multiplyAdds = 1000000; }), HasSubstr("neither"));
  EXPECT_THAT(adviceFor([](Step& s) { s.units = 1, s.parts = 1; }), HasSubstr("one piece"));
  EXPECT_THAT(adviceFor([](Step& s) { s.parts = 1; }), HasSubstr("too little to share"));
  EXPECT_THAT(adviceFor([](Step& s) { s.busy = 1200000; }), HasSubstr("1.6 times the mean"));
  EXPECT_THAT(adviceFor([](Step& s) { s.touched = 5000000, s.bytes = 8000000; }),
              HasSubstr("5 MB of memory that is new"));
  EXPECT_EQ(adviceFor([](Step& s) { s.nanoseconds = 10000, s.parts = 1; }), ""); // it hardly counts
}

class ProfileCommand : public TestWithFolder {};

TEST_F(ProfileCommand, WritesATableJsonAndATrace) {
  const convoy_pipeline pipeline = pipelineWithSteps();
  const Ended table = runCommand(pipeline, {"--benchmark", "2", "--threads", "1", "--profile"});
  EXPECT_EQ(table.status, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("fixed: 2 runs on 1 thread"));
  EXPECT_THAT(table.out, HasSubstr("\nfirst "));
  EXPECT_THAT(table.out, HasSubstr("between steps"));
  const Ended files = runCommand(
      pipeline, {"--benchmark", "2", "--profile=" + path("p.json"), "--profile-trace", path("t.json")});
  EXPECT_EQ(files.status, 0) << files.err;
  const Bytes json = read("p.json"), trace = read("t.json");
  EXPECT_THAT(std::string(json.begin(), json.end()), HasSubstr("\"name\": \"\\\"second\\\"\""));
  EXPECT_THAT(std::string(trace.begin(), trace.end()), HasSubstr("\"location\": \"two.cvy:2:9\""));
}

TEST_F(ProfileCommand, IsRefusedWhereStepsAreUnknown) {
  for (const char* option : {"--profile", "--profile-trace=t.json"}) {
    const Ended ended = runCommand(fixedPipeline(), {"--benchmark", "2", option});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("does not know its steps"));
  }
}

} // namespace
} // namespace convoy::test
