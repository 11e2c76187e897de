#include "schedule/elementwise.h"
#include "schedule/blocks.h"
#include "schedule/bytes.h"
#include "schedule/kernels.h"
#include "schedule/vector_layers.h"
#include <algorithm>
#include <numeric>

namespace convoy::schedule {

Elementwise::Elementwise(KernelBuilder& k) : k_(k), b_(k.b), origin_(b_.index(0)) {}

// In which a value of memory is read; parameters are float32, whatever the units of the kernel.
Layout Elementwise::layoutOf(ValueId id) const {
  const graph::Value& value = k_.value(id);
  const bool parameter = value.kind == graph::Value::Parameter;
  return layoutFor(parameter && inBlocks(k_.kernel.layout) ? Layout::Blocked : k_.kernel.layout, value.type);
}

// [C][H][W] as filters with so many numbers each: a vector of filters lies together, number by number.
Packing Elementwise::packingOf(ValueId parameter) const {
  Packing packing;
  if (layoutOf(parameter) == Layout::Blocked) packing.kind = Packing::Filters;
  return packing;
}

void Elementwise::declare(size_t from) {
  const auto& nodes = k_.kernel.nodes;
  for (size_t i = from; i < nodes.size(); ++i) {
    const graph::Value& node = k_.value(nodes[i]);
    if (opInfo(node.op).form == OpForm::Window) continue; // what it reads is the kernel's own business
    for (ValueId operand : node.operands) {
      if (std::count(nodes.begin(), nodes.end(), operand) > 0) continue;
      pointers_[operand] = k_.value(operand).kind == graph::Value::Parameter
                               ? k_.weights(operand, packingOf(operand))
                               : k_.read(operand, k_.kernel.layout);
    }
  }
  out_ = k_.write(k_.kernel.result(), k_.kernel.resultLayout());
}

// The site's position in the value. An extent of 1 stands for every position. Null: the only one, or one for
// each channel. `varies`: it differs from lane to lane of a planar vector.
Reg Elementwise::position(ValueId id, Layout layout, const Site& site, bool& varies) {
  const TensorType& type = k_.value(id).type;
  int rank = type.spatialRank();
  varies = site.alongChannels && type.channels() > 1;
  Reg position = nullptr;
  if (site.alongChannels) {
    // One position: the channel is the address.
  } else if (site.flat) {
    if (spatialSize(type) != Size(1)) position = site.spatial[0], varies = true;
  } else {
    for (int axis = 0; axis < rank; ++axis) {
      if (position)
        position =
            b_.mul(position, axis == rank - 1 ? k_.pitchSize(id, layout) : k_.size(type.spatial(axis)));
      bool one = type.spatial(axis) == Size(1);
      if (!one)
        position = position ? b_.add(position, site.spatial[static_cast<size_t>(axis)])
                            : site.spatial[static_cast<size_t>(axis)];
      if (axis == rank - 1) varies = !one;
    }
  }
  return position;
}

// The same in blocks, where the value may have a frame.
Reg Elementwise::blockPosition(ValueId id, Layout layout, const Site& site) {
  bool varies = false;
  if (!k_.storage.frame({id, layout}).any()) return position(id, layout, site, varies);
  if (site.flat) return framePosition(k_, id, layout, site.spatial[0]);
  const TensorType& type = k_.value(id).type;
  const size_t rank = static_cast<size_t>(type.spatialRank());
  auto along = [&](size_t axis) {
    return type.spatial(static_cast<int>(axis)) == Size(1) ? b_.index(0) : site.spatial[axis];
  };
  return framePosition(k_, id, layout, rank > 1 ? along(rank - 2) : nullptr, along(rank - 1));
}

// The value's element that belongs to the site, of float32 in planes or blocks.
Index Elementwise::address(ValueId id, Layout layout, const Site& site, Reg channel, bool& varies) {
  const TensorType& type = k_.value(id).type;
  Reg at = b_.mul(site.item, k_.itemRows(id, layout));
  if (type.channels() > 1) at = b_.add(at, channel);
  at = b_.mul(at, k_.planeSize(id, layout));
  if (Reg here = position(id, layout, site, varies)) at = b_.add(at, here);
  return Index(at, inBlocks(layout) ? k_.lanes : 1);
}

// Where a vector of an image begins whose channels are columns.
Index Elementwise::interleavedAddress(ValueId id, const Site& site) {
  const TensorType& type = k_.value(id).type;
  const int64_t perPixel = k_.columnsPerPixel();
  if (site.flat)
    return Index(b_.mul(site.item, k_.size(spatialSize(type) * perPixel))) + Index(site.spatial[0]);
  Reg row = b_.add(b_.mul(site.item, k_.size(type.spatial(0))), site.spatial[0]);
  return Index(b_.mul(row, k_.size(type.spatial(1) * perPixel))) + Index(site.spatial[1]);
}

Reg Elementwise::bytesOperand(ValueId id, const Site& site, Reg channel) {
  Reg bytes = nullptr;
  if (k_.onBytes->form == BytesForm::Pixels) {
    const int64_t channels = k_.value(id).type.channels();
    bytes = channelOf(b_, pixels_.at(id), k_.lanes, channels, channels == 1 ? 0 : *loop::constantOf(channel));
  } else {
    loop::Type type = k_.vector.withScalar(Scalar::U8);
    Reg pointer = pointers_.at(id);
    bytes = site.mask ? b_.load(type, pointer, interleavedAddress(id, site), site.mask, b_.number(0, type))
                      : b_.load(type, pointer, interleavedAddress(id, site));
  }
  return fromBytes(b_, k_.target, bytes);
}

void Elementwise::pixels(Site site, Reg count) {
  const ValueId result = k_.kernel.result();
  const bool apart = k_.onBytes->form == BytesForm::Pixels;
  auto place = [&](ValueId id) {
    const TensorType& type = k_.value(id).type;
    Reg position = site.flat ? site.spatial[0]
                             : b_.add(b_.mul(site.spatial[0], k_.size(type.spatial(1))), site.spatial[1]);
    return Index(b_.add(b_.mul(site.item, k_.size(spatialSize(type))), position), type.channels());
  };
  for (ValueId id : k_.onBytes->bytes)
    if (apart && id != result)
      pixels_[id] =
          loadPixels(b_, k_.lanes, k_.value(id).type.channels(), pointers_.at(id), place(id), count);
  const int64_t channels = apart ? k_.value(result).type.channels() : 1;
  std::vector<Reg> samples, anchors;
  if (opInfo(k_.value(k_.kernel.anchor()).op).form == OpForm::Pixelwise) anchors = pixel(site);
  for (int64_t channel = 0; channel < channels; ++channel) {
    site.channel = b_.index(channel);
    Reg v = anchors.empty() ? evaluate(0, nullptr, site)
                            : evaluate(1, anchors[static_cast<size_t>(channel)], site);
    if (apart && k_.isBytes(result))
      samples.push_back(toBytes(b_, v));
    else
      store(v, site);
  }
  if (!samples.empty())
    storePixels(b_, k_.lanes, channels, joinChannels(b_, samples, k_.lanes), out_, place(result), count);
}

Reg Elementwise::operand(ValueId id, const Site& site, Reg channel) {
  if (k_.isBytes(id)) return bytesOperand(id, site, channel);
  if (k_.isInterleaved(id)) {
    const Index at = interleavedAddress(id, site);
    return k_.load(pointers_.at(id), at, site.mask);
  }
  const graph::Value& v = k_.value(id);
  Reg pointer = pointers_.at(id);
  Layout layout = layoutOf(id);
  bool parameter = v.kind == graph::Value::Parameter, varies = false;
  const bool byBlocks = inBlocks(k_.kernel.layout) && !site.alongChannels;
  if (byBlocks && layout == Layout::Planar && v.type.channels() > 1) {
    // One position: [C], perhaps of the item.
    Reg base =
        parameter ? pointer : b_.offset(Scalar::F32, pointer, Index(site.item, k_.itemRows(id, layout)));
    return k_.channelNumbers(base, v.type.channels(), channel);
  }
  Site at = site;
  if (parameter || v.type.scalar) at.item = b_.index(0); // one for all items
  if (inBlocks(layout)) {
    const BlockPlace place = blockPlace(k_, id, layout, at.item, channel, blockPosition(id, layout, at));
    return loadBlock(k_, pointer, place);
  }
  Index index = address(id, layout, at, channel, varies);
  if (!varies || byBlocks) return k_.splat(b_.load(loop::Type::of(Scalar::F32), pointer, index));
  return k_.load(pointer, index, site.mask);
}

// One number of another channel, or a vector of it.
Reg Elementwise::otherChannel(const graph::Value& node, const Site& site) {
  const ValueId id = node.operands[0];
  const int64_t channels = k_.value(id).type.channels();
  if (node.op == OpKind::Slice)
    return operand(id, site, b_.add(site.channel, node.attributes.get<int64_t>("from")));
  const auto groups = node.attributes.get<int64_t>("groups");
  if (!site.alongChannels)
    return operand(id, site,
                   b_.add(b_.mul(b_.binary(Op::Mod, site.channel, b_.index(groups)), channels / groups),
                          b_.floorDiv(site.channel, groups)));
  const loop::Type lanes = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k_.lanes));
  auto number = [&](int64_t n) { return b_.number(static_cast<double>(n), lanes); };
  Reg at =
      b_.binary(Op::Add, b_.iota(lanes), b_.splat(lanes, b_.cast(loop::Type::of(Scalar::I32), site.channel)));
  at = b_.binary(Op::Min, at, number(channels - 1)); // lanes behind the last channel read it again
  at = b_.binary(Op::Add,
                 b_.binary(Op::Mul, b_.binary(Op::Mod, at, number(groups)), number(channels / groups)),
                 b_.binary(Op::Div, at, number(groups)));
  Reg item =
      b_.offset(Scalar::F32, pointers_.at(id),
                Index(b_.mul(site.item, k_.itemRows(id, layoutFor(k_.kernel.layout, k_.value(id).type)))));
  return b_.gather(k_.vector, item, at);
}

Reg Elementwise::evaluate(size_t from, Reg before, const Site& site) {
  return evaluate(from, k_.kernel.nodes.size(), before, site);
}

Reg Elementwise::evaluate(size_t from, size_t to, Reg before, const Site& site) {
  std::map<ValueId, Reg> made;
  if (from > 0) made[k_.kernel.nodes[from - 1]] = before;
  return evaluate(from, to, made, site);
}

Reg Elementwise::evaluate(size_t from, std::map<ValueId, Reg> made, const Site& site) {
  return evaluate(from, k_.kernel.nodes.size(), made, site);
}

Reg Elementwise::evaluate(size_t from, size_t to, std::map<ValueId, Reg>& made, const Site& site) {
  const auto& nodes = k_.kernel.nodes;
  for (size_t i = from; i < to; ++i) {
    if (made.count(nodes[i])) continue;
    const graph::Value& node = k_.value(nodes[i]);
    const loop::FromElsewhere here(b_, node.location);
    std::vector<Reg> x;
    if (opInfo(node.op).form == OpForm::ChannelWindow) {
      x = channelWindow(node, site);
    } else if (opInfo(node.op).form == OpForm::Channels) {
      made[nodes[i]] = otherChannel(node, site);
      continue;
    } else {
      for (ValueId id : node.operands) {
        const auto known = made.find(id);
        x.push_back(known != made.end() ? known->second : operand(id, site, site.channel));
      }
    }
    made[nodes[i]] = lowerVector(k_, node, x);
  }
  return made.at(nodes[to - 1]);
}

std::vector<Reg> Elementwise::pixel(const Site& site) {
  const graph::Value& node = k_.value(k_.kernel.anchor());
  std::vector<Reg> x;
  for (int64_t channel = 0; channel < k_.value(node.operands[0]).type.channels(); ++channel)
    x.push_back(operand(node.operands[0], site, b_.index(channel)));
  return lowerPixel(k_, node, x);
}

// The site's vector and those of the channels around it, the first channel first; 0 where there is no
// channel.
std::vector<Reg> Elementwise::channelWindow(const graph::Value& node, const Site& site) {
  const ValueId input = node.operands[0];
  const int64_t channels = k_.value(input).type.channels(), lanes = k_.lanes,
                size = node.attributes.get<int64_t>("size"), before = size / 2;
  const uint32_t width = static_cast<uint32_t>(lanes);
  Reg zero = k_.constant(0), pointer = pointers_.at(input);
  bool varies = false;
  std::vector<Reg> x;
  if (k_.kernel.layout == Layout::Planar) {
    for (int64_t i = 0; i < size; ++i) {
      if (i == before) {
        x.push_back(operand(input, site, site.channel));
        continue;
      }
      Reg channel = b_.add(site.channel, i - before), mask;
      if (site.alongChannels) { // a vector of channels, of which there are some
        mask = k_.insideMask(b_.index(channels), channel);
      } else {
        Reg inside = b_.binary(Op::And, b_.compare(Op::Le, b_.index(0), channel),
                               b_.compare(Op::Lt, channel, b_.index(channels)));
        mask = b_.mask(width, b_.select(inside, b_.index(lanes), b_.index(0)));
        if (site.mask) mask = b_.binary(Op::And, mask, site.mask);
      }
      x.push_back(
          b_.load(k_.vector, pointer, address(input, Layout::Planar, site, channel, varies), mask, zero));
    }
    return x;
  }
  // Lanes of the block before, of its own and of the one behind.
  Reg around[3];
  for (int64_t i = 0; i < 3; ++i) {
    Reg block = b_.add(site.channel, i - 1), left = b_.sub(b_.index(channels), b_.mul(block, lanes));
    if (i == 0) left = b_.select(b_.compare(Op::Lt, b_.index(0), site.channel), b_.index(lanes), b_.index(0));
    Index at = address(input, Layout::Blocked, site, block, varies);
    const bool whole = i == 1 && channels % lanes == 0;
    around[i] =
        whole ? b_.load(k_.vector, pointer, at) : b_.load(k_.vector, pointer, at, b_.mask(width, left), zero);
  }
  for (int64_t i = 0; i < size; ++i) {
    const int64_t shift = i - before;
    std::vector<int64_t> from;
    for (int64_t lane = 0; lane < lanes; ++lane) from.push_back(lane + shift + (shift < 0 ? lanes : 0));
    x.push_back(shift == 0 ? around[1]
                           : b_.shuffle(around[shift < 0 ? 0 : 1], around[shift < 0 ? 1 : 2], from));
  }
  return x;
}

void Elementwise::mayStream(bool flat) {
  ValueId result = k_.kernel.result();
  const std::optional<bool>& asked = k_.kernel.storesPast;
  if (asked && !*asked) return;
  if (k_.storage.isRing(resultBuffer(k_.graph, k_.kernel))) return; // it is read soon
  if (k_.isInterleaved(result)) return; // bytes are few, and what is float32 is read again
  const TensorType& type = k_.value(result).type;
  const auto& outputs = k_.graph.outputs;
  bool isOutput = std::any_of(outputs.begin(), outputs.end(),
                              [&](const graph::Output& output) { return output.value == result; });
  // Elements. A result stays for its reader if all of it fits; one of the pipeline's has half, beside what is
  // read.
  int64_t most = asked ? 0 : k_.target.machine.level3 / 4 / (isOutput ? 2 : 1);
  Size row = flat ? spatialSize(type) : type.dims.back(), all = type.elements();
  auto elements = all.constant(), width = row.constant();
  if ((elements && *elements <= most) || (width && *width % k_.lanes != 0)) return;
  streams_ =
      elements ? b_.number(1, loop::Type::of(Scalar::I1)) : b_.compare(Op::Lt, b_.index(most), k_.size(all));
  if (!width) {
    Reg rest = b_.binary(Op::Mod, k_.size(row), b_.index(k_.lanes));
    streams_ = b_.binary(Op::And, streams_, b_.compare(Op::Eq, rest, b_.index(0)));
  }
  // A tensor lies at a multiple of its elements' size.
  Reg behind = b_.binary(Op::Mod, b_.floorDiv(b_.addressNumber(out_), 4), b_.index(k_.lanes));
  origin_ = b_.select(streams_, b_.sub(b_.index(0), behind), b_.index(0));
}

void Elementwise::mayStreamWhole() {
  mayStream();
  if (!streams_) return;
  streams_ = b_.binary(Op::And, streams_, b_.compare(Op::Eq, origin_, b_.index(0)));
  origin_ = b_.index(0);
}

Reg Elementwise::edgeMask(Reg x, Reg n) {
  return streams_ ? k_.insideMask(n, x) : b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(n, x));
}

void Elementwise::eachWay(const std::function<void(bool streams)>& body) {
  auto way = [&](bool streaming) {
    streaming_ = streaming;
    body(streaming);
    streaming_ = false;
    return Builder::Values{};
  };
  if (streams_)
    b_.branch(streams_, [&] { return way(true); }, [&] { return way(false); });
  else
    body(false);
}

void Elementwise::store(Reg v, const Site& site) {
  ValueId result = k_.kernel.result();
  if (k_.isInterleaved(result)) {
    const bool ready = !k_.isBytes(result) || k_.worksInBytes();
    return b_.store(ready ? v : toBytes(b_, v), out_, interleavedAddress(result, site), site.mask);
  }
  const TensorType& type = k_.value(result).type;
  Layout layout = layoutFor(k_.kernel.resultLayout(), type);
  if (inBlocks(k_.kernel.layout) && layout == Layout::Planar && !site.alongChannels) {
    // One position: the channels lie side by side, and the last vector may be partial.
    Index at = Index(site.item, k_.itemRows(result, layout)) + Index(site.channel, k_.lanes);
    bool partial = type.channels() % k_.lanes != 0;
    b_.store(v, out_, at,
             partial ? b_.mask(static_cast<uint32_t>(k_.lanes),
                               b_.sub(b_.index(type.channels()), b_.mul(site.channel, k_.lanes)))
                     : nullptr);
    return;
  }
  bool varies = false;
  if (inBlocks(layout)) return storeVector(v, layout, site);
  Index at = address(result, layout, site, site.channel, varies);
  if (streaming_ && !site.mask)
    b_.stream(v, out_, at);
  else
    b_.store(v, out_, at, site.mask);
}

// Into blocks. Units are read whole: channels that there are not must be 0 in them.
void Elementwise::storeVector(Reg v, Layout layout, const Site& site) {
  const ValueId result = k_.kernel.result();
  Reg here = blockPosition(result, layout, site);
  auto storeAt = [&](Reg vector, Reg channels) {
    const BlockPlace place = blockPlace(k_, result, layout, site.item, vector, here);
    storeBlock(k_, channels, out_, place);
  };
  if (unitChannels(layout) == 1) return storeAt(site.channel, v);
  const int64_t channels = k_.value(result).type.channels(), last = k_.blocks(channels) - 1,
                vectors = vectorsOf(channels, layout, k_.lanes);
  if (channels % k_.lanes != 0) {
    Reg exist =
        b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(b_.index(channels), b_.mul(site.channel, k_.lanes)));
    v = b_.select(exist, v, k_.constant(0));
  }
  storeAt(site.channel, v);
  if (last + 1 == vectors) return;
  auto rest = [&] {
    for (int64_t vector = last + 1; vector < vectors; ++vector) storeAt(b_.index(vector), k_.constant(0));
    return Builder::Values{};
  };
  b_.branch(b_.compare(Op::Eq, site.channel, b_.index(last)), rest, nullptr);
}

void Elementwise::finishPixels(int64_t pixels, int64_t step, const Site& first, Reg count,
                               const std::function<Reg(Reg p)>& value, size_t from) {
  const TensorType& type = k_.value(k_.kernel.result()).type;
  bool transposes =
      k_.kernel.resultLayout() == Layout::Planar && layoutFor(Layout::Blocked, type) == Layout::Blocked;
  auto result = [&](Reg p, Site& site) {
    site.spatial.back() = b_.add(first.spatial.back(), b_.mul(p, step));
    return evaluate(from, value(p), site);
  };
  std::vector<Reg> init;
  if (transposes) init.push_back(b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(pixels)}), k_.constant(0)));
  Builder::Values results = b_.unroll("p", 0, pixels, init, [&](Reg p, const Builder::Values& carried) {
    Site site = first;
    auto guarded = [&](const std::function<Builder::Values()>& body, const Builder::Values& otherwise) {
      if (!count) return body();
      return b_.branch(b_.compare(Op::Lt, p, count), body, [&] { return otherwise; });
    };
    if (transposes) {
      Reg v = guarded([&] { return Builder::Values{result(p, site)}; }, {k_.constant(0)})[0];
      return Builder::Values{b_.set(carried[0], {p}, v)};
    }
    return guarded(
        [&] {
          Reg v = result(p, site);
          store(v, site);
          return Builder::Values{};
        },
        {});
  });
  if (!transposes) return;
  std::vector<Reg> all;
  for (int64_t p = 0; p < pixels; ++p) all.push_back(b_.get(results[0], {b_.index(p)}));
  storeTransposed(all, first, count);
}

static std::vector<int64_t> firstLanes(int64_t count) {
  std::vector<int64_t> lanes(static_cast<size_t>(count));
  std::iota(lanes.begin(), lanes.end(), 0);
  return lanes;
}

// Squares of pixels x channels become rows of pixels, one for each channel of the block.
void Elementwise::storeTransposed(std::vector<Reg> pixels, const Site& first, Reg count) {
  const TensorType& type = k_.value(k_.kernel.result()).type;
  int64_t lanes = k_.lanes, channels = type.channels(), total = static_cast<int64_t>(pixels.size());
  bool varies = false;
  Reg firstChannel = b_.mul(first.channel, lanes);
  Reg plane = k_.planeSize(k_.kernel.result(), Layout::Planar);
  Index base = address(k_.kernel.result(), Layout::Planar, first, firstChannel, varies);
  Reg channelsHere = b_.sub(b_.index(channels), firstChannel);
  for (int64_t from = 0; from < total; from += lanes) {
    std::vector<Reg> square;
    for (int64_t p = from; p < from + lanes; ++p)
      square.push_back(p < total ? pixels[static_cast<size_t>(p)] : k_.constant(0));
    square = transpose(b_, square, lanes);
    int64_t here = std::min(lanes, total - from);
    Reg existing = b_.index(here);
    if (count) existing = b_.min(existing, b_.sub(count, b_.index(from)));
    for (int64_t channel = 0; channel < lanes; ++channel) {
      Reg inRow = existing;
      if (channels % lanes || count)
        inRow = b_.select(b_.compare(Op::Lt, b_.index(channel), channelsHere), existing, b_.index(0));
      Reg row = square[static_cast<size_t>(channel)], mask = nullptr;
      if (count || channels % lanes)
        mask = b_.mask(static_cast<uint32_t>(lanes), inRow);
      else if (here < lanes && (here & (here - 1)) == 0)
        row = here == 1 ? b_.extract(row, 0) : b_.shuffle(row, row, firstLanes(here));
      else if (here < lanes)
        mask = b_.mask(static_cast<uint32_t>(lanes), existing);
      b_.store(row, out_, base + Index(plane, channel) + Index(from), mask);
    }
  }
}

} // namespace convoy::schedule
