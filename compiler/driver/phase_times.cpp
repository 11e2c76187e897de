#include "driver/phase_times.h"
#include <cstdio>

namespace convoy::driver {

std::string PhaseTimes::table() const {
  double sum = 0;
  for (const auto& row : rows_) sum += row.second;
  auto line = [&](const std::string& name, double seconds) {
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "%10.3f %6.1f%%  ", seconds * 1e3,
                  sum > 0 ? 100 * seconds / sum : 0.0);
    return numbers + name + "\n";
  };
  std::string text = "        ms   share  phase\n";
  for (const auto& [name, seconds] : rows_) text += line(name, seconds);
  return text + line("total", sum);
}

} // namespace convoy::driver
