// How long a kernel keeps each part of a core busy, and how long it takes therefore (docs/cost.md). Private
// to schedule/, but for what `predict.h` shows.
//
// All numbers are cycles of one core, for one item of the batch.
#pragma once
#include "target/target.h"
#include <vector>

namespace convoy::schedule {

// What may be the longest part of a kernel's time.
enum class Bound { MultiplyAdds, Adds, Latency, Loads, Stores, Instructions, Level2, Level3, Memory, Start };
const char* nameOf(Bound bound); // "multiply-adds", "level 2"

// Cycles that are spent on moving data to and from the caches behind the first one, and memory.
struct Moves {
  double level2 = 0, level3 = 0, memory = 0;
  double all() const { return level2 + level3 + memory; }
};

struct Estimate {
  // Inside of the core. The first five go on at the same time; what `instructions` stand for does not:
  // addresses, ends of loops, shuffles.
  double multiplyAdds = 0;
  double adds = 0;    // and the larger of two, and all other arithmetic of vectors
  double latency = 0; // sums that wait for themselves: too few of them are in a tile
  double loads = 0, stores = 0;
  double instructions = 0;
  Moves again;      // of what is read again and again and does not stay in the first cache
  double work = 0;  // all of these: parts of the work that follow one another
  Moves once;       // of values that come and go
  Moves parameters; // likewise, while so much of the work is done: what follows reads them again
  double shareForParameters = 1;
  double start = 0; // once for each kernel of a run

  Moves moves() const; // all of them
  double cycles() const;
  Bound bound() const;                         // what takes longest by itself
  Estimate& operator+=(const Estimate& other); // one after the other
  Estimate& operator*=(double times);
};
inline Estimate operator*(Estimate estimate, double times) { return estimate *= times; }
inline Estimate operator+(Estimate a, const Estimate& b) { return a += b; }
// At the same time: of none of them is the work done twice.
Estimate together(const std::vector<Estimate>& parts);

// What is done in one step of a loop, in vectors of the target's width (a load may also be of a number that
// is broadcast).
struct Step {
  double multiplyAdds = 0, adds = 0, loads = 0, stores = 0;
  double instructions = 0; // cycles of others, that nothing hides
  bool chained = false;    // every sum of the step was used in the step before
};
Estimate costOf(const Machine& machine, const Step& step);

// Where bytes lie, or where they go to.
enum class Level { Level2, Level3, Memory };
Moves transfer(const Machine& machine, double bytes, Level level);
Moves& operator+=(Moves& moves, const Moves& other);
// As a part of the work.
Estimate again(const Moves& moves);

} // namespace convoy::schedule
