#include "inspect/receptive.h"
#include "support/internal_error.h"
#include <algorithm>
#include <numeric>

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0); } // b > 0

// Of an axis of an input, what the elements of a value depend on: that with the index i along `axis` on the
// positions between two, which are those of i - spans.size() and `shift` more.
struct Reach {
  int axis = -1; // of the value; -1: all of its elements depend on the same positions, and shift is 0
  struct Span {
    int64_t first, last;
  };
  std::vector<Span> spans{{0, 0}};
  int64_t shift = 0;
  bool whole = false; // on all positions, or on what no such sentence says

  int64_t period() const { return static_cast<int64_t>(spans.size()); }
  Span at(int64_t index) const {
    const int64_t times = floorDiv(index, period());
    const Span& span = spans[static_cast<size_t>(index - times * period())];
    return {span.first + times * shift, span.last + times * shift};
  }
};

Reach wholeAxis() {
  Reach reach;
  reach.whole = true;
  return reach;
}
constexpr int64_t longestPeriod = 4096;

class Walk {
public:
  Walk(const Graph& graph, const std::map<std::string, int64_t>& sizes)
      : graph_(graph), given_(sizes), sizes_(sizes) {
    constexpr int64_t large = 5040;
    for (const std::string& symbol : graph.symbols()) sizes_.emplace(symbol, large);
  }

  std::vector<std::vector<Field>> run() {
    reaches_.resize(graph_.values.size());
    std::vector<std::vector<Field>> fields;
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const Value& value = graph_.value(id);
      if (value.kind == Value::Input) begin(id);
      if (value.kind == Value::Node) follow(id);
      fields.push_back(fieldsOf(id));
    }
    return fields;
  }

private:
  using Reaches = std::map<ValueId, std::vector<Reach>>; // of inputs, along each of their spatial axes

  void begin(ValueId input) {
    const TensorType& type = graph_.value(input).type;
    if (type.scalar) return;
    for (int axis = 1; axis <= type.spatialRank(); ++axis) {
      Reach reach;
      reach.axis = axis, reach.shift = 1;
      reaches_[input][input].push_back(reach);
    }
  }

  void follow(ValueId id) {
    const Value& node = graph_.value(id);
    std::vector<TensorType> types;
    for (ValueId operand : node.operands) types.push_back(graph_.value(operand).type);
    const std::vector<AccessMap> maps = opInfo(node.op).access(types, node.attributes, node.type);
    for (size_t i = 0; i < node.operands.size(); ++i)
      for (const auto& [input, axes] : reaches_[node.operands[i]]) {
        std::vector<Reach>& here = reaches_[id][input];
        for (size_t axis = 0; axis < axes.size(); ++axis) {
          const Reach reach = through(axes[axis], maps[i], types[i]);
          if (here.size() <= axis)
            here.push_back(reach);
          else
            here[axis] = both(here[axis], reach);
        }
      }
  }

  int64_t number(const Size& size) const { return size.evaluate(sizes_).value_or(0); }

  // Of a result whose element i reads the operand's from begin(i) to end(i); `period` more in i are `pace`
  // more of those, a multiple of the period of `reach`.
  template <typename Begin, typename End>
  static Reach moved(const Reach& reach, int axis, int64_t period, int64_t pace, Begin begin, End end) {
    if (period > longestPeriod) return wholeAxis();
    Reach result;
    result.axis = axis;
    result.shift = pace / reach.period() * reach.shift;
    result.spans.clear();
    for (int64_t i = 0; i < period; ++i)
      result.spans.push_back({reach.at(begin(i)).first, reach.at(end(i)).last});
    return result;
  }

  // Of the result, from that of an operand of this type.
  Reach through(const Reach& reach, const AccessMap& map, const TensorType& type) const {
    if (reach.whole || reach.axis < 0) return reach;
    const auto axis = static_cast<size_t>(reach.axis);
    const AxisAccess& access = map.at(axis);
    const int64_t stride = access.stride, taps = access.dilation * (access.kernel - 1), unit = access.unit;
    const int64_t before = number(access.padBegin), period = reach.period();
    switch (access.kind) {
    case AxisAccess::Same: {
      Reach same = reach;
      same.axis = access.resultAxis;
      return same;
    }
    case AxisAccess::All:
    case AxisAccess::Broadcast: {
      const std::optional<int64_t> extent =
          access.kind == AxisAccess::All ? type.dims[axis].evaluate(given_) : std::optional<int64_t>(1);
      if (!extent) return wholeAxis();
      Reach fixed;
      fixed.spans = {{reach.at(0).first, reach.at(*extent - 1).last}};
      return fixed;
    }
    case AxisAccess::Window: {
      const int64_t repeats = period / std::gcd(period, stride);
      return moved(
          reach, access.resultAxis, repeats, repeats * stride, [&](int64_t i) { return i * stride - before; },
          [&](int64_t i) { return i * stride - before + taps; });
    }
    case AxisAccess::Transposed:
      return moved(
          reach, access.resultAxis, period * stride, period,
          [&](int64_t i) { return -floorDiv(-(i + before - taps), stride); },
          [&](int64_t i) { return floorDiv(i + before, stride); });
    case AxisAccess::Scaled: {
      const int64_t repeats = unit * period / std::gcd(stride, unit * period);
      return moved(
          reach, access.resultAxis, repeats, repeats * stride / unit,
          [&](int64_t i) { return floorDiv(i * stride + access.least, unit) - before; },
          [&](int64_t i) { return floorDiv(i * stride + access.most, unit) - before + access.kernel - 1; });
    }
    case AxisAccess::Offset: {
      const int64_t offset = number(access.offset);
      const auto index = [&](int64_t i) { return i - offset; };
      return moved(reach, access.resultAxis, period, period, index, index);
    }
    }
    internalError("an access map of no kind");
  }

  // Of what depends on both.
  static Reach both(const Reach& a, const Reach& b) {
    const bool alike = a.axis == b.axis && a.shift * b.period() == b.shift * a.period();
    const int64_t period = std::lcm(a.period(), b.period());
    if (a.whole || b.whole || !alike || period > longestPeriod) return wholeAxis();
    Reach reach;
    reach.axis = a.axis, reach.shift = period / a.period() * a.shift;
    reach.spans.clear();
    for (int64_t i = 0; i < period; ++i)
      reach.spans.push_back({std::min(a.at(i).first, b.at(i).first), std::max(a.at(i).last, b.at(i).last)});
    return reach;
  }

  std::vector<Field> fieldsOf(ValueId id) const {
    std::vector<Field> fields;
    for (const auto& [input, axes] : reaches_[id]) {
      Field field;
      field.input = graph_.value(input).name;
      for (size_t i = 0; i < axes.size(); ++i) {
        const Reach& reach = axes[i];
        FieldAxis axis;
        int64_t extent = 0;
        for (const Reach::Span& span : reach.spans) extent = std::max(extent, span.last - span.first + 1);
        const std::optional<int64_t> all =
            graph_.value(input).type.spatial(static_cast<int>(i)).evaluate(given_);
        // What all elements depend on alike, and is not less than there is.
        const bool whole = reach.whole || (reach.axis < 0 && all && extent >= *all);
        if (!whole) {
          axis.extent = extent;
          axis.step = static_cast<double>(reach.shift) / static_cast<double>(reach.period());
        }
        field.axes.push_back(axis);
      }
      fields.push_back(std::move(field));
    }
    return fields;
  }

  const Graph& graph_;
  const std::map<std::string, int64_t>& given_;
  std::map<std::string, int64_t> sizes_; // of all symbols
  std::vector<Reaches> reaches_;         // of each value
};

} // namespace

std::vector<std::vector<Field>> receptiveFields(const Graph& graph,
                                                const std::map<std::string, int64_t>& sizes) {
  return Walk(graph, sizes).run();
}

} // namespace convoy::inspect
