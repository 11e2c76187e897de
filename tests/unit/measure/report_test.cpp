#include "measure/report.h"
#include <gtest/gtest.h>

using namespace convoy;
using namespace convoy::measure;

namespace {

Report twoKernels() {
  Report report;
  report.pipeline = "net";
  report.threads = 2;
  report.batch = 8;
  report.peak = 100;
  Row conv;
  conv.name = "conv_1";
  conv.algorithm = "window blocked 14x2";
  conv.macs = 50'000'000;
  conv.bytes = 2'000'000;
  conv.times.inRun = {5, 0.0011, 0.001};
  conv.times.warm = {100, 0.001, 0.0008};
  conv.times.cold = {50, 0.002, 0.0019};
  Row reorder;
  reorder.name = "conv_1 to planar";
  reorder.algorithm = "reorder planar";
  reorder.bytes = 4'000'000;
  reorder.times.warm = {100, 0.0005, 0.0005};
  report.kernels = {conv, reorder};
  report.program.name = "whole program";
  report.program.macs = conv.macs;
  report.program.times.warm = {10, 0.002, 0.0016};
  return report;
}

} // namespace

TEST(Report, RatesAreOfTheMedianAndOfAllThreads) {
  EXPECT_DOUBLE_EQ(gflops(50'000'000, 0.001), 100);
  EXPECT_DOUBLE_EQ(percentOfPeak(100, 100, 2), 50);
  EXPECT_EQ(gflops(1, 0), 0) << "no time was taken";
  EXPECT_EQ(percentOfPeak(1, 0, 1), 0) << "the peak is not known";
}

TEST(Report, TextHasALineForEachKernelAndTheWhole) {
  EXPECT_EQ(
      reportText(twoKernels()),
      "net: batch 8, 2 threads, peak 100.0 GFLOP/s a core\n"
      "kernel            algorithm            in run ms  warm ms  least ms  cold ms  GFLOP/s  of peak  GB/s\n"
      "conv_1            window blocked 14x2     1.1000   1.0000    0.8000   2.0000    100.0     50 %   2.0\n"
      "conv_1 to planar  reorder planar                   0.5000    0.5000                              8.0\n"
      "whole program                                      2.0000    1.6000              50.0     25 %\n");
}

TEST(Report, JsonHasTheWholeProgramAndTheKernels) {
  const Json json = reportJson(twoKernels());
  EXPECT_EQ(json.find("threads")->asInteger(), 2);
  EXPECT_EQ(json.find("batch")->asInteger(), 8);
  EXPECT_EQ(json.find("runs")->asInteger(), 10);
  EXPECT_EQ(json.find("median_ms")->asNumber(), 2);
  EXPECT_EQ(json.find("min_ms")->asNumber(), 1.6);
  const Json::Array& kernels = *json.find("kernels")->asArray();
  ASSERT_EQ(kernels.size(), 2u);
  EXPECT_EQ(*kernels[0].find("name")->asString(), "conv_1");
  EXPECT_EQ(*kernels[0].find("algorithm")->asString(), "window blocked 14x2");
  EXPECT_EQ(kernels[0].find("macs")->asInteger(), 50'000'000);
  EXPECT_EQ(kernels[0].find("bytes")->asInteger(), 2'000'000);
  EXPECT_EQ(kernels[0].find("gflops")->asNumber(), 100);
  EXPECT_EQ(kernels[0].find("percent_of_peak")->asNumber(), 50);
  EXPECT_EQ(kernels[0].find("cold_median_ms")->asNumber(), 2);
  EXPECT_EQ(kernels[1].find("cold_median_ms"), nullptr) << "it has no weights";
}

// One core has times that are predicted: the first kernel's is within a quarter of what it took in a run.
TEST(Report, PredictionsStandBesideTimesInARun) {
  Report report = twoKernels();
  report.threads = 1, report.clock = 2;
  report.kernels[0].cycles = 2'000'000; // 1 ms, measured 1.1
  report.kernels[1].cycles = 2'000'000;
  report.kernels[1].times.inRun = {5, 0.0005, 0.0005};
  EXPECT_EQ(agreementOf(report).kernels, 2);
  EXPECT_EQ(agreementOf(report).within, 1);
  const std::string text = reportText(report);
  EXPECT_NE(text.find("predicted ms  in run ms  predicted  warm ms"), std::string::npos) << text;
  EXPECT_NE(text.find("1.0000     1.1000       91 %"), std::string::npos) << text;
  EXPECT_NE(text.find("predicted within 25 % of its time in a run: 1 of 2 kernels, at 2.00 GHz\n"),
            std::string::npos)
      << text;
  const Json json = reportJson(report);
  EXPECT_EQ(json.find("clock_ghz")->asNumber(), 2);
  EXPECT_EQ(json.find("predicted_kernels")->asInteger(), 2);
  EXPECT_EQ(json.find("predicted_within_25_percent")->asInteger(), 1);
  EXPECT_EQ((*json.find("kernels")->asArray())[0].find("predicted_ms")->asNumber(), 1);
  report.threads = 2; // predictions are of one
  EXPECT_EQ(agreementOf(report).kernels, 0);
  EXPECT_EQ(reportText(report).find("predicted"), std::string::npos);
}
