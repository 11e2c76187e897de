#include "loop/static_indices.h"
#include <algorithm>
#include <optional>

namespace convoy::loop {

namespace {
// One corner of a range; nullopt where the result says nothing.
std::optional<int64_t> compute(Op op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
  case Op::Add: return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  case Op::Sub: return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  case Op::Mul: return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  case Op::Div: return b > 0 ? std::optional(a / b - (a % b < 0)) : std::nullopt;
  case Op::Min: return std::min(a, b);
  case Op::Max: return std::max(a, b);
  default: return std::nullopt; // corners say nothing about any other op
  }
}
} // namespace

void StaticIndices::addCounter(const Value* counter, const Inst& unroll) {
  int64_t from = unroll.ints[1], to = unroll.ints[2];
  ranges_[counter] = {from, to > from ? to - 1 : from};
}

void StaticIndices::add(const Inst& inst) {
  if (inst.results.size() != 1 || !inst.results[0]->type.isIndex()) return;
  if (inst.op == Op::Const) ranges_[inst.results[0]] = {inst.ints[0], inst.ints[0]};
  if (shapeOf(inst.op) != OpShape::Binary) return;
  auto a = ranges_.find(inst.operands[0]), b = ranges_.find(inst.operands[1]);
  if (a == ranges_.end() || b == ranges_.end()) return;
  if (inst.op == Op::Mod && b->second.low > 0) {
    ranges_[inst.results[0]] = {0, b->second.high - 1};
    return;
  }
  std::vector<int64_t> corners;
  for (int64_t x : {a->second.low, a->second.high})
    for (int64_t y : {b->second.low, b->second.high}) {
      auto corner = compute(inst.op, x, y);
      if (!corner) return;
      corners.push_back(*corner);
    }
  auto [low, high] = std::minmax_element(corners.begin(), corners.end());
  ranges_[inst.results[0]] = {*low, *high};
}

std::string StaticIndices::problem(const Value* index, int64_t extent) const {
  auto range = ranges_.find(index);
  if (range == ranges_.end()) return "an index is not known when code is generated";
  if (range->second.low < 0 || range->second.high >= extent) return "an index leaves its bounds";
  return "";
}

} // namespace convoy::loop
