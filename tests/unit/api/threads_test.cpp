// Compiling and running from many threads at once.
#include "scripts.h"
#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

using namespace api_test;
using convoy::View;

namespace {

constexpr int threadCount = 8;

// On all threads at the same time, as far as a machine can.
template <typename Work> void onThreads(Work work) {
  std::atomic<int> waiting{threadCount};
  std::vector<std::thread> threads;
  for (int i = 0; i < threadCount; ++i)
    threads.emplace_back([&, i] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      work(i);
    });
  for (std::thread& thread : threads) thread.join();
}

void expectBlur(const convoy::Pipeline& pipeline, int seed) {
  const int64_t height = 9 + seed, width = 21;
  const std::vector<float> x = integers(2 * height * width, seed);
  std::vector<float> y(x.size());
  EXPECT_OK(pipeline.run({{"x", View<const float, 3>(x.data(), {2, height, width})}},
                         {{"result", View<float, 3>(y.data(), {2, height, width})}}));
  EXPECT_EQ(y, blurred(x, height, width));
}

TEST(Threads, CompileAndRunAtOnce) {
  convoy::Options options;
  options.threads = 2;
  const convoy::Pipeline shared = compiled(blur, options);
  onThreads([&](int thread) {
    auto own = convoy::compileSource(blur, "own.cvy", options);
    ASSERT_TRUE(own);
    auto wrong = convoy::compileSource("pipeline p(x: tensor[1, 4]) { return x |> relo(", "wrong.cvy");
    EXPECT_FALSE(wrong);
    for (int round = 0; round < 5; ++round) {
      expectBlur(shared, thread);
      expectBlur(*own, round);
    }
    EXPECT_NE(shared.emit(thread % 2 ? convoy::Stage::Llvm : convoy::Stage::Graph), "");
  });
}

TEST(Threads, OneBoundFunction) {
  const auto fast = compiled(blur).bind<void(View<const float, 3>, View<float, 3>)>();
  onThreads([&](int thread) {
    for (int round = 0; round < 50; ++round) {
      const int64_t height = 3 + thread % 3, width = 10 + round % 2;
      const std::vector<float> x = integers(2 * height * width, thread);
      std::vector<float> y(x.size());
      EXPECT_OK(fast({x.data(), {2, height, width}}, {y.data(), {2, height, width}}));
      ASSERT_EQ(y, blurred(x, height, width));
    }
  });
}

TEST(Threads, CodeOutlivesTheFirstHandle) {
  std::optional<convoy::Pipeline> first(compiled(blur));
  std::vector<convoy::Pipeline> copies(threadCount, *first);
  first.reset();
  onThreads([&](int thread) {
    expectBlur(copies[thread], thread);
    const convoy::Pipeline moved = std::move(copies[thread]);
    expectBlur(moved, thread);
  });
}

TEST(Threads, TheirNumberChangesNoBit) {
  std::vector<std::vector<float>> results;
  const std::vector<float> x = integers(3 * 64);
  for (int threads : {1, 2, 5}) {
    convoy::Options options;
    options.threads = threads;
    options.initSeed = 4;
    const convoy::Pipeline pipeline = compiled(net, options);
    EXPECT_EQ(pipeline.threads(), threads);
    results.emplace_back(10);
    EXPECT_OK(pipeline.run({{"x", View<const float, 3>(x.data(), {3, 8, 8})}},
                           {{"result", View<float, 1>(results.back().data(), {10})}}));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

} // namespace
