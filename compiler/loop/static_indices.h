// Indices that are known when code is generated: constants, counters of unroll loops, and what is computed
// from them. Private to the verifier.
#pragma once
#include "loop/ir.h"
#include <unordered_map>

namespace convoy::loop {

class StaticIndices {
public:
  void addCounter(const Value* counter, const Inst& unroll);
  // Adds the instruction's result when it is such an index.
  void add(const Inst& inst);
  // Whether the index is known and 0 <= index < extent: what is wrong, or nothing.
  std::string problem(const Value* index, int64_t extent) const;

private:
  struct Range {
    int64_t low, high;
  };
  std::unordered_map<const Value*, Range> ranges_;
};

} // namespace convoy::loop
