#include "convoy/runtime.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

struct Destroy {
  void operator()(convoy_pool* pool) const { convoy_pool_destroy(pool); }
};
using Pool = std::unique_ptr<convoy_pool, Destroy>;
using Body = std::function<void(int64_t, int64_t)>;

void run(const Pool& pool, int64_t count, Body body, int64_t grain = 1) {
  const convoy_executor* executor = convoy_pool_executor(pool.get());
  executor->parallel(
      executor->self,
      [](void* context, int64_t begin, int64_t end) { (*static_cast<Body*>(context))(begin, end); }, &body,
      count, grain);
}

TEST(Pool, RangesCoverEverythingOnce) {
  for (int32_t threads : {1, 2, 3, 7}) {
    Pool pool(convoy_pool_create(threads));
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(convoy_pool_executor(pool.get())->threads, threads);
    for (int64_t count : {0, 1, 2, 3, 6, 7, 8, 100, 1001}) {
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      std::atomic<int> calls{0};
      run(pool, count, [&](int64_t begin, int64_t end) {
        ++calls;
        EXPECT_LT(begin, end);
        for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
      });
      for (const std::atomic<int>& visit : visits) EXPECT_EQ(visit, 1);
      EXPECT_EQ(calls, std::min<int64_t>(count, threads)) << "ranges are static: one for each thread";
    }
  }
}

TEST(Pool, RangesAreNotSmallerThanAGrain) {
  Pool pool(convoy_pool_create(4));
  struct Case {
    int64_t count, grain;
    int ranges;
  };
  for (const Case& c : {Case{100, 1000, 1}, Case{100, 100, 1}, Case{100, 51, 1}, Case{100, 50, 2},
                        Case{100, 34, 2}, Case{100, 33, 3}, Case{100, 25, 4}, Case{100, 7, 4},
                        Case{INT64_MAX, INT64_MAX, 1}, Case{3, 1, 3}, Case{0, 5, 0}}) {
    std::atomic<int> ranges{0};
    std::atomic<int64_t> covered{0};
    run(
        pool, c.count,
        [&](int64_t begin, int64_t end) {
          ++ranges;
          covered += end - begin;
        },
        c.grain);
    EXPECT_EQ(ranges, c.ranges) << c.count << " units, grain " << c.grain;
    EXPECT_EQ(covered, c.count);
  }
}

// Whoever handles faults (crash reporters, emulators) hears of those on our threads too.
TEST(PoolDeathTest, FaultsOfWorkersReachTheHandler) {
  auto faultOnWorker = [] {
    signal(SIGILL, [](int) { _exit(42); });
    Pool pool(convoy_pool_create(2));
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<bool> begun{false};
    run(pool, 2, [&](int64_t, int64_t) {
      if (std::this_thread::get_id() != caller) raise(SIGILL);
      while (!begun) std::this_thread::yield(); // until the worker has faulted
    });
  };
  EXPECT_EXIT(faultOnWorker(), testing::ExitedWithCode(42), "");
}

TEST(Pool, TheCallerDoesWhatNobodyHasBegun) {
  Pool pool(convoy_pool_create(2));
  const std::thread::id caller = std::this_thread::get_id();
  int64_t byCaller = 0;
  for (int round = 0; round < 50 && !byCaller; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3)); // longer than any spinning
    std::atomic<int64_t> total{0};
    run(pool, 2, [&](int64_t begin, int64_t end) {
      total += end - begin;
      if (begin == 1 && std::this_thread::get_id() == caller) ++byCaller;
    });
    EXPECT_EQ(total, 2);
  }
  EXPECT_GT(byCaller, 0) << "nobody waits for a thread to wake up when the work takes less";
}

TEST(Pool, HugeCountsDoNotOverflow) {
  Pool pool(convoy_pool_create(3));
  std::atomic<uint64_t> covered{0};
  run(pool, INT64_MAX, [&](int64_t begin, int64_t end) { covered += static_cast<uint64_t>(end - begin); });
  EXPECT_EQ(covered, static_cast<uint64_t>(INT64_MAX));
}

TEST(Pool, CallerTakesPart) {
  Pool pool(convoy_pool_create(2));
  std::atomic<bool> onCaller{false};
  const std::thread::id caller = std::this_thread::get_id();
  run(pool, 2, [&](int64_t begin, int64_t) {
    if (begin == 0) onCaller = std::this_thread::get_id() == caller;
  });
  EXPECT_TRUE(onCaller);
}

TEST(Pool, WorkersRunAtTheSameTime) {
  Pool pool(convoy_pool_create(3));
  std::atomic<int> arrived{0};
  // Each range waits for all the others: one thread alone would never return.
  run(pool, 3, [&](int64_t, int64_t) {
    ++arrived;
    while (arrived < 3) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 3);
}

TEST(Pool, WakesAfterSleeping) {
  Pool pool(convoy_pool_create(2));
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2)); // longer than any spinning
    std::atomic<int64_t> total{0};
    run(pool, 100, [&](int64_t begin, int64_t end) { total += end - begin; });
    EXPECT_EQ(total, 100);
  }
}

TEST(Pool, NestedRunsFinish) {
  Pool pool(convoy_pool_create(3));
  std::atomic<int64_t> total{0};
  run(pool, 6, [&](int64_t begin, int64_t end) {
    for (; begin < end; ++begin) run(pool, 10, [&](int64_t from, int64_t to) { total += to - from; });
  });
  EXPECT_EQ(total, 60);
}

TEST(Pool, ConcurrentRunsFinish) {
  Pool pool(convoy_pool_create(3));
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int round = 0; round < 500; ++round)
        run(pool, 50, [&](int64_t begin, int64_t end) { total += end - begin; });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total, 4 * 500 * 50);
}

TEST(Pool, SeveralPools) {
  Pool first(convoy_pool_create(2)), second(convoy_pool_create(3));
  std::atomic<int64_t> total{0};
  run(first, 4, [&](int64_t begin, int64_t end) {
    for (; begin < end; ++begin) run(second, 5, [&](int64_t from, int64_t to) { total += to - from; });
  });
  EXPECT_EQ(total, 20);
}

TEST(Pool, CreatedAndDestroyedManyTimes) {
  for (int round = 0; round < 100; ++round) {
    Pool pool(convoy_pool_create(4));
    std::atomic<int64_t> total{0};
    run(pool, 8, [&](int64_t begin, int64_t end) { total += end - begin; });
    EXPECT_EQ(total, 8);
  }
  convoy_pool_destroy(nullptr);
  EXPECT_EQ(convoy_pool_executor(nullptr), nullptr);
}

TEST(Pool, DefaultIsWhatTheProcessMayUse) {
  Pool pool(convoy_pool_create(0));
  EXPECT_EQ(convoy_pool_executor(pool.get())->threads, convoy_available_threads());
}

// Runs `inChild` in a forked process and gives its exit status; -1 when it does not end by itself.
int statusOfChild(const std::function<bool()>& inChild) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(inChild() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(PoolFork, ChildRunsOnItsOwnThread) {
  Pool pool(convoy_pool_create(3));
  run(pool, 9, [](int64_t, int64_t) {});
  const int status = statusOfChild([&] {
    int64_t total = 0; // not atomic: there is one thread
    int calls = 0;
    run(pool, 9, [&](int64_t begin, int64_t end) {
      ++calls;
      total += end - begin;
    });
    pool.reset(); // and the copy can be destroyed
    return total == 9 && calls == 1;
  });
  EXPECT_EQ(status, 0);
  std::atomic<int64_t> total{0};
  run(pool, 9, [&](int64_t begin, int64_t end) { total += end - begin; });
  EXPECT_EQ(total, 9) << "the parent's pool still works";
}

TEST(PoolFork, WhileAnotherThreadRuns) {
  Pool pool(convoy_pool_create(2));
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) run(pool, 64, [](int64_t, int64_t) {});
  });
  for (int round = 0; round < 20; ++round)
    EXPECT_EQ(statusOfChild([&] {
                int64_t total = 0;
                run(pool, 5, [&](int64_t begin, int64_t end) { total += end - begin; });
                return total == 5;
              }),
              0);
  stop = true;
  busy.join();
}

TEST(PoolFork, ChildMayMakeItsOwnPool) {
  Pool pool(convoy_pool_create(2));
  EXPECT_EQ(statusOfChild([] {
              Pool own(convoy_pool_create(2));
              std::atomic<int> arrived{0};
              run(own, 2, [&](int64_t, int64_t) {
                ++arrived;
                while (arrived < 2) std::this_thread::yield();
              });
              return arrived == 2;
            }),
            0);
}

TEST(Allocate, IsAlignedAndRefusesNonsense) {
  for (int64_t bytes : {int64_t{0}, int64_t{1}, int64_t{63}, int64_t{64}, int64_t{1000000}}) {
    void* memory = convoy_allocate(bytes);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % CONVOY_ALIGNMENT, 0u);
    convoy_release(memory);
  }
  EXPECT_EQ(convoy_allocate(-1), nullptr);
  EXPECT_EQ(convoy_allocate(INT64_MAX), nullptr);
  convoy_release(nullptr);
}

} // namespace
