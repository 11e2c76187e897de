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

namespace {

class BlockedChannels {
public:
  explicit BlockedChannels(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), type_(node_.type), work_(k),
        flat_(canFlatten(k.graph, k.kernel, 0)) {}

  // Units are chunks of positions, or rows; all blocks of one are made after another.
  void run() {
    for (ValueId operand : node_.operands)
      in_.push_back(k_.storage.isPart(k_.kernel, operand) ? nullptr : k_.read(operand, Layout::Blocked));
    work_.declare(1);
    Reg width = k_.size(type_.dims.back());
    if (flat_ && !k_.inGroup()) {
      Reg plane = k_.size(spatialSize(type_));
      k_.units({Size::ceilDiv(spatialSize(type_), chunk)}, [&](const std::vector<Reg>& parts) {
        Reg from = b_.mul(parts[1], chunk);
        unit(parts[0], {}, from, b_.min(b_.add(from, chunk), plane));
      });
    } else if (flat_ && k_.rowsAreOne()) {
      k_.strips({}, {type_.spatial(0)}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
        unit(parts[0], {}, b_.mul(y0, width), b_.mul(y1, width));
      });
    } else {
      k_.eachRow({}, type_, 1, [&](const std::vector<Reg>& parts) {
        unit(parts[0], {parts.begin() + 1, parts.end()}, b_.index(0), width);
      });
    }
    k_.finish();
  }

private:
  static constexpr int64_t chunk = 64;

  // An operand that is computed at its place is there already.
  bool isThere(const Block& block) const {
    return std::all_of(block.sources.begin(), block.sources.end(), [&](const Source& source) {
      return node_.op == OpKind::Concat && k_.storage.isPart(k_.kernel, node_.operands[source.operand]);
    });
  }

  // The positions from..to of a row, or of all.
  void unit(Reg item, const std::vector<Reg>& outer, Reg from, Reg to) {
    Reg row = b_.index(0); // position of the first one, where it is a row
    for (size_t axis = 0; axis < outer.size(); ++axis)
      row = b_.add(b_.mul(row, k_.size(type_.spatial(static_cast<int>(axis)))), outer[axis]);
    if (!outer.empty()) row = b_.mul(row, k_.size(type_.dims.back()));
    for (int64_t block = 0; block < k_.blocks(type_.channels()); ++block) {
      const Block made = blockOf(k_, node_, block);
      if (isThere(made)) continue;
      std::vector<Reg> rows;
      for (const Source& source : made.sources) {
        const ValueId id = node_.operands[source.operand];
        Reg first = b_.add(b_.mul(item, k_.itemRows(id, Layout::Blocked)), source.block);
        Reg at = b_.add(b_.mul(first, k_.planeSize(id, Layout::Blocked)), row);
        rows.push_back(b_.offset(Scalar::F32, in_[source.operand], Index(at, k_.lanes)));
      }
      b_.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
        std::vector<Reg> vectors;
        for (Reg source : rows) vectors.push_back(b_.load(k_.vector, source, Index(x, k_.lanes)));
        Site site{item, b_.index(block), outer, nullptr, outer.empty()};
        site.spatial.push_back(x);
        work_.store(work_.evaluate(1, joined(k_, made, vectors), site), site);
        return Builder::Values{};
      });
    }
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  const TensorType& type_;
  Elementwise work_;
  const bool flat_;
  std::vector<Reg> in_;
};

} // namespace

void blockedChannels(KernelBuilder& k) { BlockedChannels(k).run(); }

} // namespace convoy::schedule
