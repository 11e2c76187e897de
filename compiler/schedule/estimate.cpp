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

namespace {

// Transfers and work go on at the same time, but not quite: lines are asked for ahead where they follow one
// another, and a core has only so many on their way. The further they come, the more of it is waited for.
double overlapped(double work, const Moves& moves) {
  constexpr double waitsForLevel2 = 0.05, waitsForLevel3 = 0.2, waitsForMemory = 0.3;
  const double moved = moves.all();
  if (moved == 0) return work;
  const double waits =
      (waitsForLevel2 * moves.level2 + waitsForLevel3 * moves.level3 + waitsForMemory * moves.memory) / moved;
  return std::max(work, moved) + waits * std::min(work, moved);
}

// Of one part of the work.
double workOf(const Estimate& e) {
  const double inside = std::max({e.multiplyAdds, e.adds, e.latency, e.loads, e.stores}) + e.instructions;
  return overlapped(inside, e.again);
}

} // namespace

double Estimate::cycles() const {
  const double beginning = work * shareForParameters;
  return start + overlapped(work, once) + overlapped(beginning, parameters) - beginning;
}

Moves Estimate::moves() const {
  Moves all = again;
  all += once;
  return all += parameters;
}

Bound Estimate::bound() const {
  const Moves moved = moves();
  const std::pair<double, Bound> parts[] = {{multiplyAdds, Bound::MultiplyAdds},
                                            {adds, Bound::Adds},
                                            {latency, Bound::Latency},
                                            {loads, Bound::Loads},
                                            {stores, Bound::Stores},
                                            {instructions, Bound::Instructions},
                                            {moved.level2, Bound::Level2},
                                            {moved.level3, Bound::Level3},
                                            {moved.memory, Bound::Memory},
                                            {start, Bound::Start}};
  auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
  return std::max_element(std::begin(parts), std::end(parts), less)->second;
}

Moves& operator+=(Moves& moves, const Moves& other) {
  moves.level2 += other.level2, moves.level3 += other.level3, moves.memory += other.memory;
  return moves;
}

Estimate& Estimate::operator+=(const Estimate& other) {
  multiplyAdds += other.multiplyAdds, adds += other.adds, latency += other.latency;
  loads += other.loads, stores += other.stores, instructions += other.instructions;
  again += other.again, once += other.once, parameters += other.parameters;
  shareForParameters = std::min(shareForParameters, other.shareForParameters);
  work += other.work, start += other.start;
  return *this;
}

Estimate& Estimate::operator*=(double times) {
  for (double* part : {&multiplyAdds, &adds, &latency, &loads, &stores, &instructions, &again.level2,
                       &again.level3, &again.memory, &work, &once.level2, &once.level3, &once.memory,
                       &parameters.level2, &parameters.level3, &parameters.memory, &start})
    *part *= times;
  return *this;
}

Estimate together(const std::vector<Estimate>& parts) {
  Estimate all;
  for (const Estimate& part : parts) all += part;
  all.work = workOf(all);
  return all;
}

Estimate again(const Moves& moves) {
  Estimate estimate;
  estimate.again = moves;
  return together({estimate});
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
  cost.work = workOf(cost);
  return cost;
}

Moves transfer(const Machine& machine, double bytes, Level level) {
  switch (level) {
  case Level::Level2: return {bytes / machine.level2Bandwidth, 0, 0};
  case Level::Level3: return {0, bytes / machine.level3Bandwidth, 0};
  case Level::Memory: return {0, 0, bytes / machine.memoryBandwidth};
  }
  return {};
}

} // namespace convoy::schedule
