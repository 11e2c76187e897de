#include "schedule/bytes_whole.h"
#include "schedule/schedule.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;
using graph::ValueId;

namespace {

constexpr int64_t mostShift = 12; // of weights: multiples of 2^-12
constexpr int64_t mostTerms = 64; // additions that are written out for a number
constexpr int64_t mostStride = 2; // along a row: results are taken out of two vectors
constexpr int64_t mostRows = 16, mostColumns = 16;

bool fits(const WholeNumber& n) {
  return n.isSigned() ? n.low >= INT16_MIN && n.high <= INT16_MAX : n.high <= UINT16_MAX;
}

// As n / 2^shift, the same shift for all; none where it would be too large.
std::optional<int64_t> commonShift(const std::vector<float>& numbers) {
  for (int shift = 0; shift <= mostShift; ++shift)
    if (std::all_of(numbers.begin(), numbers.end(), [&](float x) {
          const double scaled = std::ldexp(static_cast<double>(x), shift);
          return std::fabs(scaled) < 0x1p15 && scaled == std::nearbyint(scaled);
        }))
      return shift;
  return std::nullopt;
}

class Analysis {
public:
  Analysis(const Graph& graph, const std::vector<ValueId>& nodes, const std::set<ValueId>& images)
      : graph_(graph), images_(images) {
    work_.nodes = nodes;
    work_.result = nodes.back();
  }

  std::optional<WholeWork> run() {
    for (ValueId id : work_.nodes)
      if (!add(graph_.value(id), id)) return std::nullopt;
    const WholeNumber& last = work_.numbers.at(work_.result);
    const int64_t half = last.shift > 0 ? int64_t{1} << (last.shift - 1) : 0;
    if (last.shift >= 16 || last.high + half > UINT16_MAX) return std::nullopt;
    if (windows_.empty() || !align()) return std::nullopt;
    return std::move(work_);
  }

private:
  // A window as it is written: rows x columns of whole weights.
  struct Found {
    ValueId id;
    Window window;
    std::vector<int64_t> weights;
  };

  bool add(const Value& node, ValueId id) {
    if (!node.type.sameDims(graph_.value(work_.result).type) || node.type.spatialRank() != 2) return false;
    const OpForm form = opInfo(node.op).form;
    const auto number = form == OpForm::Elementwise ? elementWise(node)
                        : form != OpForm::Window    ? std::nullopt
                        : convolves(node)           ? convolution(node, id)
                                                    : pool(node, id);
    if (!number || !fits(*number)) return false;
    work_.numbers[id] = *number;
    return true;
  }

  // ---- windows ----

  bool reads(ValueId id) {
    if (!images_.count(id) || (image_ && *image_ != id)) return false;
    image_ = work_.image = id;
    work_.numbers[id] = {0, 0, 255};
    return true;
  }

  std::optional<WholeNumber> convolution(const Value& node, ValueId id) {
    const bool isGray = node.type.channels() == 1 && graph_.value(node.operands[0]).type.channels() == 1;
    if (node.op != OpKind::Conv || node.operands.size() != 2 || !(isGray || isDepthwise(graph_, node)) ||
        !reads(node.operands[0]))
      return std::nullopt;
    const Value& weight = graph_.value(node.operands[1]);
    if (!weight.data || !weight.data->literal) return std::nullopt;
    std::vector<float> numbers = weight.data->data;
    const size_t taps = numbers.size() / static_cast<size_t>(node.type.channels());
    for (size_t i = taps; i < numbers.size(); ++i)
      if (numbers[i] != numbers[i - taps]) return std::nullopt;
    numbers.resize(taps);
    const auto shift = commonShift(numbers);
    const Window window = windowOf(node.attributes);
    if (!shift || (window.border.mode == BorderMode::Constant && window.border.value != 0))
      return std::nullopt;
    Found found{id, window, {}};
    WholeNumber sum{*shift, 0, 0};
    for (float number : numbers) {
      found.weights.push_back(
          static_cast<int64_t>(std::ldexp(static_cast<double>(number), static_cast<int>(*shift))));
      (found.weights.back() < 0 ? sum.low : sum.high) += 255 * found.weights.back();
    }
    windows_.push_back(found);
    return sum;
  }

  std::optional<WholeNumber> pool(const Value& node, ValueId id) {
    const bool maximum = node.op == OpKind::MaxPool;
    if ((!maximum && node.op != OpKind::AvgPool) || !reads(node.operands[0])) return std::nullopt;
    Window window = windowOf(node.attributes);
    int64_t taps = 1;
    for (int64_t extent : window.kernel) taps *= extent;
    window.border = {BorderMode::Constant, 0};
    windows_.push_back({id, window, std::vector<int64_t>(static_cast<size_t>(taps), 1)});
    if (maximum) { // of bytes, which is all that there is
      work_.maximum = true;
      return work_.nodes.size() == 1 ? std::optional(WholeNumber{0, 0, 255}) : std::nullopt;
    }
    const int64_t divisor = node.attributes.has("divisor") ? node.attributes.get<int64_t>("divisor") : taps;
    const bool fixed = node.attributes.has("divisor") || (node.attributes.get<bool>("count_include_pad") &&
                                                          !node.attributes.get<bool>("ceil_mode"));
    if (!fixed || divisor < 1 || (divisor & (divisor - 1)) != 0 || taps > 256) return std::nullopt;
    int64_t shift = 0;
    while (int64_t{1} << shift < divisor) ++shift;
    return WholeNumber{shift, 0, 255 * taps};
  }

  // All windows in one frame of rows and columns.
  bool align() {
    std::optional<Border> border;
    const Window& first = windows_[0].window;
    if (first.kernel.size() != 2) return false;
    work_.rowStride = first.stride[0], work_.columnStride = first.stride[1];
    for (const Found& found : windows_) {
      const Window& w = found.window;
      if (w.stride != first.stride || w.stride[1] > mostStride) return false;
      bool pads = false;
      for (size_t axis = 0; axis < 2; ++axis) {
        const auto begin = w.padBegin[axis].constant(), end = w.padEnd[axis].constant();
        const int64_t reach = (w.kernel[axis] - 1) * w.dilation[axis] + 1;
        // Every window reaches an element.
        const bool none = begin == int64_t{0} && end == int64_t{0};
        const bool little = begin && end && *begin < w.kernel[axis] && *end < w.kernel[axis];
        if (!none && !(little && w.dilation[axis] == 1)) return false;
        pads |= !none;
        int64_t& before = axis == 0 ? work_.padTop : work_.padLeft;
        before = std::max(before, *begin);
        (axis == 0 ? work_.height : work_.width) = std::max(axis == 0 ? work_.height : work_.width, reach);
      }
      if (!pads) continue;
      if (border && !(*border == w.border)) return false;
      border = w.border;
    }
    work_.border = border.value_or(Border{});
    for (const Found& found : windows_) {
      work_.height = std::max(work_.height, place(found, 0) + found.window.kernel[0]);
      rowsOf(found);
    }
    for (const ColumnWeights& row : work_.sums) work_.width = std::max(work_.width, row.back().first + 1);
    int64_t terms = 0;
    for (const ColumnWeights& row : work_.sums) terms += static_cast<int64_t>(row.size());
    for (auto& [id, columns] : work_.windows)
      for (WholeColumn& column : columns) {
        terms += static_cast<int64_t>(column.factors.size());
        work_.height = std::max(work_.height, column.factors.back().first + 1);
        if (!work_.maximum) addPairs(column);
      }
    return terms <= mostTerms && work_.height <= mostRows && work_.width <= mostColumns;
  }

  // Where a window begins in the frame.
  int64_t place(const Found& found, size_t axis) const {
    return (axis == 0 ? work_.padTop : work_.padLeft) - *found.window.padBegin[axis].constant();
  }

  // Rows without their common factors; rows that are multiples of one another are summed up once.
  void rowsOf(const Found& found) {
    const Window& w = found.window;
    std::vector<WholeColumn>& columns = work_.windows[found.id];
    for (int64_t i = 0; i < w.kernel[0]; ++i) {
      ColumnWeights row;
      int64_t common = 0;
      for (int64_t j = 0; j < w.kernel[1]; ++j) {
        const int64_t weight = found.weights[static_cast<size_t>(i * w.kernel[1] + j)];
        if (weight == 0) continue;
        row.push_back({place(found, 1) + j * w.dilation[1], weight});
        common = std::gcd(common, weight);
      }
      if (row.empty()) continue;
      if (row.back().second < 0) common = -common;
      for (auto& [column, weight] : row) weight /= common;
      auto known = std::find(work_.sums.begin(), work_.sums.end(), row);
      const auto sums = static_cast<size_t>(known - work_.sums.begin());
      auto column =
          std::find_if(columns.begin(), columns.end(), [&](const WholeColumn& c) { return c.sums == sums; });
      if (column == columns.end()) column = columns.insert(column, {sums});
      column->factors.push_back({place(found, 0) + i * w.dilation[0], common});
      if (known == work_.sums.end()) work_.sums.push_back(row);
    }
  }

  // Additions, and products with something.
  static int64_t costOf(const std::vector<int64_t>& factors) {
    std::set<int64_t> others;
    int64_t terms = 0;
    for (int64_t factor : factors) {
      terms += factor != 0;
      if (factor != 0 && std::abs(factor) != 1) others.insert(std::abs(factor));
    }
    return terms - 1 + static_cast<int64_t>(others.size());
  }

  // As a polynomial, factors are divided by 1 + x as long as that leaves less to do.
  static void addPairs(WholeColumn& column) {
    const int64_t first = column.factors.front().first;
    std::vector<int64_t> factors;
    for (const auto& [row, factor] : column.factors) {
      factors.resize(static_cast<size_t>(row - first) + 1);
      factors.back() = factor;
    }
    while (factors.size() > 1) {
      std::vector<int64_t> rest = factors;
      for (size_t i = 1; i < rest.size(); ++i) rest[i] -= rest[i - 1];
      if (rest.back() != 0) break;
      rest.pop_back();
      if (1 + costOf(rest) > costOf(factors)) break;
      factors = rest;
      ++column.levels;
    }
    column.factors.clear();
    for (size_t i = 0; i < factors.size(); ++i)
      if (factors[i] != 0) column.factors.push_back({first + static_cast<int64_t>(i), factors[i]});
  }

  // ---- element-wise work ----

  // An operand; an image is a window of one.
  std::optional<WholeNumber> operand(ValueId id) {
    const auto known = work_.numbers.find(id);
    if (known != work_.numbers.end() && !images_.count(id)) return known->second;
    if (!graph_.value(id).type.sameDims(graph_.value(work_.result).type) || !reads(id)) return std::nullopt;
    const bool isNew =
        std::none_of(windows_.begin(), windows_.end(), [&](const Found& found) { return found.id == id; });
    if (isNew) windows_.push_back({id, {{1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, {}}, {1}});
    return work_.numbers.at(id);
  }

  std::optional<WholeNumber> elementWise(const Value& node) {
    std::vector<WholeNumber> x;
    for (ValueId id : node.operands) {
      const auto number = operand(id);
      if (!number) return std::nullopt;
      x.push_back(*number);
    }
    int64_t shift = 0;
    for (const WholeNumber& number : x) shift = std::max(shift, number.shift);
    for (WholeNumber& number : x) {
      const int64_t scale = int64_t{1} << (shift - number.shift);
      number = {shift, number.low * scale, number.high * scale};
      if (!fits(number)) return std::nullopt;
    }
    const WholeNumber &a = x[0], &c = x.back();
    // They are compared with signs or without.
    const bool alike = a.isSigned() == c.isSigned() || std::max(a.high, c.high) <= INT16_MAX;
    if (!alike && (node.op == OpKind::Max || node.op == OpKind::Min)) return std::nullopt;
    switch (node.op) {
    case OpKind::Abs:
      return WholeNumber{shift, std::max({a.low, -a.high, int64_t{0}}), std::max(-a.low, a.high)};
    case OpKind::Relu: return WholeNumber{shift, std::max(a.low, int64_t{0}), std::max(a.high, int64_t{0})};
    case OpKind::Add: return WholeNumber{shift, a.low + c.low, a.high + c.high};
    case OpKind::Sub: return WholeNumber{shift, a.low - c.high, a.high - c.low};
    case OpKind::Max: return WholeNumber{shift, std::max(a.low, c.low), std::max(a.high, c.high)};
    case OpKind::Min: return WholeNumber{shift, std::min(a.low, c.low), std::min(a.high, c.high)};
    default: return std::nullopt;
    }
  }

  const Graph& graph_;
  const std::set<ValueId>& images_;
  std::optional<ValueId> image_;
  std::vector<Found> windows_;
  WholeWork work_;
};

} // namespace

std::optional<WholeWork> wholeWork(const Graph& graph, const std::vector<ValueId>& nodes,
                                   const std::set<ValueId>& images) {
  return Analysis(graph, nodes, images).run();
}

} // namespace convoy::schedule
