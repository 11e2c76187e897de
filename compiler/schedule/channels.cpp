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
  Reg width = k.size(type.dims.back());
  std::vector<Reg> planes;
  for (ValueId operand : node.operands) planes.push_back(k.planeSize(operand, Layout::Blocked));
  // An operand that is computed at its place is there already.
  auto isThere = [&](const Block& block) {
    return std::all_of(block.sources.begin(), block.sources.end(), [&](const Source& source) {
      return node.op == OpKind::Concat && k.storage.isPart(k.kernel, node.operands[source.operand]);
    });
  };
  // All blocks of the positions from..to, those of a row whose axes but the last have these indices, or of
  // all rows as one.
  auto run = [&](Reg item, const std::vector<Reg>& indices, Reg from, Reg to) {
    Reg row = b.index(0); // position of the first one of the row
    for (size_t axis = 0; axis < indices.size(); ++axis)
      row = b.add(b.mul(row, k.size(type.spatial(static_cast<int>(axis)))), indices[axis]);
    row = b.mul(row, width);
    for (int64_t block = 0; block < k.blocks(type.channels()); ++block) {
      const Block made = blockOf(k, node, block);
      if (isThere(made)) continue;
      std::vector<Reg> rows;
      for (const Source& source : made.sources) {
        Reg first = b.mul(item, k.itemRows(node.operands[source.operand], Layout::Blocked));
        rows.push_back(
            b.offset(Scalar::F32, in[source.operand],
                     Index(b.add(b.mul(b.add(first, source.block), planes[source.operand]), row), k.lanes)));
      }
      b.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
        std::vector<Reg> vectors;
        for (Reg source : rows) vectors.push_back(b.load(k.vector, source, Index(x, k.lanes)));
        Site site{item, b.index(block), indices, nullptr, flat};
        site.spatial.push_back(x);
        work.store(work.evaluate(1, joined(k, made, vectors), site), site);
        return Builder::Values{};
      });
    }
  };
  if (!flat) {
    k.eachRow({}, type, 1, [&](const std::vector<Reg>& parts) {
      run(parts[0], {parts.begin() + 1, parts.end()}, b.index(0), width);
    });
  } else if (k.inGroup()) {
    k.strips({}, {type.spatial(0)}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
      run(parts[0], {}, b.mul(y0, width), b.mul(y1, width));
    });
  } else {
    Reg all = k.size(spatialSize(type));
    k.units({Size::ceilDiv(spatialSize(type), chunk)}, [&](const std::vector<Reg>& parts) {
      Reg from = b.mul(parts[1], chunk);
      run(parts[0], {}, from, b.min(b.add(from, chunk), all));
    });
  }
  k.finish();
}

} // namespace convoy::schedule
