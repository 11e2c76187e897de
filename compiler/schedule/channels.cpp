// Channels in another order, in blocked layout: vectors of the results are put together from lanes of the
// operands' vectors, at each position alike.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

// A block of channels of an operand.
struct Source {
  size_t operand;
  int64_t block;
  bool operator==(const Source& o) const { return operand == o.operand && block == o.block; }
};

// A block of the results: its lanes, each a lane of one of some vectors of the operands.
struct Block {
  std::vector<Source> sources;                   // in the order in which they are needed
  std::vector<std::pair<size_t, int64_t>> lanes; // which source, and its lane
};

// An operand's channel.
std::pair<size_t, int64_t> sourceOf(const KernelBuilder& k, const graph::Value& node, int64_t channel) {
  auto channels = [&](size_t operand) { return k.value(node.operands[operand]).type.channels(); };
  if (node.op != OpKind::Concat) return {0, sourceChannel(node.op, node.attributes, channels(0), channel)};
  size_t operand = 0;
  while (channel >= channels(operand)) channel -= channels(operand++);
  return {operand, channel};
}

// Lanes behind the last channel repeat it, so that they hold numbers of the tensor.
Block blockOf(const KernelBuilder& k, const graph::Value& node, int64_t block) {
  Block result;
  const int64_t last = node.type.channels() - 1;
  for (int64_t lane = 0; lane < k.lanes; ++lane) {
    const auto [operand, channel] = sourceOf(k, node, std::min(block * k.lanes + lane, last));
    const Source source{operand, channel / k.lanes};
    auto at = std::find(result.sources.begin(), result.sources.end(), source);
    result.lanes.emplace_back(static_cast<size_t>(at - result.sources.begin()), channel % k.lanes);
    if (at == result.sources.end()) result.sources.push_back(source);
  }
  return result;
}

// One shuffle for each source behind the first.
Reg joined(KernelBuilder& k, const Block& block, const std::vector<Reg>& vectors) {
  const auto count = static_cast<size_t>(k.lanes);
  auto lanesOf = [&](size_t source, bool alsoFirst) {
    std::vector<int64_t> lanes;
    for (size_t lane = 0; lane < count; ++lane) {
      const auto [from, at] = block.lanes[lane];
      lanes.push_back(from == source           ? k.lanes + at
                      : alsoFirst && from == 0 ? at
                                               : static_cast<int64_t>(lane));
    }
    return lanes;
  };
  Reg result = vectors[0];
  for (size_t source = 1; source < vectors.size(); ++source)
    result = k.b.shuffle(result, vectors[source], lanesOf(source, source == 1));
  if (vectors.size() > 1) return result;
  std::vector<int64_t> lanes;
  bool same = true;
  for (size_t lane = 0; lane < count; ++lane) {
    lanes.push_back(block.lanes[lane].second);
    same &= lanes.back() == static_cast<int64_t>(lane);
  }
  return same ? result : k.b.shuffle(result, result, lanes);
}

} // namespace

// Units are chunks of positions; all blocks of one are made after another.
void blockedChannels(KernelBuilder& k) {
  constexpr int64_t chunk = 64;
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  const TensorType& type = node.type;
  Elementwise work(k);
  std::vector<Reg> in;
  for (ValueId operand : node.operands)
    in.push_back(k.storage.isPart(k.kernel, operand) ? nullptr : k.read(operand, Layout::Blocked));
  work.declare(1);
  const bool flat = canFlatten(k.graph, k.kernel, 0);
  const int rank = type.spatialRank();
  std::vector<Size> counts;
  if (flat)
    counts.push_back(Size::ceilDiv(spatialSize(type), chunk));
  else
    for (int axis = 0; axis < rank - 1; ++axis) counts.push_back(type.spatial(axis));
  Reg plane = k.size(spatialSize(type)), extent = flat ? plane : k.size(type.spatial(rank - 1));
  // An operand that is computed at its place is there already.
  auto isThere = [&](const Block& block) {
    return std::all_of(block.sources.begin(), block.sources.end(), [&](const Source& source) {
      return node.op == OpKind::Concat && k.storage.isPart(k.kernel, node.operands[source.operand]);
    });
  };
  k.units(counts, [&](const std::vector<Reg>& parts) {
    Reg from = flat ? b.mul(parts[1], chunk) : b.index(0);
    Reg to = flat ? b.min(b.add(from, chunk), extent) : extent;
    Reg row = b.index(0); // position of the unit's first one, where it is a row
    for (int axis = 0; axis < rank - 1 && !flat; ++axis)
      row = b.add(b.mul(row, k.size(type.spatial(axis))), parts[static_cast<size_t>(axis) + 1]);
    if (!flat) row = b.mul(row, extent);
    for (int64_t block = 0; block < k.blocks(type.channels()); ++block) {
      const Block made = blockOf(k, node, block);
      if (isThere(made)) continue;
      std::vector<Reg> rows;
      for (const Source& source : made.sources) {
        Reg item = b.mul(parts[0], k.itemRows(node.operands[source.operand], Layout::Blocked));
        rows.push_back(b.offset(Scalar::F32, in[source.operand],
                                Index(b.add(b.mul(b.add(item, source.block), plane), row), k.lanes)));
      }
      b.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
        std::vector<Reg> vectors;
        for (Reg source : rows) vectors.push_back(b.load(k.vector, source, Index(x, k.lanes)));
        Site site{parts[0], b.index(block), {}, nullptr, flat};
        if (!flat) site.spatial.assign(parts.begin() + 1, parts.end());
        site.spatial.push_back(x);
        work.store(work.evaluate(1, joined(k, made, vectors), site), site);
        return Builder::Values{};
      });
    }
  });
  k.finish();
}

} // namespace convoy::schedule
