#include "measure/report.h"
#include "inspect/table.h"
#include "support/text.h"
#include <cmath>

namespace convoy::measure {

namespace {

std::string milliseconds(const Samples& samples, double Samples::* which) {
  return samples.count ? fixedText(samples.*which * 1e3, 4) : "";
}

double rounded(double number, double steps) { return std::round(number * steps) / steps; }

double gigabytes(const Row& row) {
  const double seconds = row.times.warm.median;
  return seconds > 0 ? static_cast<double>(row.bytes) / seconds / 1e9 : 0;
}

// Predictions are of one core.
double predictedSeconds(const Row& row, const Report& report) {
  return report.threads == 1 && report.clock > 0 ? row.cycles / (report.clock * 1e9) : 0;
}

// Of what the kernel takes in a run; 0 where there is nothing to compare.
double shareOfMeasured(const Row& row, const Report& report) {
  return row.times.inRun.median > 0 ? predictedSeconds(row, report) / row.times.inRun.median : 0;
}

std::vector<std::string> cells(const Row& row, const Report& report) {
  const double rate = gflops(row.macs, row.times.warm.median);
  const double percent = percentOfPeak(rate, report.peak, report.threads);
  const double predicted = predictedSeconds(row, report), share = shareOfMeasured(row, report);
  return {row.name,
          row.algorithm,
          predicted > 0 ? fixedText(predicted * 1e3, 4) : "",
          milliseconds(row.times.inRun, &Samples::median),
          share > 0 ? fixedText(100 * share, 0) + " %" : "",
          milliseconds(row.times.warm, &Samples::median),
          milliseconds(row.times.warm, &Samples::least),
          milliseconds(row.times.cold, &Samples::median),
          rate > 0 ? fixedText(rate, 1) : "",
          percent > 0 ? fixedText(percent, 0) + " %" : "",
          row.bytes > 0 ? fixedText(gigabytes(row), 1) : ""};
}

// Into `json`: how often, and how long.
void addTimes(Json& json, const Samples& samples, const std::string& prefix) {
  if (!samples.count) return;
  json.set(prefix + "median_ms", rounded(samples.median * 1e3, 1e6));
  json.set(prefix + "min_ms", rounded(samples.least * 1e3, 1e6));
}

void addWork(Json& json, const Row& row, const Report& report) {
  const double rate = gflops(row.macs, row.times.warm.median);
  json.set("runs", static_cast<int64_t>(row.times.warm.count));
  addTimes(json, row.times.warm, "");
  json.set("macs", row.macs);
  json.set("gflops", rounded(rate, 1e3));
  json.set("percent_of_peak", rounded(percentOfPeak(rate, report.peak, report.threads), 1e2));
}

} // namespace

double gflops(int64_t macs, double seconds) {
  return seconds > 0 ? 2 * static_cast<double>(macs) / seconds / 1e9 : 0;
}

double percentOfPeak(double gflops, double peakOfOneCore, int threads) {
  return peakOfOneCore > 0 ? 100 * gflops / (peakOfOneCore * threads) : 0;
}

Agreement agreementOf(const Report& report) {
  Agreement agreement;
  for (const Row& row : report.kernels) {
    const double share = shareOfMeasured(row, report);
    if (share == 0) continue;
    ++agreement.kernels;
    agreement.within += std::abs(share - 1) <= nearEnough;
  }
  return agreement;
}

// "predicted within 25 %: 50 of 56 kernels, in a run, at 3.69 GHz"
static std::string predictionText(const Report& report) {
  const Agreement agreement = agreementOf(report);
  if (agreement.kernels == 0) return "";
  return "predicted within " + fixedText(100 * nearEnough, 0) +
         " % of its time in a run: " + std::to_string(agreement.within) + " of " +
         counted(agreement.kernels, "kernel") + ", at " + fixedText(report.clock, 2) + " GHz\n";
}

std::string reportText(const Report& report) {
  inspect::Table table({{"kernel"},
                        {"algorithm"},
                        {"predicted ms", true},
                        {"in run ms", true},
                        {"predicted", true},
                        {"warm ms", true},
                        {"least ms", true},
                        {"cold ms", true},
                        {"GFLOP/s", true},
                        {"of peak", true},
                        {"GB/s", true}});
  for (const Row& row : report.kernels) table.add(cells(row, report));
  Row program = report.program;
  program.bytes = 0; // what the whole reads and writes says little about its time
  table.add(cells(program, report));
  std::string head =
      report.pipeline + ": batch " + std::to_string(report.batch) + ", " + counted(report.threads, "thread");
  if (report.peak > 0) head += ", peak " + fixedText(report.peak, 1) + " GFLOP/s a core";
  return head + "\n" + table.str() + predictionText(report);
}

Json reportJson(const Report& report) {
  Json json = Json::object();
  json.set("pipeline", report.pipeline);
  json.set("threads", report.threads);
  json.set("batch", report.batch);
  addWork(json, report.program, report);
  json.set("peak_gflops", rounded(report.peak, 1e3));
  if (const Agreement agreement = agreementOf(report); agreement.kernels > 0) {
    json.set("clock_ghz", rounded(report.clock, 1e3));
    json.set("predicted_kernels", agreement.kernels);
    json.set("predicted_within_25_percent", agreement.within);
  }
  Json kernels = Json::array();
  for (const Row& row : report.kernels) {
    Json kernel = Json::object();
    kernel.set("name", row.name);
    kernel.set("algorithm", row.algorithm);
    addWork(kernel, row, report);
    kernel.set("bytes", row.bytes);
    addTimes(kernel, row.times.inRun, "in_run_");
    if (const double predicted = predictedSeconds(row, report); predicted > 0)
      kernel.set("predicted_ms", rounded(predicted * 1e3, 1e6));
    addTimes(kernel, row.times.cold, "cold_");
    kernels.push(std::move(kernel));
  }
  json.set("kernels", std::move(kernels));
  return json;
}

} // namespace convoy::measure
