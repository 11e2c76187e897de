// Channels in another order, in blocked layout: vectors of the results are put together from lanes of the
// operands' vectors, at each position alike.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

// A block of the results: its lanes, each a lane of one of some vectors of the operand.
struct Block {
  std::vector<int64_t> sources; // blocks of the operand, in the order in which they are needed
  std::vector<std::pair<size_t, int64_t>> lanes; // which source, and its lane
};

// Lanes behind the last channel repeat the one before, so that they hold numbers of the tensor.
Block blockOf(const graph::Value& node, int64_t channels, int64_t block, int64_t lanes) {
  Block result;
  const int64_t last = node.type.channels() - 1;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    const int64_t from =
        sourceChannel(node.op, node.attributes, channels, std::min(block * lanes + lane, last));
    auto at = std::find(result.sources.begin(), result.sources.end(), from / lanes);
    result.lanes.emplace_back(static_cast<size_t>(at - result.sources.begin()), from % lanes);
    if (at == result.sources.end()) result.sources.push_back(from / lanes);
  }
  return result;
}

// One shuffle for each source behind the first.
Reg joined(KernelBuilder& k, const Block& block, const std::vector<Reg>& vectors) {
  const auto count = static_cast<size_t>(k.lanes);
  std::vector<int64_t> lanes(count, 0);
  Reg result = vectors[0];
  for (size_t lane = 0; lane < count; ++lane)
    if (block.lanes[lane].first == 0) lanes[lane] = block.lanes[lane].second;
  for (size_t source = 1; source < vectors.size(); ++source) {
    for (size_t lane = 0; lane < count; ++lane)
      if (block.lanes[lane].first == source) lanes[lane] = k.lanes + block.lanes[lane].second;
    result = k.b.shuffle(result, vectors[source], lanes);
    // What is there already stays in its lane.
    for (size_t lane = 0; lane < count; ++lane) lanes[lane] = static_cast<int64_t>(lane);
  }
  if (vectors.size() > 1) return result;
  for (size_t lane = 0; lane < count; ++lane)
    if (lanes[lane] != static_cast<int64_t>(lane)) return k.b.shuffle(result, result, lanes);
  return result;
}

} // namespace

// Units are chunks of positions; all blocks of one are made after another.
void blockedChannels(KernelBuilder& k) {
  constexpr int64_t chunk = 64;
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  const ValueId input = node.operands[0];
  const TensorType& type = k.value(input).type;
  Elementwise work(k);
  Reg in = k.read(input, Layout::Blocked);
  work.declare(1);
  const bool flat = canFlatten(k.graph, k.kernel, 1);
  const int rank = type.spatialRank();
  std::vector<Size> counts;
  if (flat)
    counts.push_back(Size::ceilDiv(spatialSize(type), chunk));
  else
    for (int axis = 0; axis < rank - 1; ++axis) counts.push_back(type.spatial(axis));
  Reg plane = k.size(spatialSize(type)), extent = flat ? plane : k.size(type.spatial(rank - 1));
  k.units(counts, [&](const std::vector<Reg>& parts) {
    Reg from = flat ? b.mul(parts[1], chunk) : b.index(0);
    Reg to = flat ? b.min(b.add(from, chunk), extent) : extent;
    Reg row = b.index(0); // position of the unit's first one, where it is a row
    for (int axis = 0; axis < rank - 1 && !flat; ++axis)
      row = b.add(b.mul(row, k.size(type.spatial(axis))), parts[static_cast<size_t>(axis) + 1]);
    if (!flat) row = b.mul(row, extent);
    Reg item = b.mul(parts[0], k.itemRows(input, Layout::Blocked));
    for (int64_t block = 0; block < k.blocks(node.type.channels()); ++block) {
      const Block made = blockOf(node, type.channels(), block, k.lanes);
      std::vector<Reg> rows;
      for (int64_t source : made.sources)
        rows.push_back(
            b.offset(Scalar::F32, in, Index(b.add(b.mul(b.add(item, source), plane), row), k.lanes)));
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
