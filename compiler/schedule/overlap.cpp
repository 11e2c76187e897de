#include "schedule/overlap.h"

namespace convoy::schedule {

namespace {

using loop::Builder;
using loop::Op;
using Reg = loop::Value*;

// Each begins before the other ends.
Reg share(Builder& b, const Range& x, const Range& y) {
  return b.binary(Op::And, b.compare(Op::Lt, x.begin, y.end), b.compare(Op::Lt, y.begin, x.end));
}

Reg everyPair(Builder& b, const std::vector<Range>& ranges, size_t first) {
  Reg result = nullptr;
  for (size_t i = first; i < ranges.size(); ++i)
    for (size_t other = 0; other < i; ++other) {
      Reg both = share(b, ranges[i], ranges[other]);
      result = result ? b.binary(Op::Or, result, both) : both;
    }
  return result;
}

Reg loopOverPairs(Builder& b, const std::vector<Range>& ranges, size_t first) {
  const auto count = static_cast<int64_t>(ranges.size());
  Reg table = b.stack(count * 2 * static_cast<int64_t>(sizeof(int64_t)));
  int64_t place = 0;
  for (const Range& range : ranges) {
    b.store(range.begin, table, place++);
    b.store(range.end, table, place++);
  }
  auto at = [&](Reg i) {
    auto number = [&](int64_t half) { return b.load(loop::Type::index(), table, loop::Index(i, 2) + half); };
    Reg begin = number(0), end = number(1);
    return Range{begin, end};
  };
  auto withThoseBefore = [&](Reg i, const Builder::Values& found) {
    const Range own = at(i);
    return b.loop("other", b.index(0), i, 1, found, [&](Reg other, const Builder::Values& soFar) {
      return Builder::Values{b.binary(Op::Or, soFar[0], share(b, own, at(other)))};
    });
  };
  Reg none = b.number(0, loop::Type::of(loop::Scalar::I1));
  return b.loop("range", b.index(static_cast<int64_t>(first)), b.index(count), 1, {none}, withThoseBefore)[0];
}

} // namespace

loop::Value* overlap(Builder& b, const std::vector<Range>& ranges, size_t first) {
  constexpr size_t few = 16;
  return ranges.size() <= few ? everyPair(b, ranges, first) : loopOverPairs(b, ranges, first);
}

} // namespace convoy::schedule
