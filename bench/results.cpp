#include "results.h"
#include "inspect/table.h"
#include <cmath>
#include <cstdio>
#include <map>

namespace convoy::bench {

namespace {

std::string decimal(double number, int digits, const char* unit = "") {
  if (number == 0) return "";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f%s", digits, number, unit);
  return text;
}

constexpr double tie = 0.1;

const char* verdict(double ratio) {
  if (ratio > 1 + tie) return "slower";
  return ratio < 1 / (1 + tie) ? "faster" : "";
}

// A number that the JSON has, else 0.
double numberIn(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value ? value->asNumber().value_or(0) : 0;
}

std::string textIn(const Json& json, const char* key) {
  const Json* value = json.find(key);
  const std::string* text = value ? value->asString() : nullptr;
  return text ? *text : "";
}

} // namespace

std::string Result::key() const {
  return work + " / " + row + " / " + std::to_string(threads) + " / " + std::to_string(batch);
}

std::string tableOf(const std::vector<Result>& results) {
  inspect::Table table({{"work"},
                        {"row"},
                        {"algorithm"},
                        {"batch", true},
                        {"threads", true},
                        {"median ms", true},
                        {"least ms", true},
                        {"GFLOP/s", true},
                        {"of peak", true},
                        {"GB/s", true}});
  for (const Result& r : results)
    table.add({r.work, r.row, r.algorithm, std::to_string(r.batch), std::to_string(r.threads),
               decimal(r.medianMs, 4), decimal(r.leastMs, 4), decimal(r.gflops, 1),
               decimal(r.percentOfPeak, 0, " %"), decimal(r.gigabytes, 1)});
  return table.str();
}

Json toJson(const std::vector<Result>& results) {
  Json rows = Json::array();
  for (const Result& r : results) {
    Json row = Json::object();
    row.set("work", r.work).set("row", r.row).set("algorithm", r.algorithm);
    row.set("threads", r.threads).set("batch", r.batch).set("runs", r.runs);
    row.set("median_ms", r.medianMs).set("min_ms", r.leastMs);
    row.set("gflops", r.gflops).set("percent_of_peak", r.percentOfPeak).set("gbytes_per_s", r.gigabytes);
    rows.push(std::move(row));
  }
  Json json = Json::object();
  json.set("rows", std::move(rows));
  return json;
}

std::optional<std::vector<Result>> fromJson(const Json& json) {
  const Json* rows = json.find("rows");
  if (!rows || !rows->asArray()) return std::nullopt;
  std::vector<Result> results;
  for (const Json& row : *rows->asArray()) {
    Result r;
    r.work = textIn(row, "work");
    r.row = textIn(row, "row");
    r.algorithm = textIn(row, "algorithm");
    r.threads = static_cast<int>(numberIn(row, "threads"));
    r.batch = static_cast<int64_t>(numberIn(row, "batch"));
    r.runs = static_cast<int64_t>(numberIn(row, "runs"));
    r.medianMs = numberIn(row, "median_ms");
    r.leastMs = numberIn(row, "min_ms");
    r.gflops = numberIn(row, "gflops");
    r.percentOfPeak = numberIn(row, "percent_of_peak");
    r.gigabytes = numberIn(row, "gbytes_per_s");
    if (r.work.empty() || r.row.empty()) return std::nullopt;
    results.push_back(std::move(r));
  }
  return results;
}

std::string compare(const std::vector<Result>& old, const std::vector<Result>& now) {
  std::map<std::string, const Result*> before;
  for (const Result& r : old) before[r.key()] = &r;
  inspect::Table table({{"work"},
                        {"row"},
                        {"old ms", true},
                        {"new ms", true},
                        {"new / old", true},
                        {"least old", true},
                        {"least new", true},
                        {"new / old", true},
                        {""}});
  double logarithms = 0;
  int count = 0;
  for (const Result& r : now) {
    const auto found = before.find(r.key());
    if (found == before.end() || r.leastMs <= 0 || found->second->leastMs <= 0) continue;
    const Result& o = *found->second;
    const double median = r.medianMs / o.medianMs, least = r.leastMs / o.leastMs;
    table.add({r.work, r.row, decimal(o.medianMs, 4), decimal(r.medianMs, 4), decimal(median, 2),
               decimal(o.leastMs, 4), decimal(r.leastMs, 4), decimal(least, 2), verdict(least)});
    logarithms += std::log(least);
    ++count;
  }
  if (!count) return "no row is in both runs\n";
  return table.str() +
         "geometric mean of new / old, least times: " + decimal(std::exp(logarithms / count), 3) + "\n";
}

} // namespace convoy::bench
