#include "graph/warnings.h"
#include "graph/retyped.h"
#include <algorithm>
#include <map>

namespace convoy::graph {

namespace {

// "row", "column" or "slice", in the order of the spatial axes.
std::string unitOf(int rank, int axis) {
  static constexpr const char* units[] = {"column", "row", "slice"};
  return units[rank - 1 - axis];
}

// "the last row and the last 2 columns"
std::string lastOf(const std::vector<int64_t>& counts) {
  const int rank = static_cast<int>(counts.size());
  std::string text;
  for (int axis = 0; axis < rank; ++axis)
    if (const int64_t count = counts[static_cast<size_t>(axis)]; count > 0)
      text += (text.empty() ? "the last " : " and the last ") +
              (count == 1 ? unitOf(rank, axis) : counted(count, unitOf(rank, axis)));
  return text;
}

// Sizes and pads of one axis, as far as they are known.
struct Axis {
  int64_t span = 1, stride = 1;
  std::optional<int64_t> size, windows, padBegin, padEnd;

  // Rows behind the last window, and 0 where gaps are what a stride beyond the window is meant for.
  int64_t dropped() const {
    if (!size || !windows || !padBegin || span < stride) return 0;
    return std::max<int64_t>(0, *size - ((*windows - 1) * stride - *padBegin + span));
  }
  // The wider padding that a whole window fits into, or 0.
  int64_t emptyPadding() const {
    const bool atStart = padBegin && *padBegin >= span;
    const bool atEnd =
        padEnd && *padEnd >= span &&
        (stride == 1 || (size && windows && padBegin && (*windows - 1) * stride - *padBegin >= *size));
    return std::max(atStart ? *padBegin : 0, atEnd ? *padEnd : 0);
  }
};

class WindowWarnings {
public:
  WindowWarnings(const Graph& graph, DiagnosticEngine& diags) : graph_(graph), diags_(diags) {}

  bool dropsRows(const Value& node) const {
    const std::vector<int64_t> dropped = droppedBy(node, node.type);
    return std::any_of(dropped.begin(), dropped.end(), [](int64_t count) { return count > 0; });
  }

  void run() {
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const Value& value = graph_.value(id);
      const bool hasWindow = value.kind == Value::Node && opInfo(value.op).form == OpForm::Window;
      if (!hasWindow || !value.location.valid()) continue;
      warnOfPadding(value);
      if (!wasMeant(value)) warnOfRows(id);
    }
    for (auto& [place, report] : reported_)
      if (report.others > 0)
        report.builder.note("the same is true of " + counted(report.others, "other layer") + " made here");
  }

private:
  using Place = std::tuple<const SourceFile*, uint32_t, std::string>;
  struct Report {
    DiagnosticBuilder builder;
    int64_t others = 0;
  };

  // The report of a place that has none yet; otherwise null, and the layer is counted.
  template <typename Kind, typename... Args>
  DiagnosticBuilder* report(const Kind& kind, const Value& node, Location where, const Args&... args) {
    const Place place{node.location.file, node.location.begin, kind.code};
    if (auto known = reported_.find(place); known != reported_.end()) {
      ++known->second.others;
      return nullptr;
    }
    Report made{diags_.report(kind, where, args...)};
    return &reported_.emplace(place, made).first->second.builder;
  }

  std::vector<Axis> axesOf(const Value& node, const TensorType& result) const {
    const Window window = windowOf(node.attributes);
    const TensorType& input = graph_.value(node.operands[0]).type;
    std::vector<Axis> axes;
    for (size_t i = 0; i < window.kernel.size(); ++i) {
      Axis axis;
      axis.span = window.dilation[i] * (window.kernel[i] - 1) + 1;
      axis.stride = window.stride[i];
      axis.size = input.spatial(static_cast<int>(i)).constant();
      axis.windows = result.spatial(static_cast<int>(i)).constant();
      axis.padBegin = window.padBegin[i].constant();
      axis.padEnd = window.padEnd[i].constant();
      axes.push_back(axis);
    }
    return axes;
  }

  static bool wasMeant(const Value& node) {
    if (writtenPlace(node.written, "ceil_mode").valid()) return true;
    const Location padding = writtenPlace(node.written, "padding");
    if (!padding.valid()) return false;
    const char first = padding.file->text()[padding.begin];
    return !(first >= '0' && first <= '9');
  }

  void warnOfRows(ValueId id) {
    const Value& node = graph_.value(id);
    if (!dropsRows(node)) return;
    const std::vector<int64_t> dropped = droppedBy(node, node.type);
    const Value& input = graph_.value(node.operands[0]);
    auto* builder =
        report(diag::RowsDropped, node, node.location, node.name, lastOf(dropped), input.type.str());
    if (!builder) return;
    const bool isPool = node.attributes.has("ceil_mode");
    if (isPool)
      proposeCeilMode(id, *builder);
    else
      proposePadding(id, *builder);
    const Window window = windowOf(node.attributes);
    const bool padded = !(window.padBegin == std::vector<Size>(window.padBegin.size(), 0));
    builder->help(std::string("if that is meant, say so: `") + (isPool ? "ceil_mode: false`"
                                                                : padded
                                                                    ? "padding:` with a list of the sides"
                                                                    : "padding: valid`"));
  }

  std::vector<int64_t> droppedBy(const Value& node, const TensorType& result) const {
    std::vector<int64_t> dropped;
    for (const Axis& axis : axesOf(node, result)) dropped.push_back(axis.dropped());
    return dropped;
  }

  // The type of the layer if every layer of its place had these attributes; nullopt if one behind it did not
  // take that, or if rows were still left out.
  std::optional<TensorType> changed(ValueId id, const Attributes& attributes) const {
    const Value& node = graph_.value(id);
    Changes changes;
    for (ValueId other = 0; other < graph_.values.size(); ++other) {
      const Value& value = graph_.value(other);
      const bool samePlace = value.kind == Value::Node && value.location.file == node.location.file &&
                             value.location.begin == node.location.begin &&
                             value.location.end == node.location.end;
      if (!samePlace) continue;
      if (!(value.attributes.all() == node.attributes.all())) return std::nullopt;
      changes[other] = attributes;
    }
    const auto types = retyped(graph_, changes);
    if (!types) return std::nullopt;
    Value after = node;
    after.attributes = attributes;
    for (int64_t count : droppedBy(after, (*types)[id]))
      if (count > 0) return std::nullopt;
    return (*types)[id];
  }

  void proposeCeilMode(ValueId id, DiagnosticBuilder& builder) const {
    const Value& node = graph_.value(id);
    Attributes attributes = node.attributes;
    attributes.set("ceil_mode", true);
    propose(id, attributes, "ceil_mode", "true", builder);
  }

  // The least padding, the same on all sides, with which every row is in a window.
  void proposePadding(ValueId id, DiagnosticBuilder& builder) const {
    const Value& node = graph_.value(id);
    const Window window = windowOf(node.attributes);
    int64_t least = 0, most = 0;
    for (const Axis& axis : axesOf(node, node.type)) {
      least = std::max(least, axis.padBegin.value_or(0));
      most = std::max(most, axis.span - 1);
    }
    for (int64_t pad = least + 1; pad <= std::min<int64_t>(most, 100); ++pad) {
      const std::vector<int64_t> pads(window.kernel.size(), pad);
      if (propose(id, withPadding(node.attributes, pads), "padding", std::to_string(pad), builder)) return;
    }
  }

  bool propose(ValueId id, const Attributes& attributes, const std::string& name, const std::string& value,
               DiagnosticBuilder& builder) const {
    const Value& node = graph_.value(id);
    const auto type = changed(id, attributes);
    const auto edit = type ? setArgument(node.location, node.written, name, value) : std::nullopt;
    if (!edit) return false;
    builder.propose("`" + name + ": " + value + "` reaches every row and column and gives " + type->str(),
                    {*edit});
    return true;
  }

  void warnOfPadding(const Value& node) {
    const Window window = windowOf(node.attributes);
    if (window.border.mode != BorderMode::Constant) return; // what is there comes from the input
    const std::vector<Axis> axes = axesOf(node, node.type);
    for (size_t i = 0; i < axes.size(); ++i) {
      const int64_t padding = axes[i].emptyPadding();
      if (padding == 0) continue;
      const std::string unit = unitOf(static_cast<int>(axes.size()), static_cast<int>(i));
      Location where = writtenPlace(node.written, "padding");
      auto* builder = report(diag::WindowInPadding, node, where.valid() ? where : node.location, node.name,
                             counted(padding, unit));
      if (!builder) return;
      builder->note("a window spans " + counted(axes[i].span, unit) +
                    ", so the outermost ones see nothing of " + graph_.value(node.operands[0]).type.str());
      if (axes[i].span > 1)
        builder->help("a padding of up to " + std::to_string(axes[i].span - 1) +
                      " keeps a part of the input in every window");
      return;
    }
  }

  const Graph& graph_;
  DiagnosticEngine& diags_;
  std::map<Place, Report> reported_;
};

} // namespace

void warnOfWindows(const Graph& graph, DiagnosticEngine& diags) { WindowWarnings(graph, diags).run(); }

bool dropsRows(const Graph& graph, const Value& node) {
  DiagnosticEngine none;
  return opInfo(node.op).form == OpForm::Window && WindowWarnings(graph, none).dropsRows(node);
}

} // namespace convoy::graph
