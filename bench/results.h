// What ./dev bench measured, as a table, as JSON, and beside what an earlier run measured.
#pragma once
#include "support/json.h"
#include <optional>
#include <string>
#include <vector>

namespace convoy::bench {

struct Result {
  std::string work, row; // "B03_r50_3x3_64_56", "conv_1"; of the machine: "machine", "read L1"
  std::string algorithm; // of a kernel
  int threads = 1;
  int64_t batch = 1, runs = 0;
  double medianMs = 0, leastMs = 0;                    // 0: the row is a rate alone
  double gflops = 0, percentOfPeak = 0, gigabytes = 0; // of the median; 0: it has none

  std::string key() const; // equal for the same row of two runs
};

std::string tableOf(const std::vector<Result>& results);

Json toJson(const std::vector<Result>& results);
// nullopt when it is not what toJson made.
std::optional<std::vector<Result>> fromJson(const Json& json);

// The rows that both have: their medians and least times, and new / old. Below 1 is faster; differences below
// 10 % are ties and are not marked.
std::string compare(const std::vector<Result>& old, const std::vector<Result>& now);

} // namespace convoy::bench
