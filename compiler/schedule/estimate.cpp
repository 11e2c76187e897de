#include "schedule/estimate.h"
#include <algorithm>
#include <iterator>
#include <utility>

namespace convoy::schedule {

const char* nameOf(Bound bound) {
  switch (bound) {
  case Bound::MultiplyAdds: return "multiply-adds";
  case Bound::Adds: return "adds";
  case Bound::Latency: return "latency";
  case Bound::Loads: return "loads";
  case Bound::Stores: return "stores";
  case Bound::Instructions: return "instructions";
  case Bound::Level2: return "level 2";
  case Bound::Level3: return "level 3";
  case Bound::Memory: return "memory";
  case Bound::Start: return "start";
  }
  return "";
}

double Estimate::core() const {
  return std::max({multiplyAdds, adds, latency, loads, stores}) + instructions;
}

// Transfers and work go on at the same time, but not quite: lines are asked for ahead where they follow one
// another, and a core has only so many on their way. The further they come, the more of it is waited for.
double Estimate::cycles() const {
  constexpr double waitsForLevel2 = 0.05, waitsForLevel3 = 0.1, waitsForMemory = 0.5;
  const double inside = core(), moved = moves();
  if (moved == 0) return start + inside;
  const double waits = (waitsForLevel2 * level2 + waitsForLevel3 * level3 + waitsForMemory * memory) / moved;
  return start + std::max(inside, moved) + waits * std::min(inside, moved);
}

Bound Estimate::bound() const {
  const std::pair<double, Bound> parts[] = {{multiplyAdds, Bound::MultiplyAdds},
                                            {adds, Bound::Adds},
                                            {latency, Bound::Latency},
                                            {loads, Bound::Loads},
                                            {stores, Bound::Stores},
                                            {instructions, Bound::Instructions},
                                            {level2, Bound::Level2},
                                            {level3, Bound::Level3},
                                            {memory, Bound::Memory},
                                            {start, Bound::Start}};
  auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
  return std::max_element(std::begin(parts), std::end(parts), less)->second;
}

Estimate& Estimate::operator+=(const Estimate& other) {
  multiplyAdds += other.multiplyAdds, adds += other.adds, latency += other.latency;
  loads += other.loads, stores += other.stores, instructions += other.instructions;
  level2 += other.level2, level3 += other.level3, memory += other.memory;
  start += other.start;
  return *this;
}

Estimate& Estimate::operator*=(double times) {
  for (double* part :
       {&multiplyAdds, &adds, &latency, &loads, &stores, &instructions, &level2, &level3, &memory, &start})
    *part *= times;
  return *this;
}

Estimate costOf(const Machine& machine, const Step& step) {
  Estimate cost;
  cost.multiplyAdds = step.multiplyAdds / machine.fmaPerCycle;
  if (machine.addsPerCycle > 0)
    cost.adds = step.adds / machine.addsPerCycle;
  else
    cost.multiplyAdds += step.adds / machine.fmaPerCycle;
  cost.latency = step.chained ? machine.fmaLatency : 0;
  cost.loads = step.loads / machine.loadsPerCycle;
  cost.stores = step.stores / machine.storesPerCycle;
  cost.instructions = step.instructions;
  return cost;
}

Estimate transfer(const Machine& machine, double bytes, Level level) {
  Estimate cost;
  switch (level) {
  case Level::Level2: cost.level2 = bytes / machine.level2Bandwidth; break;
  case Level::Level3: cost.level3 = bytes / machine.level3Bandwidth; break;
  case Level::Memory: cost.memory = bytes / machine.memoryBandwidth; break;
  }
  return cost;
}

} // namespace convoy::schedule
