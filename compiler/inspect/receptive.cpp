#include "inspect/receptive.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

// Of an axis of an input, what the elements of a value depend on: the element with the index i along `axis`
// on the positions from i * step + first to i * step + last, and no others.
struct Reach {
  int axis = -1; // of the value; -1: all of its elements depend on the same positions, and the step is 0
  double step = 0, first = 0, last = 0;
  bool whole = false; // on all positions, or on what no such sentence says
};

Reach wholeAxis() {
  Reach reach;
  reach.whole = true;
  return reach;
}

// Whole numbers of a scaled axis: where its windows begin at least, beside o * stride / unit, and from the
// first to the last position of one at most.
struct Phases {
  double first = 0;
  int64_t width = 0;
};
int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0); } // b > 0
Phases phasesOf(const AxisAccess& access) {
  Phases all{0, 0};
  const int64_t pace = std::gcd(access.stride, access.unit);
  for (int64_t phase = 0; phase < access.unit; phase += pace) {
    const int64_t first = floorDiv(phase + access.least, access.unit),
                  last = floorDiv(phase + access.most, access.unit);
    const double begin =
        static_cast<double>(first) - static_cast<double>(phase) / static_cast<double>(access.unit);
    all = phase == 0 ? Phases{begin, last - first}
                     : Phases{std::min(all.first, begin), std::max(all.width, last - first)};
  }
  return all;
}

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
      reach.axis = axis, reach.step = 1;
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

  double number(const Size& size) const { return static_cast<double>(size.evaluate(sizes_).value_or(0)); }

  // Of the result, from that of an operand of this type.
  Reach through(Reach reach, const AccessMap& map, const TensorType& type) const {
    if (reach.whole || reach.axis < 0) return reach;
    const auto axis = static_cast<size_t>(reach.axis);
    const AxisAccess& access = map.at(axis);
    const double step = reach.step, width = reach.last - reach.first;
    // The operand's index moves by so much at least, and then by at most `more`.
    auto move = [&](double first, double more) {
      reach.first += step * first;
      reach.last = reach.first + width + step * more;
    };
    reach.axis = access.resultAxis;
    switch (access.kind) {
    case AxisAccess::Same: return reach;
    case AxisAccess::All: {
      const std::optional<int64_t> extent = type.dims[axis].evaluate(given_);
      if (!extent) return wholeAxis();
      reach.axis = -1, reach.step = 0;
      move(0, static_cast<double>(*extent - 1));
      return reach;
    }
    case AxisAccess::Broadcast: reach.axis = -1, reach.step = 0; return reach;
    case AxisAccess::Window:
      move(-number(access.padBegin), static_cast<double>(access.dilation * (access.kernel - 1)));
      reach.step *= static_cast<double>(access.stride);
      return reach;
    case AxisAccess::Transposed: {
      const int64_t taps = access.dilation * (access.kernel - 1);
      const auto stride = static_cast<double>(access.stride);
      move((number(access.padBegin) - static_cast<double>(taps)) / stride,
           static_cast<double>(taps / access.stride));
      reach.step /= stride;
      return reach;
    }
    case AxisAccess::Scaled: {
      const Phases phases = phasesOf(access);
      move(phases.first - number(access.padBegin), static_cast<double>(phases.width + access.kernel - 1));
      reach.step *= static_cast<double>(access.stride) / static_cast<double>(access.unit);
      return reach;
    }
    case AxisAccess::Offset: move(-number(access.offset), 0); return reach;
    }
    internalError("an access map of no kind");
  }

  // Of what depends on both.
  static Reach both(const Reach& a, const Reach& b) {
    const bool alike = a.axis == b.axis && std::abs(a.step - b.step) < 1e-9;
    if (a.whole || b.whole || !alike) return wholeAxis();
    Reach reach = a;
    reach.first = std::min(a.first, b.first), reach.last = std::max(a.last, b.last);
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
        const auto extent = static_cast<int64_t>(std::floor(reach.last - reach.first + 1e-6)) + 1;
        const std::optional<int64_t> all =
            graph_.value(input).type.spatial(static_cast<int>(i)).evaluate(given_);
        // What all elements depend on alike, and is not less than there is.
        const bool whole = reach.whole || (reach.axis < 0 && all && extent >= *all);
        if (!whole) axis.extent = extent, axis.step = reach.step;
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
