// Layers that take elements to other positions: padding, cropping, resizing, blocks of positions, and
// axes in another order.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>

namespace convoy::reference {

namespace {

// What a result's position along one axis is made of: positions of the input and what they count; -1 stands
// for the constant outside.
struct Part {
  int64_t position;
  double weight;
};
using AxisParts = std::vector<std::vector<Part>>; // by position of the result

// The tables of three axes; missing ones are outer axes of one position.
struct Parts {
  AxisParts axes[3] = {{{{0, 1}}}, {{{0, 1}}}, {{{0, 1}}}};
  int64_t input[3] = {1, 1, 1};
  double constant = 0; // what -1 stands for
};

void gather(const Tensor& input, const Parts& parts, Tensor& result) {
  const int64_t plane = parts.input[0] * parts.input[1] * parts.input[2];
  size_t at = 0;
  for (int64_t n = 0; n < result.batch * result.shape[0]; ++n) {
    const double* from = input.data.data() + n * plane;
    for (const auto& depth : parts.axes[0])
      for (const auto& height : parts.axes[1])
        for (const auto& width : parts.axes[2]) {
          double sum = 0;
          for (const Part& d : depth)
            for (const Part& h : height)
              for (const Part& w : width) {
                const bool outside = d.position < 0 || h.position < 0 || w.position < 0;
                const double x =
                    outside ? parts.constant
                            : from[(d.position * parts.input[1] + h.position) * parts.input[2] + w.position];
                sum += d.weight * h.weight * w.weight * x;
              }
          result.data[at++] = sum;
        }
  }
}

// The tables of a layer; parts(axis, position, extent of the input, extent of the result) gives an entry.
template <typename Entry> Parts tabulate(const Tensor& input, const Tensor& result, Entry entry) {
  Parts parts;
  const size_t rank = input.shape.size() - 1;
  for (size_t axis = 0; axis < rank; ++axis) {
    const size_t place = 3 - rank + axis;
    parts.input[place] = input.shape[axis + 1];
    parts.axes[place].clear();
    for (int64_t o = 0; o < result.shape[axis + 1]; ++o)
      parts.axes[place].push_back(entry(axis, o, input.shape[axis + 1], result.shape[axis + 1]));
  }
  return parts;
}

std::vector<int64_t> sizesOf(const LayerCall& call, const char* attribute) {
  std::vector<int64_t> numbers;
  for (const Size& size : call.node.attributes.get<std::vector<Size>>(attribute))
    numbers.push_back(size.evaluate(call.sizes).value());
  return numbers;
}

Parts padParts(const LayerCall& call, const Tensor& result) {
  const std::vector<int64_t> begin = sizesOf(call, "pad_begin");
  const Border border = call.node.attributes.get<Border>("border");
  Parts parts = tabulate(call.x(), result, [&](size_t axis, int64_t o, int64_t n, int64_t) {
    return std::vector<Part>{{borderPosition(border.mode, o - begin[axis], n), 1}};
  });
  parts.constant = static_cast<double>(static_cast<float>(border.value));
  return parts;
}

Parts cropParts(const LayerCall& call, const Tensor& result) {
  const std::vector<int64_t> begin = sizesOf(call, "begin");
  return tabulate(call.x(), result, [&](size_t axis, int64_t o, int64_t, int64_t) {
    return std::vector<Part>{{o + begin[axis], 1}};
  });
}

// ---- resizing ----

// a / b, rounded down, with what is left over.
std::pair<int64_t, int64_t> divided(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  if (a % b < 0) --quotient;
  return {quotient, a - quotient * b};
}

// The kernel of cubic convolution (Keys 1981) with a = -0.75, at a distance.
double cubic(double d) {
  const double a = -0.75;
  d = std::fabs(d);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

// The position of the element that is nearest to one of rest / denominator behind `whole`.
int64_t nearest(const std::string& round, int64_t whole, int64_t rest, int64_t denominator) {
  bool next = false;
  if (round == "ceil") next = rest > 0;
  if (round == "half_up") next = rest >= denominator - rest;
  if (round == "half_down") next = rest > denominator - rest;
  return next ? whole + 1 : whole;
}

Parts resizeParts(const LayerCall& call, const Tensor& result) {
  const Attributes& attributes = call.node.attributes;
  const auto &mode = attributes.get<std::string>("mode"), &align = attributes.get<std::string>("align");
  std::string round = align == "asymmetric" ? "floor" : "half_up";
  if (attributes.has("round")) round = attributes.get<std::string>("round");
  return tabulate(call.x(), result, [&](size_t axis, int64_t o, int64_t n, int64_t m) {
    // x = numerator / denominator, with the ratio n : m or the one that is written.
    int64_t from = n, to = m, numerator, denominator;
    if (attributes.has("scale")) {
      const auto& scale = attributes.get<std::vector<int64_t>>("scale");
      to = scale[2 * axis], from = scale[2 * axis + 1];
    }
    if (align == "align_corners")
      numerator = o * (n - 1), denominator = std::max<int64_t>(m - 1, 1);
    else if (align == "asymmetric")
      numerator = o * from, denominator = to;
    else
      numerator = (2 * o + 1) * from - to, denominator = 2 * to;
    const auto [whole, rest] = divided(numerator, denominator);
    const double fraction = static_cast<double>(rest) / static_cast<double>(denominator);
    auto inside = [n = n](int64_t position) { return std::clamp<int64_t>(position, 0, n - 1); };
    if (mode == "nearest") return std::vector<Part>{{inside(nearest(round, whole, rest, denominator)), 1}};
    if (mode == "bilinear")
      return std::vector<Part>{{inside(whole), 1 - fraction}, {inside(whole + 1), fraction}};
    std::vector<Part> parts;
    for (int64_t t = -1; t <= 2; ++t)
      parts.push_back({inside(whole + t), cubic(static_cast<double>(t) - fraction)});
    return parts;
  });
}

// What the operand is off by, weighted; and for each weight, which is at most 1 and a few roundings off (a
// polynomial of the third degree: about ten), and the sums, of all the elements that it is made of.
void resizeBound(const BoundCall& call, Tensor& error) {
  Parts parts = resizeParts(call, error);
  double terms = 1;
  for (AxisParts& axis : parts.axes)
    for (auto& entry : axis)
      for (Part& part : entry) part.weight = std::fabs(part.weight);
  gather(call.ex(), parts, error);
  for (AxisParts& axis : parts.axes) {
    terms *= static_cast<double>(axis.front().size());
    for (auto& entry : axis)
      for (Part& part : entry) part.weight = 1;
  }
  if (terms == 1) return; // nearest
  Tensor sum = error;
  gather(magnitude(call.x(), call.ex()), parts, sum);
  for (size_t i = 0; i < error.data.size(); ++i)
    error.data[i] += roundings(36 + terms) * sum.data[i] + terms * kSmallest;
}

// ---- blocks ----

// Calls function(position in the larger planes, position in the smaller ones), both of all channels.
template <typename Function>
void forEachInBlocks(const LayerCall& call, const Tensor& large, const Tensor& small, Function function) {
  const auto block = call.node.attributes.get<int64_t>("block");
  const bool channelFirst = call.node.attributes.get<std::string>("mode") == "crd";
  const size_t rank = large.shape.size() - 1;
  int64_t positions = 1;
  for (size_t axis = 0; axis < rank; ++axis) positions *= block;
  for (int64_t at = 0; at < large.batch * large.elements(); ++at) {
    // Taken apart from the last axis on.
    int64_t rest = at, place = 0, weight = 1, inPlane = 0, step = 1;
    for (size_t axis = rank; axis > 0; --axis) {
      const int64_t o = rest % large.shape[axis];
      rest /= large.shape[axis];
      place += o % block * weight;
      weight *= block;
      inPlane += o / block * step;
      step *= small.shape[axis];
    }
    const int64_t channel = rest % large.shape[0], item = rest / large.shape[0];
    const int64_t from = channelFirst ? channel * positions + place : place * large.shape[0] + channel;
    function(at, (item * small.shape[0] + from) * step + inPlane);
  }
}

void depthToSpace(const LayerCall& call, const Tensor& x, Tensor& y) {
  forEachInBlocks(call, y, x, [&](int64_t large, int64_t small) { y.data[large] = x.data[small]; });
}
void spaceToDepth(const LayerCall& call, const Tensor& x, Tensor& y) {
  forEachInBlocks(call, x, y, [&](int64_t large, int64_t small) { y.data[small] = x.data[large]; });
}

// ---- axes ----

void permute(const LayerCall& call, const Tensor& x, Tensor& y) {
  const auto& order = call.node.attributes.get<std::vector<int64_t>>("order");
  std::vector<int64_t> steps(order.size(), 1); // of the operand's axes
  for (size_t axis = order.size() - 1; axis-- > 0;) steps[axis] = steps[axis + 1] * x.shape[axis + 1];
  for (int64_t at = 0; at < y.batch * y.elements(); ++at) {
    int64_t rest = at % y.elements(), from = at - rest;
    for (size_t axis = order.size(); axis-- > 0; rest /= y.shape[axis])
      from += rest % y.shape[axis] * steps[static_cast<size_t>(order[axis])];
    y.data[static_cast<size_t>(at)] = x.data[static_cast<size_t>(from)];
  }
}

template <Parts (*partsOf)(const LayerCall&, const Tensor&)> void evaluate(const LayerCall& call, Tensor& y) {
  gather(call.x(), partsOf(call, y), y);
}

// Elements are moved, and what the border holds is exact.
template <Parts (*partsOf)(const LayerCall&, const Tensor&)>
void moved(const BoundCall& call, Tensor& error) {
  Parts parts = partsOf(call, error);
  parts.constant = 0;
  gather(call.ex(), parts, error);
}

} // namespace

std::vector<LayerReference> movingLayers() {
  using Call = LayerCall;
  return {
      {OpKind::Pad, evaluate<padParts>, moved<padParts>},
      {OpKind::Crop, evaluate<cropParts>, moved<cropParts>},
      {OpKind::Resize, evaluate<resizeParts>, resizeBound},
      {OpKind::Upsample, evaluate<resizeParts>, resizeBound},
      {OpKind::DepthToSpace, [](const Call& call, Tensor& y) { depthToSpace(call, call.x(), y); },
       [](const BoundCall& call, Tensor& error) { depthToSpace(call, call.ex(), error); }},
      {OpKind::Transpose, [](const Call& call, Tensor& y) { permute(call, call.x(), y); },
       [](const BoundCall& call, Tensor& error) { permute(call, call.ex(), error); }},
      {OpKind::SpaceToDepth, [](const Call& call, Tensor& y) { spaceToDepth(call, call.x(), y); },
       [](const BoundCall& call, Tensor& error) { spaceToDepth(call, call.ex(), error); }},
  };
}

} // namespace convoy::reference
