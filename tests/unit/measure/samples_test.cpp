#include "measure/samples.h"
#include <gtest/gtest.h>
#include <thread>

using namespace convoy::measure;

TEST(Samples, TheMedianIsTheMiddleOrTheMeanOfTwo) {
  const Samples odd = summarize({3, 1, 2});
  EXPECT_EQ(odd.count, 3u);
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(summarize({4, 1, 2, 10}).median, 3);
  EXPECT_EQ(summarize({}).count, 0u);
}

TEST(Samples, ABudgetThatIsSpentStillGivesTheLeastNumber) {
  int runs = 0, prepared = 0;
  const Samples samples = sample([&] { ++runs; }, {0, 7, 100}, [&] { ++prepared; });
  EXPECT_EQ(samples.count, 7u);
  EXPECT_EQ(runs, 7);
  EXPECT_EQ(prepared, 7);
}

TEST(Samples, AGreatBudgetEndsAtTheMost) {
  EXPECT_EQ(sample([] {}, {1e9, 1, 11}).count, 11u);
}

TEST(Samples, WhatComesBeforeIsNotTimed) {
  using std::chrono::milliseconds;
  const Samples samples = sample([] {}, {0, 3, 3}, [] { std::this_thread::sleep_for(milliseconds(20)); });
  EXPECT_LT(samples.median, 0.02);
}
