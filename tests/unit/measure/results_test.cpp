// The tables of ./dev bench.
#include "results.h"
#include <gtest/gtest.h>

using namespace convoy;
using namespace convoy::bench;

namespace {

Result result(const std::string& work, const std::string& row, double median, double least) {
  Result r;
  r.work = work;
  r.row = row;
  r.medianMs = median;
  r.leastMs = least;
  return r;
}

} // namespace

TEST(Results, JsonComesBack) {
  Result all = result("B03", "conv_1", 1.25, 1);
  all.algorithm = "window blocked 14x2";
  all.threads = 2;
  all.batch = 8;
  all.runs = 40;
  all.gflops = 200.5;
  all.percentOfPeak = 85;
  all.gigabytes = 3.5;
  const auto back = fromJson(*parseJson(toJson({all}).str(true)));
  ASSERT_TRUE(back && back->size() == 1);
  const Result& r = back->front();
  EXPECT_EQ(r.key(), all.key());
  EXPECT_EQ(r.algorithm, all.algorithm);
  EXPECT_EQ(r.runs, 40);
  EXPECT_EQ(r.medianMs, 1.25);
  EXPECT_EQ(r.leastMs, 1);
  EXPECT_EQ(r.gflops, 200.5);
  EXPECT_EQ(r.percentOfPeak, 85);
  EXPECT_EQ(r.gigabytes, 3.5);
}

TEST(Results, OtherJsonIsRefused) {
  EXPECT_FALSE(fromJson(*parseJson("{}")));
  EXPECT_FALSE(fromJson(*parseJson("{\"rows\": 3}")));
  EXPECT_FALSE(fromJson(*parseJson("{\"rows\": [{\"work\": \"B03\"}]}"))) << "without the row's name";
}

TEST(Results, TableLeavesOutWhatNoRowHas) {
  Result machine = result("machine", "read L1", 0, 0);
  machine.gigabytes = 100;
  const std::string text = tableOf({machine});
  EXPECT_NE(text.find("GB/s"), std::string::npos);
  EXPECT_EQ(text.find("median"), std::string::npos);
}

TEST(Results, CompareFindsTheSameRowAndMarksWhatIsNoTie) {
  Result onTwo = result("A", "conv_1", 9, 9);
  onTwo.threads = 2;
  const std::string text =
      compare({result("A", "conv_1", 2, 2), result("A", "pool_1", 1, 1), result("A", "gone", 1, 1), onTwo},
              {result("A", "conv_1", 1.5, 1), result("A", "pool_1", 1.05, 1.05), result("A", "new", 1, 1)});
  EXPECT_EQ(text, "work  row     old ms  new ms  new / old  least old  least new  new / old\n"
                  "A     conv_1  2.0000  1.5000       0.75     2.0000     1.0000       0.50  faster\n"
                  "A     pool_1  1.0000  1.0500       1.05     1.0000     1.0500       1.05\n"
                  "geometric mean of new / old, least times: 0.725\n");
}

TEST(Results, CompareOfNothing) {
  EXPECT_EQ(compare({}, {result("A", "b", 1, 1)}), "no row is in both runs\n");
}
