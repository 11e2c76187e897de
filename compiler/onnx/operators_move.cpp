// Elements moved: joined, cut, padded, resized, in another order.
#include "onnx/constants.h"
#include "onnx/layers.h"
#include "onnx/node.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace convoy::onnx {

namespace {

using graph::ValueId;
using Ints = std::vector<int64_t>;

// ---- joined and cut ----

Value concatConstants(const NodeCall& call, size_t axis) {
  Dims dims = call.operand(0).dims;
  Size extent = 0;
  for (size_t i = 0; i < call.count(); ++i) extent = extent + call.operand(i).dims[axis];
  dims[axis] = extent;
  if (elementsOf(dims) == Size(0)) // nothing is joined
    return call.operand(0).sizes ? constantOf(std::vector<Size>(), dims, call.operand(0).type)
                                 : constantOf(std::vector<float>(), dims);
  // One value after another, in rows from the axis on.
  Size rowsBefore = elementsOf({dims.begin(), dims.begin() + static_cast<long>(axis)});
  const bool whole = call.operand(0).sizes != nullptr;
  std::vector<Size> sizes;
  std::vector<float> numbers;
  for (int64_t row = 0; row < rowsBefore.known(); ++row)
    for (size_t i = 0; i < call.count(); ++i) {
      const Value& value = call.constant(i);
      const size_t length = (value.sizes ? value.sizes->size() : value.numbers->data.size()) /
                            static_cast<size_t>(rowsBefore.known());
      const size_t from = static_cast<size_t>(row) * length;
      if ((value.sizes != nullptr) != whole) throw Refused{"its operands are of several types"};
      if (whole)
        sizes.insert(sizes.end(), value.sizes->begin() + static_cast<long>(from),
                     value.sizes->begin() + static_cast<long>(from + length));
      else
        numbers.insert(numbers.end(), value.numbers->data.begin() + static_cast<long>(from),
                       value.numbers->data.begin() + static_cast<long>(from + length));
    }
  return whole ? constantOf(std::move(sizes), dims, call.operand(0).type)
               : constantOf(std::move(numbers), dims);
}

void concat(NodeCall& call) {
  const Value& first = call.operand(0);
  const size_t axis = call.axis(call.attribute("axis", int64_t(1)), first.rank());
  bool allConstant = true, anyConstant = false;
  for (size_t i = 0; i < call.count(); ++i) {
    if (call.operand(i).rank() != first.rank()) throw Refused{"its operands have not the same rank"};
    (call.operand(i).isConstant() ? anyConstant : allConstant) = call.operand(i).isConstant();
  }
  if (allConstant) return call.result(concatConstants(call, axis));
  if (anyConstant) throw Refused{"some of its operands are known when compiling and others are not"};
  if (call.count() == 1) return call.result(first);
  // The others join where the first one is made into channels.
  const size_t itemAxis = call.b.itemAxis(axis);
  std::vector<ValueId> channels;
  for (size_t i = 1; i < call.count(); ++i)
    alongAxis(call.b, call.operand(i), itemAxis, [&](ValueId x) {
      channels.push_back(x);
      return x;
    });
  call.result(alongAxis(call.b, first, itemAxis, [&](ValueId x) {
    channels.insert(channels.begin(), x);
    return call.b.layer(OpKind::Concat, channels);
  }));
}

void split(NodeCall& call) {
  const Value& x = call.operand(0);
  const size_t axis = call.axis(call.attribute("axis", int64_t(0)), x.rank());
  Ints extents = call.has(1) ? call.integers(1) : call.attribute("split", Ints());
  const auto parts = static_cast<int64_t>(call.resultCount());
  if (extents.empty()) {
    const Size& extent = x.dims[axis];
    if (!extent.isConstant())
      throw Refused{"it divides an axis whose extent is known only when the pipeline runs"};
    const int64_t each = (extent.known() + parts - 1) / parts;
    for (int64_t i = 0; i < parts; ++i) extents.push_back(std::min(each, extent.known() - i * each));
  }
  if (static_cast<int64_t>(extents.size()) != parts)
    throw Refused{"it has " + std::to_string(extents.size()) + " extents for " + std::to_string(parts) +
                  " results"};
  int64_t from = 0;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] < 1) throw Refused{"one of its results has no elements"};
    if (x.isConstant()) throw Refused{"its operand is known when compiling"};
    call.result(i, part(call.b, x, call.b.itemAxis(axis), from, from + extents[i]));
    from += extents[i];
  }
}

struct Cut {
  size_t axis;
  Size from, to; // as they are written where the step is negative
  int64_t step;
};

// The places that a step back goes to, on an axis of n.
Ints backwards(const Cut& cut, const Size& n) {
  if (!n.isConstant() || !cut.to.isConstant())
    throw Refused{"it goes backwards over a size that is known only when the pipeline runs"};
  const int64_t extent = n.known();
  auto place = [&](int64_t at, int64_t least) {
    return std::clamp<int64_t>(at < 0 ? at + extent : at, least, extent - 1);
  };
  // Before -n is before the first one.
  const int64_t last = cut.to.known() < -extent ? -1 : place(cut.to.known(), 0);
  Ints places;
  for (int64_t at = place(cut.from.known(), 0); at > last; at += cut.step) places.push_back(at);
  return places;
}

// Where a slice begins or ends, on an axis of n: counted from the end where it is negative, and clamped.
Size clamped(int64_t place, const Size& n) {
  constexpr int64_t far = int64_t{1} << 30; // "to the end"
  if (place >= far) return n;
  if (place <= -far) return 0;
  if (n.isConstant()) return std::clamp<int64_t>(place < 0 ? place + n.known() : place, 0, n.known());
  return place < 0 ? Size::max(0, n + Size(place)) : Size::min(n, Size(place));
}

std::vector<Cut> cutsOf(const NodeCall& call) {
  const Value& x = call.operand(0);
  const bool asOperands = call.version() >= 10;
  const Ints starts = asOperands ? call.integers(1) : call.attribute("starts", Ints()),
             ends = asOperands ? Ints() : call.attribute("ends", Ints());
  const std::vector<Size> lasts = asOperands ? call.sizes(2) : std::vector<Size>(ends.begin(), ends.end());
  Ints axes = asOperands ? (call.has(3) ? call.integers(3) : Ints()) : call.attribute("axes", Ints());
  Ints steps = call.has(4) ? call.integers(4) : Ints(starts.size(), 1);
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (lasts.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    throw Refused{"its starts, ends, axes and steps are not as many"};
  std::vector<Cut> cuts;
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t axis = call.axis(axes[i], x.rank());
    const Size& n = x.dims[axis];
    if (steps[i] == 0) throw Refused{"its step is 0"};
    if (steps[i] < 0) { // from the last one on
      cuts.push_back({axis, starts[i], lasts[i], steps[i]});
      continue;
    }
    const Size to = lasts[i].isConstant() ? clamped(lasts[i].known(), n) : Size::min(n, lasts[i]);
    cuts.push_back({axis, clamped(starts[i], n), to, steps[i]});
  }
  return cuts;
}

Value slicedConstant(const NodeCall& call) {
  const Value& x = call.operand(0);
  Dims dims = x.dims;
  std::vector<Ints> taken(x.rank());
  std::vector<bool> cut(x.rank(), false);
  for (const Cut& one : cutsOf(call)) {
    Ints& places = taken[one.axis];
    cut[one.axis] = true;
    if (one.step < 0) {
      places = backwards(one, x.dims[one.axis]);
    } else {
      if (!one.from.isConstant() || !one.to.isConstant())
        throw Refused{"it cuts at a place that is known only when the pipeline runs"};
      for (int64_t at = one.from.known(); at < one.to.known(); at += one.step) places.push_back(at);
    }
    dims[one.axis] = static_cast<int64_t>(places.size());
  }
  Offsets offsets = repeated(x.dims, x.dims);
  const std::vector<size_t> steps = stepsOf(x.dims);
  for (size_t axis = 0; axis < x.rank(); ++axis) {
    if (!cut[axis]) continue;
    offsets[axis].clear();
    for (int64_t place : taken[axis]) offsets[axis].push_back(static_cast<size_t>(place) * steps[axis]);
  }
  return pickedConstant(x, placesOf(offsets), dims);
}

// Every so-manieth element of an axis of the item.
Value strided(Builder& b, const Value& value, size_t axis, int64_t step) {
  Dims dims = b.itemOf(value.dims), shape = dims;
  if (axis == 0) shape.insert(shape.begin(), 1); // positions behind one channel
  const size_t at = axis + shape.size() - dims.size() - 1;
  Ints window(shape.size() - 1, 1), stride = window;
  stride[at] = step;
  Attributes attributes;
  attributes.set("window", window);
  attributes.set("stride", stride);
  const ValueId result = b.layer(OpKind::MaxPool, {b.item(value, shape)}, attributes);
  dims[axis] = b.typeOf(result).spatial(static_cast<int>(at));
  return b.computed(result, dims, value.type);
}

void slice(NodeCall& call) {
  Value value = call.operand(0);
  if (value.isConstant()) return call.result(slicedConstant(call));
  for (const Cut& cut : cutsOf(call)) {
    if (cut.step < 0) {
      const Ints places = backwards(cut, value.dims[cut.axis]);
      if (places.empty()) throw Refused{"nothing is left of its operand"};
      value = picked(call.b, value, call.b.itemAxis(cut.axis), places);
      continue;
    }
    const bool all = cut.from == Size(0) && cut.to == value.dims[cut.axis] && cut.step == 1;
    if (all) continue;
    const size_t axis = call.b.itemAxis(cut.axis);
    value = part(call.b, value, axis, cut.from, cut.to);
    if (cut.step > 1) value = strided(call.b, value, axis, cut.step);
  }
  call.result(std::move(value));
}

void gather(NodeCall& call) {
  const Value& x = call.operand(0);
  const Value& indices = call.constant(1);
  const size_t axis = call.axis(call.attribute("axis", int64_t(0)), x.rank());
  Ints places = call.integers(1);
  Dims dims(x.dims.begin(), x.dims.begin() + static_cast<long>(axis));
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), x.dims.begin() + static_cast<long>(axis) + 1, x.dims.end());
  const Size& n = x.dims[axis];
  for (int64_t& place : places) {
    if (place < 0 && n.isConstant()) place += n.known();
    if (place < 0 || (n.isConstant() && place >= n.known()))
      throw Refused{"it takes the element " + std::to_string(place) + " of an axis of " + n.str()};
  }
  if (x.isConstant()) {
    Offsets offsets = repeated(x.dims, x.dims);
    const size_t step = stepsOf(x.dims)[axis];
    offsets[axis].clear();
    for (int64_t place : places) offsets[axis].push_back(static_cast<size_t>(place) * step);
    return call.result(pickedConstant(x, placesOf(offsets), dims));
  }
  if (places.empty()) throw Refused{"it takes nothing"};
  const size_t itemAxis = call.b.itemAxis(axis);
  bool isRun = true;
  for (size_t i = 1; i < places.size(); ++i) isRun = isRun && places[i] == places[i - 1] + 1;
  Value result = isRun ? part(call.b, x, itemAxis, places.front(), places.back() + 1)
                       : picked(call.b, x, itemAxis, places);
  result.dims = dims;
  call.result(std::move(result));
}

// ---- in another order ----

// Channels dealt out in groups, or made into positions, where that is what moves: the channels of the operand
// were split before.
std::optional<ValueId> knownMove(Builder& b, const Value& x, const Dims& item, const Ints& order) {
  const TensorType& has = b.typeOf(x.id);
  Attributes attributes;
  const bool isShuffle = item.size() >= 3 && has.dims.size() + 1 == item.size() && order[0] == 1 &&
                         order[1] == 0 && std::is_sorted(order.begin() + 2, order.end()) &&
                         std::equal(item.begin() + 2, item.end(), has.dims.begin() + 1);
  if (isShuffle) {
    attributes.set("groups", item[0].known());
    return b.layer(OpKind::ChannelShuffle, {x.id}, attributes);
  }
  const bool isSplit =
      item.size() == 5 && has.spatialRank() == 2 && item[3] == has.dims[1] && item[4] == has.dims[2];
  if (isSplit && order == Ints{0, 3, 1, 4, 2} && item[1] == item[2] && item[1].isConstant()) {
    attributes.set("block", item[1].known());
    attributes.set("mode", std::string("crd"));
    return b.layer(OpKind::DepthToSpace, {x.id}, attributes);
  }
  if (isSplit && order == Ints{2, 3, 0, 4, 1} && item[0] == item[1] && item[0].isConstant()) {
    attributes.set("block", item[0].known());
    attributes.set("mode", std::string("dcr"));
    return b.layer(OpKind::DepthToSpace, {x.id}, attributes);
  }
  return std::nullopt;
}

void transpose(NodeCall& call) {
  const Value& x = call.operand(0);
  Ints order(x.rank());
  std::iota(order.rbegin(), order.rend(), 0);
  order = call.attribute("perm", order);
  Ints sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i)
    if (sorted.size() != x.rank() || sorted[i] != static_cast<int64_t>(i))
      throw Refused{"its attribute 'perm' is no order of axes"};
  Dims dims;
  for (int64_t axis : order) dims.push_back(x.dims[static_cast<size_t>(axis)]);
  if (x.isConstant()) {
    const Offsets straight = repeated(x.dims, x.dims);
    Offsets offsets;
    for (int64_t axis : order) offsets.push_back(straight[static_cast<size_t>(axis)]);
    return call.result(pickedConstant(x, placesOf(offsets), dims));
  }
  if (call.b.isBatched()) {
    if (order.empty() || order[0] != 0) throw Refused{"it moves the batch"};
    order.erase(order.begin());
    for (int64_t& axis : order) --axis;
  }
  const Dims item = call.b.itemOf(x.dims), moved = call.b.itemOf(dims);
  if (const auto known = knownMove(call.b, x, item, order))
    return call.result(call.b.computed(*known, moved, x.type));
  // Axes of one element move nothing.
  Ints wide;
  Dims shape;
  for (int64_t axis : order)
    if (item[static_cast<size_t>(axis)] != Size(1)) wide.push_back(axis);
  Ints places = wide;
  std::sort(places.begin(), places.end());
  for (int64_t place : places) shape.push_back(item[static_cast<size_t>(place)]);
  for (int64_t& axis : wide) axis = std::lower_bound(places.begin(), places.end(), axis) - places.begin();
  if (std::is_sorted(wide.begin(), wide.end())) {
    Value result = x;
    result.dims = dims;
    return call.result(std::move(result));
  }
  call.result(call.b.computed(transposed(call.b, call.b.item(x, shape), wide), moved, x.type));
}

template <OpKind op> void blocks(NodeCall& call) {
  Attributes attributes;
  attributes.set("block", call.attribute("blocksize", int64_t(1)));
  const std::string mode = op == OpKind::SpaceToDepth ? "DCR" : call.attribute("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") throw Refused{"its attribute 'mode' is '" + mode + "'"};
  attributes.set("mode", std::string(mode == "DCR" ? "dcr" : "crd"));
  call.result(call.b.layer(op, {call.item(0)}, attributes));
}

// ---- padded ----

void pad(NodeCall& call) {
  const Value& x = call.operand(0);
  const bool asOperands = call.version() >= 11;
  const Ints pads = asOperands ? call.integers(1) : call.attribute("pads", Ints());
  const float value = asOperands ? (call.has(2) ? call.number(2) : 0) : call.attribute("value", 0.0f);
  Ints axes(x.rank());
  std::iota(axes.begin(), axes.end(), 0);
  if (call.has(3)) axes = call.integers(3);
  if (pads.size() != 2 * axes.size()) throw Refused{"its pads are not two for each axis"};
  const std::string mode = call.attribute("mode", "constant");
  Border border{BorderMode::Constant, value};
  if (mode == "reflect")
    border = {BorderMode::Reflect101, 0};
  else if (mode == "edge")
    border = {BorderMode::Replicate, 0};
  else if (mode == "wrap")
    border = {BorderMode::Wrap, 0};
  else if (mode != "constant")
    throw Refused{"its attribute 'mode' is '" + mode + "'"};

  Value result = x;
  Dims item = call.b.itemOf(x.dims);
  std::vector<Size> begin(item.size(), 0), end = begin;
  bool any = false;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t before = pads[i], behind = pads[i + axes.size()];
    if (before == 0 && behind == 0) continue;
    const size_t axis = call.b.itemAxis(call.axis(axes[i], x.rank()));
    if (before < 0 || behind < 0)
      result = part(call.b, result, axis, std::max<int64_t>(0, -before),
                    item[axis] - Size(std::max<int64_t>(0, -behind)));
    begin[axis] = std::max<int64_t>(0, before);
    end[axis] = std::max<int64_t>(0, behind);
    any = any || before > 0 || behind > 0;
  }
  if (!any) return call.result(std::move(result));
  item = call.b.itemOf(result.dims);
  Dims shape = item;
  const bool channels = begin[0] != Size(0) || end[0] != Size(0) || item.size() == 1;
  if (channels) // positions behind one channel
    shape.insert(shape.begin(), 1);
  else
    begin.erase(begin.begin()), end.erase(end.begin());
  Attributes attributes;
  attributes.set("pad_begin", begin);
  attributes.set("pad_end", end);
  attributes.set("border", border);
  const ValueId padded = call.b.layer(OpKind::Pad, {call.b.item(result, shape)}, attributes);
  Dims dims = call.b.typeOf(padded).dims;
  if (channels) dims.erase(dims.begin());
  call.result(call.b.computed(padded, dims, x.type));
}

// ---- resized ----

struct Scaling {
  size_t first;               // axis of positions
  std::vector<double> scales; // of the positions; or
  std::vector<Size> sizes;
};

// The simplest ratio that is this float32: 2 / 3 for 0.6666667.
double ratioOf(float scale) {
  constexpr int most = 4096;
  for (int under = 1; under <= most; ++under) {
    const double ratio = std::round(static_cast<double>(scale) * under) / under;
    if (static_cast<float>(ratio) == scale) return ratio;
  }
  return decimal(scale);
}

// Of the dimensions, the batch and the channels are 1.
Scaling scalingOf(const NodeCall& call, const Value& x, const std::vector<float>& scales,
                  const std::vector<Size>& sizes, Ints axes) {
  const size_t rank = x.rank(), first = call.b.isBatched() ? 2 : 1;
  if (rank < first + 1) throw Refused{"its operand has no positions"};
  if (axes.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  const size_t given = sizes.empty() ? scales.size() : sizes.size();
  if (given != axes.size())
    throw Refused{"it has " + std::to_string(given) + " scales or sizes for " + std::to_string(axes.size()) +
                  " axes"};
  Scaling scaling{first, {}, {}};
  if (sizes.empty())
    scaling.scales.assign(rank - first, 1);
  else
    scaling.sizes.assign(x.dims.begin() + static_cast<long>(first), x.dims.end());
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t axis = call.axis(axes[i], rank);
    const bool keeps = sizes.empty() ? scales[i] == 1 : sizes[i] == x.dims[axis];
    if (axis < first && !keeps) throw Refused{"it resizes the batch or the channels"};
    if (axis < first) continue;
    if (sizes.empty() && !(scales[i] > 0 && std::isfinite(scales[i])))
      throw Refused{"one of its scales is " + shortest(scales[i])};
    if (sizes.empty())
      scaling.scales[axis - first] = ratioOf(scales[i]);
    else
      scaling.sizes[axis - first] = sizes[i];
  }
  return scaling;
}

// Whether the result has just as many positions as the scale says, with nothing to round down.
bool isWhole(const Size& extent, double scale) {
  if (scale == std::floor(scale)) return true;
  if (!extent.isConstant()) return false;
  const double exact = static_cast<double>(extent.known()) * scale;
  return std::fabs(exact - std::round(exact)) < 1e-9 * exact;
}

// pytorch_half_pixel: a result of one element is the first one, where half_pixel takes the middle. So an axis
// of which one is left is cut to its first element.
Value cutToFirst(NodeCall& call, Value x, Scaling& scaling) {
  const bool isScaled = scaling.sizes.empty();
  for (size_t i = 0; i + scaling.first < x.rank(); ++i) {
    const Size from = x.dims[i + scaling.first];
    const bool grows =
        isScaled ? scaling.scales[i] >= 1 : (scaling.sizes[i] - from).lowerBound().value_or(-1) >= 0;
    if (grows) continue; // from one element, if to one
    const int64_t least =
        isScaled ? static_cast<int64_t>(std::floor(
                       static_cast<double>(from.lowerBound().value_or(1)) * scaling.scales[i] + 1e-9))
                 : scaling.sizes[i].lowerBound().value_or(1);
    if (least > 1) continue;
    if (!(isScaled ? from : scaling.sizes[i]).isConstant())
      throw Refused{"its result may have one element, the first one, when the pipeline runs, and the middle "
                    "one is what a layer takes"};
    x = part(call.b, x, call.b.itemAxis(i + scaling.first), 0, 1);
    if (isScaled) scaling.scales[i] = 1;
  }
  return x;
}

// What the layer's attribute `round` is.
std::string roundOf(const std::string& positions, const std::string& rounding) {
  static const std::map<std::string, std::string> words = {{"round_prefer_floor", "half_down"},
                                                           {"round_prefer_ceil", "half_up"},
                                                           {"floor", "floor"},
                                                           {"ceil", "ceil"}};
  const auto word = words.find(rounding);
  if (word == words.end()) throw Refused{"its attribute 'nearest_mode' is '" + rounding + "'"};
  if (positions != "tf_half_pixel_for_nn") return word->second;
  // These positions are 1/2 behind those of half_pixel.
  if (rounding == "floor") return "half_up";
  if (rounding == "round_prefer_floor") return "ceil";
  throw Refused{"its nearest element is rounded by '" + rounding + "' at positions '" + positions + "'"};
}

void resized(NodeCall& call, Scaling scaling, const std::string& mode, const std::string& positions,
             const std::string& rounding) {
  Value x = call.operand(0);
  if (mode != "nearest" && mode != "linear" && mode != "cubic")
    throw Refused{"its attribute 'mode' is '" + mode + "'"};
  static const std::map<std::string, std::string> aligns = {
      {"half_pixel", "half_pixel"},         {"half_pixel_symmetric", "half_pixel"},
      {"pytorch_half_pixel", "half_pixel"}, {"tf_half_pixel_for_nn", "half_pixel"},
      {"align_corners", "align_corners"},   {"asymmetric", "asymmetric"}};
  const auto align = aligns.find(positions);
  if (align == aligns.end() || (positions == "tf_half_pixel_for_nn" && mode != "nearest"))
    throw Refused{"its attribute 'coordinate_transformation_mode' is '" + positions + "' in the mode '" +
                  mode + "'"};
  if (positions == "align_corners" || positions == "half_pixel_symmetric")
    for (size_t i = 0; i < scaling.scales.size(); ++i)
      if (const Size& n = x.dims[i + scaling.first]; !isWhole(n, scaling.scales[i]))
        throw Refused{"its positions '" + positions + "' are those of " + n.str() + " * " +
                      shortest(scaling.scales[i]) + " results, which is not always a whole number"};
  if (positions == "pytorch_half_pixel") x = cutToFirst(call, std::move(x), scaling);
  Attributes attributes;
  attributes.set("mode", std::string(mode == "linear" ? "bilinear" : mode));
  attributes.set("align", align->second);
  if (mode == "nearest") attributes.set("round", roundOf(positions, rounding));
  if (scaling.sizes.empty())
    attributes.set("scale", scaling.scales);
  else
    attributes.set("size", scaling.sizes);
  call.result(call.b.layer(OpKind::Resize, {call.b.item(x)}, attributes));
}

void resize(NodeCall& call) {
  const Value& x = call.operand(0);
  const bool isOld = call.version() < 11; // it had a scale alone, and positions that begin together
  const std::string mode = call.attribute("mode", "nearest");
  if (call.attribute("exclude_outside", int64_t(0)) != 0)
    throw Refused{"its attribute 'exclude_outside' is 1"};
  if (call.attribute("antialias", int64_t(0)) != 0) throw Refused{"its attribute 'antialias' is 1"};
  if (call.attribute("keep_aspect_ratio_policy", "stretch") != "stretch")
    throw Refused{"it keeps the ratio of the extents"};
  if (mode == "cubic" && call.attribute("cubic_coeff_a", -0.75f) != -0.75f)
    throw Refused{"its attribute 'cubic_coeff_a' is not -0.75"};
  const Ints axes = call.attribute("axes", Ints());
  if (isOld)
    return resized(call, scalingOf(call, x, floatsOf(call.constant(1)), {}, axes), mode, "asymmetric",
                   "floor");
  std::vector<float> scales;
  std::vector<Size> sizes;
  if (call.has(3))
    sizes = call.sizes(3);
  else
    scales = floatsOf(call.constant(2));
  resized(call, scalingOf(call, x, scales, sizes, axes), mode,
          call.attribute("coordinate_transformation_mode", "half_pixel"),
          call.attribute("nearest_mode", "round_prefer_floor"));
}

void upsample(NodeCall& call) {
  const std::vector<float> scales =
      call.version() >= 9 ? floatsOf(call.constant(1)) : call.numbersOf("scales");
  resized(call, scalingOf(call, call.operand(0), scales, {}, {}), call.attribute("mode", "nearest"),
          "asymmetric", "floor");
}

} // namespace

const std::vector<Operator>& moveOperators() {
  static const std::vector<Operator> table = {
      {"Concat", concat},
      {"Split", split},
      {"Slice", slice},
      {"Gather", gather},
      {"Transpose", transpose},
      {"DepthToSpace", blocks<OpKind::DepthToSpace>},
      {"SpaceToDepth", blocks<OpKind::SpaceToDepth>},
      {"Pad", pad, 2},
      {"Resize", resize},
      {"Upsample", upsample, 7},
  };
  return table;
}

} // namespace convoy::onnx
