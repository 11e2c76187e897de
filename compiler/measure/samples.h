// Times of something that was done again and again.
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

namespace convoy::measure {

struct Samples {
  size_t count = 0;
  double median = 0, least = 0; // seconds
};

// The median is the middle one, or the mean of the two. No times: all zero.
Samples summarize(std::vector<double> times);

struct Budget {
  double seconds = 0.2; // spent once there are `least` samples
  size_t least = 5, most = 3000;
};

// Seconds that `work` takes, once.
double timeOnce(const std::function<void()>& work);

// The times of `work` until the budget is spent; `before`, which may be empty, comes before each and is not
// in its time.
Samples sample(const std::function<void()>& work, const Budget& budget,
               const std::function<void()>& before = {});

} // namespace convoy::measure
