// How far direct float32 arithmetic may be from the reference.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

constexpr double kUnit = 0x1p-24;      // relative rounding error of one operation
constexpr double kSmallest = 0x1p-126; // what is smaller may be flushed to zero

double roundings(double n) { return n * kUnit / (1 - n * kUnit); }

// |x| + e: as large as the computed value can be.
Tensor magnitude(const Tensor& x, const Tensor& error) {
  Tensor sum = x;
  for (size_t i = 0; i < sum.data.size(); ++i) sum.data[i] = std::fabs(x.data[i]) + error.data[i];
  return sum;
}

Tensor absolute(const Tensor& x) {
  Tensor result = x;
  for (double& value : result.data) value = std::fabs(value);
  return result;
}

class BoundPass {
public:
  BoundPass(const graph::Graph& graph, const std::vector<Tensor>& values,
            const std::map<std::string, int64_t>& sizes)
      : graph_(graph), values_(values), sizes_(sizes) {}

  std::vector<Tensor> run() {
    for (graph::ValueId id = 0; id < graph_.values.size(); ++id) {
      Tensor error = values_[id];
      std::fill(error.data.begin(), error.data.end(), 0.0);
      if (graph_.value(id).kind == graph::Value::Node) node(graph_.value(id), values_[id], error);
      errors_.push_back(std::move(error));
    }
    return std::move(errors_);
  }

private:
  void node(const graph::Value& node, const Tensor& y, Tensor& e) const {
    const Tensor &x = values_[node.operands[0]], &ex = errors_[node.operands[0]];
    auto window = [&] {
      WindowTable table = windowTable(node.attributes, x.shape, y.shape, sizes_);
      table.constant = 0;
      return table;
    };
    switch (node.op) {
    case OpKind::Conv: {
      WindowTable table = windowTable(node.attributes, x.shape, y.shape, sizes_);
      int64_t groups = node.attributes.get<int64_t>("groups");
      return weighted(node, e, [&](const Tensor& from, const Tensor& weight, const Tensor* bias, Tensor& to) {
        WindowTable own = table;
        own.constant = &from == &ex ? 0 : std::fabs(table.constant); // the border itself is exact
        convolve(from, weight, bias, groups, own, to);
      });
    }
    case OpKind::Dense: return weighted(node, e, dense);
    case OpKind::MaxPool:
      maxPool(ex, window(), e);
      for (double& value : e.data) value = std::max(value, 0.0); // a window of padding alone
      return;
    case OpKind::GlobalMaxPool: return globalMax(ex, e);
    case OpKind::AvgPool: {
      bool count = node.attributes.get<bool>("count_include_pad");
      WindowTable table = window();
      double taps = static_cast<double>(table.kernel[0] * table.kernel[1] * table.kernel[2]);
      return averaged(x, ex, taps, e,
                      [&](const Tensor& from, Tensor& to) { averagePool(from, table, count, to); });
    }
    case OpKind::GlobalAvgPool:
      return averaged(x, ex, static_cast<double>(x.elements() / x.shape[0]), e, globalAverage);
    case OpKind::Luminance: return averaged(x, ex, 3, e, luminance);
    case OpKind::Relu:
    case OpKind::Clamp:
    case OpKind::Abs:
    case OpKind::Flatten: e.data = ex.data; return; // never further apart than before
    case OpKind::Sqrt:
      for (size_t i = 0; i < e.data.size(); ++i) {
        double high = std::sqrt(std::max(x.data[i] + ex.data[i], 0.0));
        double low = std::sqrt(std::max(x.data[i] - ex.data[i], 0.0)),
               root = std::sqrt(std::max(x.data[i], 0.0));
        e.data[i] = std::max(high - root, root - low) + kUnit * high + std::sqrt(kSmallest);
      }
      return;
    case OpKind::Add:
    case OpKind::Sub:
    case OpKind::Mul:
    case OpKind::Div: return arithmetic(node, y, e);
    case OpKind::Less:
    case OpKind::LessEqual:
    case OpKind::Greater:
    case OpKind::GreaterEqual:
    case OpKind::Equal:
    case OpKind::NotEqual: return comparison(node, y, e);
    case OpKind::Select: return selection(node, y, e);
    case OpKind::BatchNorm: return normalization(node, e);
    case OpKind::Concat: {
      std::vector<const Tensor*> parts;
      for (graph::ValueId id : node.operands) parts.push_back(&errors_[id]);
      return concat(parts, e);
    }
    case OpKind::Softmax: return softmaxBound(x, ex, y, e);
    }
  }

  // conv(e, |w|) + g(K + 2) * conv(|x| + e, |w|), with the bias as one more term. In two steps, a column
  // after a row, what the first one flushes to zero is multiplied by up to 2 K times the largest weight.
  template <typename Layer> void weighted(const graph::Value& node, Tensor& e, Layer layer) const {
    const Tensor &x = values_[node.operands[0]], &ex = errors_[node.operands[0]];
    const Tensor weight = absolute(values_[node.operands[1]]);
    Tensor bias;
    if (node.operands.size() > 2) bias = absolute(values_[node.operands[2]]);
    double terms = static_cast<double>(weight.elements() / weight.shape[0]) + 2;
    double largest = *std::max_element(weight.data.begin(), weight.data.end());
    Tensor sum = e;
    const bool exact = std::all_of(ex.data.begin(), ex.data.end(), [](double error) { return error == 0; });
    if (!exact) layer(ex, weight, nullptr, e);
    layer(magnitude(x, ex), weight, node.operands.size() > 2 ? &bias : nullptr, sum);
    for (size_t i = 0; i < e.data.size(); ++i)
      e.data[i] += roundings(terms) * sum.data[i] + 2 * terms * terms * kSmallest * (1 + largest);
  }

  // A layer with weights that are not negative, `terms` of them: the division or the weights cost two
  // roundings more.
  template <typename Layer>
  void averaged(const Tensor& x, const Tensor& ex, double terms, Tensor& e, Layer layer) const {
    Tensor sum = e;
    layer(ex, e);
    layer(magnitude(x, ex), sum);
    for (size_t i = 0; i < e.data.size(); ++i)
      e.data[i] += roundings(terms + 2) * sum.data[i] + terms * kSmallest;
  }

  void arithmetic(const graph::Value& node, const Tensor& y, Tensor& e) const {
    const Tensor &x = values_[node.operands[0]], &z = values_[node.operands[1]];
    const Tensor &ex = errors_[node.operands[0]], &ez = errors_[node.operands[1]];
    forEachPair(broadcastOf(x, z, y), [&](int64_t at, int64_t i, int64_t j) {
      double a = std::fabs(x.data[i]), b = std::fabs(z.data[j]), ea = ex.data[i], eb = ez.data[j];
      double error = 0;
      if (node.op == OpKind::Mul) {
        error = a * eb + b * ea + ea * eb + kUnit * (a + ea) * (b + eb);
      } else if (node.op == OpKind::Div) {
        // A quotient may be computed as a product with the reciprocal.
        error = b > eb ? (a * eb + b * ea) / (b * (b - eb)) + roundings(2) * (a + ea) / (b - eb)
                       : std::numeric_limits<double>::infinity();
      } else {
        error = ea + eb + kUnit * (std::fabs(y.data[at]) + ea + eb);
      }
      e.data[at] = error + kSmallest;
    });
  }

  // The answer may change where the operands may be equal or change sides.
  void comparison(const graph::Value& node, const Tensor& y, Tensor& e) const {
    const Tensor &x = values_[node.operands[0]], &z = values_[node.operands[1]];
    const Tensor &ex = errors_[node.operands[0]], &ez = errors_[node.operands[1]];
    forEachPair(broadcastOf(x, z, y), [&](int64_t at, int64_t i, int64_t j) {
      double error = ex.data[i] + ez.data[j];
      e.data[at] = error > 0 && !(std::fabs(x.data[i] - z.data[j]) > error) ? 1 : 0;
    });
  }

  // Where the condition may be on the other side of 0, the other operand may be taken.
  void selection(const graph::Value& node, const Tensor& y, Tensor& e) const {
    const Tensor &c = values_[node.operands[0]], &ec = errors_[node.operands[0]];
    for (size_t side : {1, 2}) {
      const Tensor &a = values_[node.operands[side]], &ea = errors_[node.operands[side]];
      forEachPair(broadcastOf(c, a, y), [&](int64_t at, int64_t i, int64_t j) {
        bool taken = (c.data[i] != 0) == (side == 1);
        bool open = ec.data[i] > 0 && !(std::fabs(c.data[i]) > ec.data[i]);
        if (taken || open) e.data[at] = std::max(e.data[at], ea.data[j] + std::fabs(a.data[j] - y.data[at]));
      });
    }
  }

  // A product and a sum with numbers that were rounded once. Folded into the layer before it, its scale is a
  // rounding more for each weight there: at most 4 roundings for 3.
  void normalization(const graph::Value& node, Tensor& e) const {
    const Tensor &x = values_[node.operands[0]], &ex = errors_[node.operands[0]];
    BatchNormParameters parameters;
    for (size_t i = 0; i < 4; ++i) parameters[i] = &values_[node.operands[i + 1]];
    int64_t channels = x.shape[0], plane = x.elements() / channels;
    for (size_t i = 0; i < e.data.size(); ++i) {
      auto channel = static_cast<int64_t>(i) / plane % channels;
      ChannelScale of = channelScale(parameters, node.attributes.get<double>("epsilon"), channel);
      double scale = std::fabs(of.scale), sum = (std::fabs(x.data[i]) + ex.data[i]) * scale;
      e.data[i] = 4. / 3 * scale * ex.data[i] + roundings(3) * sum + roundings(2) * std::fabs(of.shift) +
                  kSmallest * (1 + scale);
    }
  }

  // exp(x - m) / sum: an error of e in x is a factor of exp(e); 16 roundings for exp itself.
  static void softmaxBound(const Tensor& x, const Tensor& ex, const Tensor& y, Tensor& e) {
    int64_t channels = x.shape[0], plane = x.elements() / channels;
    for (int64_t n = 0; n < x.batch; ++n)
      for (int64_t i = 0; i < plane; ++i) {
        int64_t base = n * channels * plane + i;
        double worst = 0, low = x.data[base], high = x.data[base];
        for (int64_t c = 0; c < channels; ++c) {
          worst = std::max(worst, ex.data[base + c * plane]);
          low = std::min(low, x.data[base + c * plane]);
          high = std::max(high, x.data[base + c * plane]);
        }
        double shift = 2 * worst + 2 * kUnit * (high - low + 2 * worst);
        double relative =
            std::expm1(shift) + (1 + std::expm1(shift)) * roundings(static_cast<double>(channels) + 16);
        for (int64_t c = 0; c < channels; ++c)
          e.data[base + c * plane] =
              y.data[base + c * plane] * relative + static_cast<double>(channels) * kSmallest;
      }
  }

  const graph::Graph& graph_;
  const std::vector<Tensor>& values_;
  const std::map<std::string, int64_t>& sizes_;
  std::vector<Tensor> errors_;
};

} // namespace

std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const std::map<std::string, int64_t>& sizes) {
  return BoundPass(graph, values, sizes).run();
}

std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values) {
  std::map<std::string, int64_t> sizes;
  for (graph::ValueId input : graph.inputs)
    for (size_t axis = 0; axis < values[input].shape.size(); ++axis) {
      const Size& dim = graph.value(input).type.dims[axis];
      if (!dim.isConstant()) sizes[*dim.symbols().begin()] = values[input].shape[axis];
    }
  return errorBounds(graph, values, sizes);
}

} // namespace convoy::reference
