#include "schedule/separable.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convoy::schedule {

std::vector<FactorTerm> termsOf(const std::vector<float>& factors) {
  constexpr size_t fewTaps = 9; // their vectors stay in registers
  std::vector<FactorTerm> terms;
  for (size_t first = 0; first < factors.size(); ++first) {
    const size_t last = factors.size() - 1 - first;
    const float factor = factors[first];
    const bool paired =
        factors.size() <= fewTaps && first != last && std::fabs(factor) == std::fabs(factors[last]);
    if (!paired)
      terms.push_back({factor, first, std::nullopt});
    else if (first < last && factor == factors[last])
      terms.push_back({factor, first, last});
    else if (first < last) // with the one that is added first
      terms.push_back({std::fabs(factor), factor > 0 ? first : last, factor > 0 ? last : first, true});
  }
  return terms;
}

namespace {

// A kernel of height x width numbers.
class Kernel2 {
public:
  Kernel2(const float* numbers, int64_t height, int64_t width)
      : numbers_(numbers), height_(height), width_(width) {}

  std::optional<Factors> factors() const {
    int64_t largest = 0;
    for (int64_t i = 0; i < height_ * width_; ++i)
      if (std::fabs(numbers_[i]) > std::fabs(numbers_[largest])) largest = i;
    if (numbers_[largest] == 0) return std::nullopt;
    int64_t pivotRow = largest / width_, pivotColumn = largest % width_;
    // As multiples of the last digit of all.
    int digit = lastDigit();
    double unit = std::ldexp(1.0, digit), sum = 0;
    for (int64_t i = 0; i < height_ * width_; ++i) sum += std::fabs(numbers_[i]) / unit;
    bool exact = sum < 0x1p24;
    int64_t common = 1;
    if (exact) {
      common = 0;
      for (int64_t i = 0; i < height_; ++i)
        common = std::gcd(common, static_cast<int64_t>(at(i, pivotColumn) / unit));
    }
    Factors f;
    double columnSum = 0;
    for (int64_t i = 0; i < height_; ++i) {
      double x = at(i, pivotColumn) / (exact ? static_cast<double>(common) : 1.0);
      f.column.push_back(static_cast<float>(x));
      columnSum += std::fabs(x);
    }
    int scale = 0; // columnSum <= 2^scale
    if (std::frexp(columnSum, &scale) == 0.5) --scale;
    for (float& x : f.column) x = std::ldexp(x, -scale);
    for (int64_t j = 0; j < width_; ++j)
      f.row.push_back(static_cast<float>(at(pivotRow, j) / f.column[static_cast<size_t>(pivotRow)]));
    scaleToOne(f);
    return fits(f, exact) ? std::optional(f) : std::nullopt;
  }

private:
  // So that sums begin with a term that is not multiplied, as long as the row adds up to 1 or more.
  static void scaleToOne(Factors& f) {
    const float sign = std::accumulate(f.column.begin(), f.column.end(), 0.0f);
    if (sign < 0 || (sign == 0 && std::accumulate(f.row.begin(), f.row.end(), 0.0f) < 0))
      for (std::vector<float>* factors : {&f.column, &f.row})
        for (float& x : *factors) x = 0 - x; // no negative zeros
    auto begins = [](const std::vector<float>& factors, int scale) {
      const std::vector<FactorTerm> terms = termsOf(factors);
      return std::any_of(terms.begin(), terms.end(),
                         [&](const FactorTerm& term) { return term.factor == std::ldexp(1.0f, scale); });
    };
    double rowSum = 0;
    for (float x : f.row) rowSum += std::fabs(x);
    int best = 0, most = 0;
    for (int scale = 0; scale == 0 || std::ldexp(rowSum, -scale) >= 1; ++scale)
      if (const int ones = begins(f.column, -scale) + begins(f.row, scale); ones > most)
        best = scale, most = ones;
    for (float& x : f.column) x = std::ldexp(x, best);
    for (float& x : f.row) x = std::ldexp(x, -best);
  }

  double at(int64_t i, int64_t j) const { return numbers_[i * width_ + j]; }

  // The exponent of the last binary digit that is not 0 in any number.
  int lastDigit() const {
    int last = 128;
    for (int64_t i = 0; i < height_ * width_; ++i) {
      if (numbers_[i] == 0) continue;
      int exponent;
      auto digits = static_cast<int64_t>(std::ldexp(std::frexp(numbers_[i], &exponent), 24));
      exponent -= 24;
      for (; digits % 2 == 0; digits /= 2) ++exponent;
      last = std::min(last, exponent);
    }
    return last;
  }

  // Products of two float32 are exact in double.
  bool fits(const Factors& f, bool exact) const {
    double roundings = exact ? 0 : static_cast<double>(height_ * width_ + 1 - height_ - width_);
    for (int64_t i = 0; i < height_; ++i)
      for (int64_t j = 0; j < width_; ++j) {
        double product =
            static_cast<double>(f.column[static_cast<size_t>(i)]) * f.row[static_cast<size_t>(j)];
        if (std::fabs(product - at(i, j)) > roundings * 0x1p-24 * std::fabs(at(i, j))) return false;
      }
    // Neither factor may be flushed to zero or be infinite.
    auto usual = [](float x) { return x == 0 || (std::fabs(x) > 0x1p-100f && std::fabs(x) < 0x1p100f); };
    return std::all_of(f.row.begin(), f.row.end(), usual) &&
           std::all_of(f.column.begin(), f.column.end(), usual);
  }

  const float* numbers_;
  int64_t height_, width_;
};

constexpr int64_t most = 40; // rows that are kept, and columns

} // namespace

std::optional<Factors> separate(const graph::Graph& graph, const graph::Value& conv) {
  if (conv.op != OpKind::Conv) return std::nullopt;
  const graph::Value& weight = graph.value(conv.operands[1]);
  if (!weight.data || !weight.data->literal) return std::nullopt;
  Window window = windowOf(conv.attributes);
  if (window.kernel.size() != 2 || window.stride != std::vector<int64_t>{1, 1}) return std::nullopt;
  int64_t height = window.kernel[0], width = window.kernel[1], taps = height * width;
  // Both steps are written out.
  if (window.dilation[0] * (height - 1) > most || width > most) return std::nullopt;
  // One more for what keeps the rows of the first step.
  if (height + width + 1 >= taps) return std::nullopt;
  if (graph.value(conv.operands[0]).type.channels() != conv.attributes.get<int64_t>("groups"))
    return std::nullopt;
  const std::vector<float>& numbers = weight.data->data;
  for (size_t i = static_cast<size_t>(taps); i < numbers.size(); ++i)
    if (numbers[i] != numbers[i - static_cast<size_t>(taps)]) return std::nullopt;
  return Kernel2(numbers.data(), height, width).factors();
}

bool sharesPicture(const graph::Graph& graph, graph::ValueId anchor, graph::ValueId other) {
  const graph::Value &a = graph.value(anchor), &b = graph.value(other);
  if (a.op != OpKind::Conv || b.op != OpKind::Conv || a.operands[0] != b.operands[0]) return false;
  const Window windowOfA = windowOf(a.attributes), windowOfB = windowOf(b.attributes);
  bool placed = windowOfA.padBegin.size() == 2 && windowOfB.padBegin.size() == 2;
  for (size_t axis = 0; placed && axis < 2; ++axis) {
    const Size &before = windowOfA.padBegin[axis], &beforeB = windowOfB.padBegin[axis];
    placed &= before == beforeB || (before.isConstant() && beforeB.isConstant());
  }
  return placed && windowOfA.border == windowOfB.border && a.type.sameDims(b.type) && separate(graph, a) &&
         separate(graph, b);
}

std::optional<FilterFrame> filterFrame(const graph::Graph& graph, const std::vector<graph::ValueId>& nodes) {
  FilterFrame frame;
  for (graph::ValueId id : nodes)
    if (id == nodes[0] || sharesPicture(graph, nodes[0], id)) {
      auto factors = separate(graph, graph.value(id));
      if (!factors) return std::nullopt;
      frame.filters.push_back({id, std::move(*factors), {0, 0}, {1, 1}});
    }
  for (size_t axis = 0; axis < 2; ++axis) {
    auto window = [&](const FilterFrame::Filter& filter) {
      return windowOf(graph.value(filter.id).attributes);
    };
    Size& before = frame.before[axis] = window(frame.filters[0]).padBegin[axis];
    for (const FilterFrame::Filter& filter : frame.filters)
      if (const Size own = window(filter).padBegin[axis]; own != before) before = Size::max(before, own);
    int64_t& extent = axis == 0 ? frame.height : frame.width;
    for (FilterFrame::Filter& filter : frame.filters) {
      const Window w = window(filter);
      filter.first[axis] = w.padBegin[axis] == before ? 0 : (before - w.padBegin[axis]).known();
      filter.dilation[axis] = w.dilation[axis];
      extent = std::max(extent, filter.first[axis] + (w.kernel[axis] - 1) * w.dilation[axis] + 1);
    }
  }
  return frame;
}

} // namespace convoy::schedule
