#include "measure/samples.h"
#include <algorithm>
#include <chrono>

namespace convoy::measure {

using Clock = std::chrono::steady_clock;

namespace {
double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
} // namespace

Samples summarize(std::vector<double> times) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  const size_t middle = times.size() / 2;
  const double median = times.size() % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
  return {times.size(), median, times.front()};
}

double timeOnce(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return secondsSince(start);
}

Samples sample(const std::function<void()>& work, const Budget& budget, const std::function<void()>& before) {
  std::vector<double> times;
  const Clock::time_point start = Clock::now();
  while (times.size() < budget.most &&
         (times.size() < budget.least || secondsSince(start) < budget.seconds)) {
    if (before) before();
    times.push_back(timeOnce(work));
  }
  return summarize(std::move(times));
}

} // namespace convoy::measure
