#include "explore/maps.h"
#include "explore/maps_json.h"
#include "explore/numbers.h"
#include <algorithm>
#include <cmath>

namespace convoy::explore {

namespace {

using graph::Value;

// So many numbers are all there, and exact.
constexpr int64_t fewNumbers = 300'000;
constexpr int64_t mostChannels = 64; // of a layer with positions
constexpr int64_t pictureChannels = 4;
constexpr double largestShare = 8192, smallestShare = 16;

// Chooses the parts of tensors that a page has. What a layer with many positions may have grows more slowly
// than its planes, so that it has fewer channels than one with few: the side of a plane times the channels is
// at most `share`.
class Parts {
public:
  Parts(const MapValues& values, double share) : values_(values), share_(share) {}

  std::vector<Part> all() {
    std::vector<Part> parts;
    for (const Value& value : values_.graph.values) {
      const Extents extents = extentsOf(shapeOf(parts.size()), value.kind == Value::Parameter);
      parts.push_back(share_ == 0                      ? wholeOf(extents)
                      : value.kind == Value::Parameter ? Part{}
                                                       : layer(extents));
    }
    if (share_ > 0)
      for (const Value& node : values_.graph.values)
        if (node.kind == Value::Node) parameters(node, parts);
    return parts;
  }

private:
  const std::vector<int64_t>& shapeOf(graph::ValueId id) const { return values_.values[id].shape; }

  Part layer(const Extents& extents) const {
    Part part = wholeOf(extents);
    const double plane = static_cast<double>(extents[1] * extents[2] * extents[3]);
    if (plane == 1) {
      part.kept[0] = std::min(extents[0], static_cast<int64_t>(16 * share_));
      return part;
    }
    const bool picture = extents[0] <= pictureChannels;
    if (!picture)
      part.kept[0] = std::clamp<int64_t>(static_cast<int64_t>(share_ / std::sqrt(plane)), 1,
                                         std::min(extents[0], mostChannels));
    const double side = share_ / std::sqrt(plane) * (picture ? 2 : 1);
    if (side >= 1) return part;
    for (int axis : {2, 3})
      part.kept[axis] = std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(extents[axis]) * side));
    part.row = (extents[2] - part.kept[2]) / 2;
    part.column = (extents[3] - part.kept[3]) / 2;
    return part;
  }

  // Weights of the channels that are there, as far as they are few.
  void parameters(const Value& node, std::vector<Part>& parts) const {
    const auto self = static_cast<size_t>(&node - values_.graph.values.data());
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const graph::ValueId id = node.operands[i];
      if (values_.graph.value(id).kind != Value::Parameter) continue;
      const Extents extents = extentsOf(shapeOf(id), true);
      Part part = wholeOf(extents);
      const bool transposed = opInfo(node.op).form == OpForm::Transposed;
      const int64_t results = parts[self].kept[0], reads = i == 0 ? 1 : parts[node.operands[0]].kept[0];
      part.kept[0] = std::min(extents[0], transposed && extents[1] > 1 ? reads : results);
      part.kept[1] = std::min(extents[1], transposed ? results : reads);
      const auto most = static_cast<int64_t>(64 * share_);
      const int64_t row = std::max<int64_t>(1, part.kept[1] * part.kept[2] * part.kept[3]);
      part.kept[0] = std::clamp<int64_t>(most / row, 1, std::max<int64_t>(1, part.kept[0]));
      parts[id] = part;
    }
  }

  const MapValues& values_;
  const double share_; // 0: everything
};

struct Packed {
  std::vector<TensorFacts> tensors;
  std::string numbers;
};

Packed packAll(const MapValues& values, const std::vector<Part>& parts, bool exact) {
  Packed packed;
  for (size_t id = 0; id < parts.size(); ++id) {
    const reference::Tensor& tensor = values.values[id];
    const Extents extents = extentsOf(tensor.shape, values.graph.values[id].kind == Value::Parameter);
    PackedNumbers numbers = pack(tensor.data, extents, parts[id], exact);
    packed.tensors.push_back({extents, parts[id], std::move(numbers), packed.numbers.size()});
    packed.numbers += packed.tensors.back().numbers.bytes;
    packed.tensors.back().numbers.bytes.clear();
  }
  return packed;
}

int64_t countOf(const std::vector<Part>& parts) {
  int64_t count = 0;
  for (const Part& part : parts) count += part.count();
  return count;
}

} // namespace

void addMaps(Page& page, const MapValues& values, size_t bytes) {
  std::vector<Part> parts = Parts(values, 0).all();
  const bool exact = countOf(parts) <= fewNumbers;
  double share = largestShare;
  const auto shrinkTo = [&](double count) {
    while (share > smallestShare && static_cast<double>(countOf(parts)) > count) {
      share *= 0.95;
      parts = Parts(values, share).all();
    }
  };
  // Two bytes a number, of which deflating leaves at least a fourth; then as the numbers turn out.
  if (!exact) {
    parts = Parts(values, share).all();
    shrinkTo(2 * static_cast<double>(bytes));
  }
  Packed packed = packAll(values, parts, exact);
  for (size_t size; share > smallestShare && (size = Page::bytesFor(packed.numbers)) > bytes;) {
    shrinkTo(0.98 * static_cast<double>(countOf(parts)) * static_cast<double>(bytes) /
             static_cast<double>(size));
    packed = packAll(values, parts, exact);
  }
  page.addJson("maps", mapsJson(values, packed.tensors));
  page.addText("maps.numbers", packed.numbers);
}

} // namespace convoy::explore
