// The caller's memory and threads, cancellation and progress of runs.
#include "scripts.h"
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace api_test;
using convoy::StatusCode;
using convoy::View;

namespace {

// Fails at one allocation, counted from 1; 0: never. Knows what is not given back.
class Counting final : public convoy::Allocator {
public:
  explicit Counting(int failAt) : failAt_(failAt) {}
  ~Counting() override { EXPECT_TRUE(live_.empty()) << live_.size() << " blocks were not released"; }
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept override {
    std::lock_guard<std::mutex> guard(lock_);
    if (++calls_ == failAt_) return nullptr;
    void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    live_[memory] = bytes;
    return memory;
  }
  void release(void* memory, std::size_t bytes) noexcept override {
    std::lock_guard<std::mutex> guard(lock_);
    EXPECT_EQ(live_.count(memory), 1u);
    EXPECT_EQ(live_[memory], bytes);
    live_.erase(memory);
    std::free(memory);
  }
  int calls() const { return calls_; }

private:
  std::mutex lock_;
  std::map<void*, std::size_t> live_;
  int calls_ = 0, failAt_;
};

TEST(Hooks, EveryAllocationMayFail) {
  const std::vector<float> x = integers(3 * 64);
  int failures = 0;
  for (int failAt = 1;; ++failAt) {
    const auto allocator = std::make_shared<Counting>(failAt);
    convoy::Options options;
    options.allocator = allocator;
    options.initSeed = 1;
    auto result = convoy::compileSource(net, "net.cvy", options);
    if (!result) { // packed parameters
      ++failures;
      ASSERT_EQ(result.diagnostics().size(), 1u);
      EXPECT_EQ(result.diagnostics()[0].code, "E0003");
      continue;
    }
    std::vector<float> y(10);
    const auto view = View<const float, 3>(x.data(), {3, 8, 8}, {1, 24, 3}); // copied
    convoy::Status status = result->run({{"x", view}}, {{"result", View<float, 1>(y.data(), {10})}});
    if (status) {
      auto fast = result->bind<void(View<const float, 3>, View<float, 1>)>();
      status = fast(view, {y.data(), {10}});
    }
    if (!status) {
      ++failures;
      EXPECT_EQ(status.code(), StatusCode::Memory);
      // What failed once works the next time.
      EXPECT_OK(result->run({{"x", view}}, {{"result", View<float, 1>(y.data(), {10})}}));
      continue;
    }
    EXPECT_LT(allocator->calls(), failAt);
    break;
  }
  EXPECT_EQ(failures, 3) << "parameters, the run's memory, the bound function's";
}

// Runs the ranges one after another, last first, and counts.
class Backwards final : public convoy::Executor {
public:
  int threads() const override { return 3; }
  void parallel(std::int64_t count, const convoy::RangeBody& body) override {
    ++calls;
    for (std::int64_t i = count; i-- > 0;) body(i, i + 1);
  }
  std::atomic<int> calls{0};
};

TEST(Hooks, TheCallersThreadsAreUsed) {
  const auto executor = std::make_shared<Backwards>();
  convoy::Options options;
  options.executor = executor;
  const convoy::Pipeline pipeline = compiled(blur, options);
  EXPECT_EQ(pipeline.threads(), 3);
  const std::vector<float> x = integers(2 * 20 * 30);
  std::vector<float> y(x.size());
  EXPECT_OK(pipeline.run({{"x", View<const float, 3>(x.data(), {2, 20, 30})}},
                         {{"result", View<float, 3>(y.data(), {2, 20, 30})}}));
  EXPECT_EQ(y, blurred(x, 20, 30));
  const int calls = executor->calls;
  EXPECT_GT(calls, 0);
  auto fast = pipeline.bind<void(View<const float, 3>, View<float, 3>)>();
  EXPECT_OK(fast({x.data(), {2, 20, 30}}, {y.data(), {2, 20, 30}}));
  EXPECT_EQ(executor->calls, 2 * calls);
}

// Remembers how many parts each kernel has.
class Parts final : public convoy::Executor {
public:
  int threads() const override { return 2; }
  void parallel(std::int64_t count, const convoy::RangeBody& body) override {
    counts.push_back(count);
    for (std::int64_t i = 0; i < count; ++i) body(i, i + 1);
  }
  std::vector<std::int64_t> counts;
};

TEST(Hooks, SmallWorkIsOnePart) {
  const auto executor = std::make_shared<Parts>();
  convoy::Options options;
  options.executor = executor;
  const convoy::Pipeline pipeline = compiled(blur, options);
  auto fast = pipeline.bind<void(View<const float, 3>, View<float, 3>)>();
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{8, 8}, {301, 1000}}) {
    executor->counts.clear();
    const std::vector<float> x = integers(2 * height * width);
    std::vector<float> y(x.size());
    EXPECT_OK(fast({x.data(), {2, height, width}}, {y.data(), {2, height, width}}));
    EXPECT_EQ(y, blurred(x, height, width));
    ASSERT_FALSE(executor->counts.empty());
    const std::int64_t most = *std::max_element(executor->counts.begin(), executor->counts.end());
    if (height == 8)
      EXPECT_EQ(most, 1) << "some nanoseconds";
    else
      EXPECT_GT(most, 2) << "a hundred microseconds";
  }
}

class Broken final : public convoy::Executor {
public:
  enum class Way { Throws, Forgets, Repeats, Invents } way;
  explicit Broken(Way way) : way(way) {}
  int threads() const override { return -3; } // counts as 1
  void parallel(std::int64_t count, const convoy::RangeBody& body) override {
    switch (way) {
    case Way::Throws: throw std::runtime_error("no threads");
    case Way::Forgets: return body(0, count / 2);
    case Way::Repeats: body(0, count); return body(0, count);
    case Way::Invents: return body(-1, count + 1000000);
    }
  }
};

TEST(Hooks, BrokenExecutorsAreFound) {
  for (auto way : {Broken::Way::Throws, Broken::Way::Forgets, Broken::Way::Repeats, Broken::Way::Invents}) {
    convoy::Options options;
    options.executor = std::make_shared<Broken>(way);
    const convoy::Pipeline pipeline = compiled(blur, options);
    const std::vector<float> x = integers(2 * 20 * 30);
    std::vector<float> y(x.size());
    const View<const float, 3> from(x.data(), {2, 20, 30});
    const View<float, 3> to(y.data(), {2, 20, 30});
    EXPECT_EQ(pipeline.run({{"x", from}}, {{"result", to}}).code(), StatusCode::Executor);
    EXPECT_EQ((pipeline.bind<void(View<const float, 3>, View<float, 3>)>()(from, to)).code(),
              StatusCode::Executor);
  }
}

TEST(Hooks, ProgressOfARun) {
  convoy::Options options;
  options.initSeed = 1;
  const convoy::Pipeline pipeline = compiled(net, options);
  const std::vector<float> x = integers(3 * 64);
  std::vector<float> y(10);
  const View<const float, 3> from(x.data(), {3, 8, 8});
  const View<float, 1> to(y.data(), {10});
  std::vector<double> seen;
  convoy::RunControl control;
  control.progress = [&](double done) { seen.push_back(done); };
  EXPECT_OK(pipeline.run({{"x", from}}, {{"result", to}}, control));
  ASSERT_GT(seen.size(), 2u);
  EXPECT_EQ(seen.front(), 0);
  EXPECT_EQ(seen.back(), 1);
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_GT(seen[i], seen[i - 1]);

  control.progress = [](double) { throw std::runtime_error("no more"); };
  EXPECT_EQ(pipeline.run({{"x", from}}, {{"result", to}}, control).code(), StatusCode::Executor);
}

TEST(Hooks, RunsCanBeCancelled) {
  convoy::Options options;
  options.initSeed = 1;
  for (bool own : {false, true}) {
    const auto executor = std::make_shared<Backwards>();
    if (own) options.executor = executor;
    const convoy::Pipeline pipeline = compiled(net, options);
    const std::vector<float> x = integers(3 * 64);
    std::vector<float> y(10);
    const View<const float, 3> from(x.data(), {3, 8, 8});
    const View<float, 1> to(y.data(), {10});
    convoy::RunControl control;
    control.cancellation.emplace();
    EXPECT_OK(pipeline.run({{"x", from}}, {{"result", to}}, control));
    const int calls = executor->calls;
    int steps = 0;
    control.progress = [&](double) {
      if (++steps == 2) control.cancellation->cancel();
    };
    EXPECT_EQ(pipeline.run({{"x", from}}, {{"result", to}}, control).code(), StatusCode::Cancelled);
    if (own) {
      EXPECT_EQ(executor->calls, calls + 1) << "the second layer was skipped";
    }
    EXPECT_EQ(pipeline.run({{"x", from}}, {{"result", to}}, control).code(), StatusCode::Cancelled)
        << "for good";
    EXPECT_OK(pipeline.run({{"x", from}}, {{"result", to}}));
  }
}

// Cancelled by the first part of a layer: the others are left out.
class CancelsInside final : public convoy::Executor {
public:
  convoy::Cancellation token;
  int threads() const override { return 1; }
  void parallel(std::int64_t count, const convoy::RangeBody& body) override {
    body(0, 1);
    token.cancel();
    body(1, count);
  }
};

TEST(Hooks, RunsCanBeCancelledInsideALayer) {
  const auto executor = std::make_shared<CancelsInside>();
  convoy::Options options;
  options.executor = executor;
  const convoy::Pipeline pipeline = compiled(blur, options);
  const int64_t height = 2000, width = 160;
  const std::vector<float> x = integers(2 * height * width);
  std::vector<float> y(x.size(), -1);
  convoy::RunControl control;
  control.cancellation = executor->token;
  EXPECT_EQ(pipeline
                .run({{"x", View<const float, 3>(x.data(), {2, height, width})}},
                     {{"result", View<float, 3>(y.data(), {2, height, width})}}, control)
                .code(),
            StatusCode::Cancelled);
  EXPECT_EQ(y.back(), -1);
}

} // namespace
