// Adaptive average pooling: windows whose bounds follow from the sizes of input and result.
//
// A unit is a row of results of one channel (planar) or of one block of channels (blocked). In blocks, lanes
// are channels; in planes, they are neighbours of a window's row, joined at its end.
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

class AdaptivePool {
public:
  explicit AdaptivePool(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), input_(k.value(node_.operands[0]).type),
        blocked_(layoutFor(k.kernel.layout, input_) == Layout::Blocked), pitch_(blocked_ ? k.lanes : 1) {}

  void run() {
    const ValueId from = node_.operands[0], to = k_.kernel.result();
    const Layout layout = k_.kernel.layout;
    Reg in = k_.read(from, layout), out = k_.write(to, layout);
    const TensorType& type = node_.type;
    const int64_t channels = type.channels(), width = type.dims.back().known();
    const int last = type.spatialRank() - 1;
    for (int axis = 0; axis <= last; ++axis) extents_.push_back(k_.size(input_.spatial(axis)));
    pitches_ = extents_;
    pitches_.back() = k_.pitchSize(from, layout);
    Reg plane = k_.planeSize(from, layout), results = k_.planeSize(to, layout),
        pitch = k_.pitchSize(to, layout);
    k_.eachRow({Size(blocked_ ? k_.blocks(channels) : channels)}, type, 1,
               [&](const std::vector<Reg>& parts) {
                 Reg channel = b_.add(b_.mul(parts[0], k_.itemRows(from, layout)), parts[1]);
                 base_ = b_.offset(Scalar::F32, in, Index(b_.mul(channel, plane), pitch_));
                 Reg row = b_.mul(b_.add(b_.mul(parts[0], k_.itemRows(to, layout)), parts[1]), results);
                 Reg at = b_.index(0);
                 bounds_.clear();
                 for (int axis = 0; axis < last; ++axis) {
                   Reg o = parts[2 + static_cast<size_t>(axis)];
                   bounds_.push_back(boundsOf(axis, o));
                   at = b_.add(b_.mul(at, type.spatial(axis).known()), o);
                 }
                 Reg first = b_.add(row, b_.mul(at, pitch));
                 b_.loop("x", b_.index(0), b_.index(width), 1, {}, [&](Reg x, const Builder::Values&) {
                   bounds_.push_back(boundsOf(last, x));
                   b_.store(mean(), out, Index(b_.add(first, x), pitch_));
                   bounds_.pop_back();
                   return Builder::Values{};
                 });
               });
    k_.finish();
  }

private:
  struct Bounds {
    Reg begin, end;
  };

  // Window o of n positions cut into `size`: floor(o n / size) to ceil((o + 1) n / size).
  Bounds boundsOf(int axis, Reg o) {
    const int64_t size = node_.type.spatial(axis).known();
    Reg n = extents_[static_cast<size_t>(axis)];
    return {b_.floorDiv(b_.mul(o, n), size), b_.ceilDiv(b_.mul(b_.add(o, 1), n), size)};
  }

  Reg mean() {
    Reg sum = overRows(0, b_.index(0), k_.constant(0)), count = nullptr;
    for (const Bounds& bounds : bounds_) {
      Reg extent = b_.sub(bounds.end, bounds.begin);
      count = count ? b_.mul(count, extent) : extent;
    }
    Reg number = k_.scalarF32(count);
    if (blocked_) return b_.binary(Op::Div, sum, k_.splat(number));
    return b_.binary(Op::Div, b_.reduce(Op::ReduceAdd, sum), number);
  }

  Reg overRows(size_t axis, Reg row, Reg sum) {
    const auto [begin, end] = bounds_[axis];
    if (axis + 1 < extents_.size())
      return b_.loop(axis + 2 == extents_.size() ? "y" : "z", begin, end, 1, {sum},
                     [&](Reg i, const Builder::Values& carried) {
                       Reg inner = b_.mul(b_.add(row, i), pitches_[axis + 1]);
                       return Builder::Values{overRows(axis + 1, inner, carried[0])};
                     })[0];
    return b_.loop("k", begin, end, blocked_ ? 1 : k_.lanes, {sum},
                   [&, last = end](Reg i, const Builder::Values& carried) {
                     Index at(b_.add(row, i), pitch_);
                     Reg v = blocked_ ? b_.load(k_.vector, base_, at)
                                      : b_.load(k_.vector, base_, at,
                                                b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(last, i)),
                                                k_.constant(0));
                     return Builder::Values{b_.binary(Op::Add, carried[0], v)};
                   })[0];
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  const TensorType& input_;
  bool blocked_;
  int64_t pitch_;
  std::vector<Reg> extents_;   // of the input
  std::vector<Reg> pitches_;   // likewise, of the last axis from a row to the next
  std::vector<Bounds> bounds_; // of the window, an axis each
  Reg base_ = nullptr;         // the channel, or block
};

} // namespace

void adaptivePool(KernelBuilder& k) { AdaptivePool(k).run(); }

} // namespace convoy::schedule
