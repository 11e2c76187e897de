// Transposed convolution over planar tensors, for any stride: lanes are neighbouring results of a row.
//
// An input number reaches the lanes at its place times the stride and a kernel onwards, each with the next
// tap. So a vector of results is the sum over the inputs that reach one of its lanes, each spread over a
// vector of taps; lanes that it does not reach keep what they have. A work unit is a row of one filter.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

class PlanarTransposed {
public:
  explicit PlanarTransposed(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), input_(k.value(node_.operands[0]).type),
        window_(windowOf(node_.attributes)), tail_(k), last_(window_.kernel.size() - 1) {}

  void run() {
    in_ = k_.read(node_.operands[0], Layout::Planar);
    weights_ = k_.weights(node_.operands[1], {});
    if (node_.operands.size() > 2) bias_ = k_.weights(node_.operands[2], {});
    tail_.declare(1);
    plane_ = k_.planeSize(node_.operands[0], Layout::Planar);
    const TensorType& result = node_.type;
    width_ = k_.size(result.dims.back());
    inputWidth_ = k_.size(input_.dims.back());
    pitch_ = k_.pitchSize(node_.operands[0], Layout::Planar);
    k_.eachRow({Size(result.channels())}, result, 1, [&](const std::vector<Reg>& parts) { row(parts); });
    k_.finish();
  }

private:
  void row(const std::vector<Reg>& parts) {
    Reg item = parts[0], filter = parts[1];
    rows_.assign(parts.begin() + 2, parts.end());
    const int64_t groups = node_.attributes.get<int64_t>("groups"), perGroup = node_.type.channels() / groups;
    channels_ = input_.channels() / groups;
    Reg first = b_.mul(b_.binary(Op::Div, filter, b_.index(perGroup)), channels_);
    Reg own = b_.binary(Op::Mod, filter, b_.index(perGroup));
    Reg channel = b_.add(b_.mul(item, k_.itemRows(node_.operands[0], Layout::Planar)), first);
    group_ = b_.offset(Scalar::F32, in_, Index(b_.mul(channel, plane_)));
    taps_ = 1;
    for (int64_t extent : window_.kernel) taps_ *= extent;
    kernels_ = b_.offset(Scalar::F32, weights_, Index(b_.add(b_.mul(first, perGroup), own), taps_));
    channelTaps_ = perGroup * taps_;
    Reg start = bias_ ? k_.splat(b_.load(loop::Type::of(Scalar::F32), bias_, Index(filter))) : k_.constant(0);
    b_.loop("x", b_.index(0), width_, k_.lanes, {}, [&](Reg x, const Builder::Values&) {
      x_ = x;
      Site site{item, filter, rows_, tail_.edgeMask(x, width_), false};
      site.spatial.push_back(x);
      Reg acc = overRows(0, b_.index(0), b_.index(0), start);
      tail_.store(tail_.evaluate(1, acc, site), site);
      return Builder::Values{};
    });
  }

  int64_t padding(size_t axis) const { return window_.padBegin[axis].known(); }

  // The taps of the axes before the last that put an input row into this row of results.
  Reg overRows(size_t axis, Reg inputRow, Reg tap, Reg acc) {
    if (axis == last_) return overChannels(inputRow, tap, acc);
    const int64_t stride = window_.stride[axis];
    Reg extent = k_.size(input_.spatial(static_cast<int>(axis)));
    auto body = [&](Reg i, const Builder::Values& carried) {
      Reg reached = b_.sub(b_.add(rows_[axis], padding(axis)), b_.mul(i, window_.dilation[axis]));
      Reg from = b_.floorDiv(reached, stride);
      Reg meets = b_.binary(
          Op::And, b_.compare(Op::Eq, b_.mul(from, stride), reached),
          b_.binary(Op::And, b_.compare(Op::Lt, b_.index(-1), from), b_.compare(Op::Lt, from, extent)));
      auto terms = [&] {
        return Builder::Values{overRows(axis + 1, b_.add(b_.mul(inputRow, extent), from),
                                        b_.add(b_.mul(tap, window_.kernel[axis]), i), carried[0])};
      };
      return b_.branch(meets, terms, [&] { return carried; });
    };
    return b_.loop(axis + 1 == last_ ? "ky" : "kd", b_.index(0), b_.index(window_.kernel[axis]), 1, {acc},
                   body)[0];
  }

  Reg overChannels(Reg inputRow, Reg tap, Reg acc) {
    const int64_t stride = window_.stride[last_],
                  reach = window_.dilation[last_] * (window_.kernel[last_] - 1);
    Reg at = b_.add(x_, padding(last_));
    Reg from = b_.max(b_.ceilDiv(b_.add(at, -reach), stride), b_.index(0));
    Reg end = b_.max(b_.min(b_.add(b_.floorDiv(b_.add(at, k_.lanes - 1), stride), 1), inputWidth_), from);
    return b_.loop("c", b_.index(0), b_.index(channels_), 1, {acc}, [&](Reg c, const Builder::Values& outer) {
      Reg row = b_.offset(Scalar::F32, group_, Index(b_.add(b_.mul(c, plane_), b_.mul(inputRow, pitch_))));
      Reg taps = b_.offset(Scalar::F32, kernels_, Index(c, channelTaps_) + Index(tap, window_.kernel[last_]));
      return b_.loop("i", from, end, 1, outer, [&](Reg i, const Builder::Values& carried) {
        Reg number = k_.splat(b_.load(loop::Type::of(Scalar::F32), row, Index(i))), reached;
        Reg weights = tapsOfLanes(taps, b_.sub(at, b_.mul(i, stride)), reached);
        // Not added as 0: the number may be a NaN.
        return Builder::Values{b_.select(reached, b_.fma(number, weights, carried[0]), carried[0])};
      });
    })[0];
  }

  // The tap of each lane, the first of which is `behind` positions behind the input's first one.
  Reg tapsOfLanes(Reg taps, Reg behind, Reg& reached) {
    const int64_t kernel = window_.kernel[last_], dilation = window_.dilation[last_];
    if (dilation == 1) {
      reached = k_.insideMask(b_.index(kernel), behind);
      return b_.load(k_.vector, taps, Index(behind), reached, k_.constant(0));
    }
    const loop::Type type = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k_.lanes));
    auto number = [&](int64_t n) { return b_.number(static_cast<double>(n), type); };
    Reg place = b_.add(b_.iota(type), b_.splat(type, b_.cast(loop::Type::of(Scalar::I32), behind)));
    Reg tap = b_.binary(Op::Div, place, number(dilation));
    reached = b_.binary(
        Op::And, b_.compare(Op::Eq, b_.mul(tap, number(dilation)), place),
        b_.binary(Op::And, b_.compare(Op::Lt, number(-1), tap), b_.compare(Op::Lt, tap, number(kernel))));
    return b_.gather(k_.vector, taps, b_.max(b_.min(tap, number(kernel - 1)), number(0)));
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  const TensorType& input_;
  Window window_;
  Elementwise tail_;
  size_t last_; // the axis of columns
  int64_t channels_ = 1, taps_ = 1, channelTaps_ = 1;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr, plane_ = nullptr, width_ = nullptr,
      inputWidth_ = nullptr, pitch_ = nullptr; // from one row of the input to the next
  Reg group_ = nullptr, kernels_ = nullptr, x_ = nullptr;
  std::vector<Reg> rows_; // of the result
};

} // namespace

void planarTransposed(KernelBuilder& k) { PlanarTransposed(k).run(); }

} // namespace convoy::schedule
