// How long each phase took, for --time-passes.
#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace convoy::driver {

class PhaseTimes {
public:
  // Runs `work` and adds its time.
  template <typename Work> auto measure(const std::string& phase, Work work) {
    Watch watch(*this, phase);
    return work();
  }
  void add(const std::string& phase, double seconds) { rows_.emplace_back(phase, seconds); }
  // A line per phase: milliseconds, share of the sum, name.
  std::string table() const;

private:
  class Watch {
  public:
    Watch(PhaseTimes& times, std::string phase) : times_(times), phase_(std::move(phase)) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { times_.add(phase_, std::chrono::duration<double>(Clock::now() - start_).count()); }

  private:
    using Clock = std::chrono::steady_clock;
    PhaseTimes& times_;
    std::string phase_;
    Clock::time_point start_ = Clock::now();
  };
  std::vector<std::pair<std::string, double>> rows_;
};

} // namespace convoy::driver
