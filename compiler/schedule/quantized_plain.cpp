// Convolutions and dense layers of whole numbers in any shape, over planar tensors.
//
// A product of two 8-bit numbers is below 2^15, so that float32 holds every sum of 514 of them: so many
// products are summed in float32, where multiply-adds are fast and memory has them, and then added to a
// 32-bit sum. That is exact, in whatever order.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include "schedule/vector_layers.h"
#include "schedule/window.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

// What both layers do with sums.
class Sums {
public:
  explicit Sums(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())),
        zeroPoint_(static_cast<double>(node_.attributes.get<int64_t>("input_zero_point"))),
        whole_(k.vector.withScalar(Scalar::I32)) {}

  void declare() {
    multiplier = k_.weights(node_.operands[2], {});
    if (node_.operands.size() > 3) bias = k_.weights(node_.operands[3], {});
  }
  Reg zero() const { return b_.number(0, whole_); }
  // What a number stands for, in steps.
  Reg steps(Reg x) const { return zeroPoint_ == 0 ? x : b_.sub(x, k_.constant(zeroPoint_)); }
  Reg add(Reg whole, Reg exact) const { return b_.add(whole, b_.cast(whole_, exact)); }
  // The result of a sum; factors and terms are vectors.
  Reg finish(Reg sum, Reg factors, Reg terms) const {
    if (terms) sum = b_.add(sum, b_.cast(whole_, terms));
    return toSteps(k_, node_, b_.mul(b_.cast(k_.vector, sum), factors));
  }

  Reg weights = nullptr, multiplier = nullptr, bias = nullptr;

protected:
  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  double zeroPoint_;
  loop::Type whole_;
};

// A unit is a row of results of one filter; lanes are neighbours along it.
class IntegerWindow : Sums {
public:
  explicit IntegerWindow(KernelBuilder& k)
      : Sums(k), input_(k.value(node_.operands[0]).type), window_(windowOf(node_.attributes)), tail_(k),
        last_(window_.kernel.size() - 1) {}

  void run() {
    in_ = k_.read(node_.operands[0], Layout::Planar);
    weights = k_.weights(node_.operands[1], {});
    declare();
    tail_.declare(1);
    plane_ = k_.product(input_, 1);
    width_ = k_.size(node_.type.dims.back());
    inputWidth_ = k_.size(input_.dims.back());
    std::vector<Size> counts{Size(node_.type.channels())};
    for (size_t axis = 0; axis < last_; ++axis) counts.push_back(node_.type.spatial(static_cast<int>(axis)));
    k_.units(counts, [&](const std::vector<Reg>& parts) { row(parts); });
    k_.finish();
  }

private:
  using Values = Builder::Values;

  void row(const std::vector<Reg>& parts) {
    Reg item = parts[0], filter = parts[1];
    rows_.assign(parts.begin() + 2, parts.end());
    const int64_t groups = node_.attributes.get<int64_t>("groups"), perGroup = node_.type.channels() / groups;
    channels_ = input_.channels() / groups;
    taps_ = 1;
    for (int64_t extent : window_.kernel) taps_ *= extent;
    Reg first = b_.mul(b_.floorDiv(filter, perGroup), channels_);
    Reg channel = b_.add(b_.mul(item, k_.itemRows(node_.operands[0], Layout::Planar)), first);
    group_ = b_.offset(Scalar::F32, in_, Index(b_.mul(channel, plane_)));
    kernels_ = b_.offset(Scalar::F32, weights, Index(filter, channels_ * taps_));
    auto number = [&](Reg pointer) {
      return k_.splat(b_.load(loop::Type::of(Scalar::F32), pointer, Index(filter)));
    };
    Reg factor = number(multiplier), term = bias ? number(bias) : nullptr;
    auto results = [&](Reg x) {
      const Values sums = tile(x);
      for (int64_t v = 0; v < vectors_; ++v) {
        Reg at = b_.add(x, v * k_.lanes);
        Site site{item, filter, rows_, tail_.edgeMask(at, width_), false};
        site.spatial.push_back(at);
        Reg result = finish(sums[static_cast<size_t>(v)], factor, term);
        tail_.store(tail_.evaluate(1, result, site), site);
      }
    };
    constexpr int64_t most = 4, mostTiles = 4; // vectors of a tile: sums that do not wait for each other
    if (const auto width = loop::constantOf(width_); width && *width <= mostTiles * most * k_.lanes) {
      for (int64_t x = 0; x < *width; x += most * k_.lanes) {
        vectors_ = std::min(most, (*width - x + k_.lanes - 1) / k_.lanes);
        results(b_.index(x));
      }
      return;
    }
    vectors_ = loop::constantOf(width_) ? most : 2;
    b_.loop("x", b_.index(0), width_, vectors_ * k_.lanes, {}, [&](Reg x, const Values&) {
      results(x);
      return Values{};
    });
  }

  // Sums of a tile at x. Where it is not known which of its columns lie inside the input, once for all of
  // them.
  Values tile(Reg x) {
    x_ = x;
    Reg begin = columnOf(0, b_.index(0)), end = columnOf(vectors_ - 1, b_.index(window_.kernel[last_] - 1));
    auto sums = [&](bool edge) {
      edge_ = edge;
      const bool exact = channels_ * taps_ <= exactTerms; // all of them
      Values start(static_cast<size_t>(vectors_), exact ? k_.constant(0) : zero());
      Values all = overRows(0, b_.index(0), b_.index(0), start);
      if (exact)
        for (Reg& sum : all) sum = b_.cast(whole_, sum);
      return all;
    };
    if (loop::constantOf(begin) && loop::constantOf(inputWidth_)) return sums(true);
    end = b_.add(end, k_.lanes * window_.stride[last_]); // what is read for the last vector
    Reg inside =
        b_.binary(Op::And, b_.compare(Op::Le, b_.index(0), begin), b_.compare(Op::Le, end, inputWidth_));
    return b_.branch(inside, [&] { return sums(false); }, [&] { return sums(true); });
  }

  // The column that the first lane of a vector reads for a tap.
  Reg columnOf(int64_t vector, Reg tap) {
    Reg x = b_.add(x_, vector * k_.lanes);
    return b_.sub(b_.add(b_.mul(x, window_.stride[last_]), b_.mul(tap, window_.dilation[last_])),
                  k_.size(window_.padBegin[last_]));
  }

  // Taps of the axes before the last; rows outside add nothing.
  Values overRows(size_t axis, Reg inputRow, Reg tap, const Values& sums) {
    if (axis == last_) return overChannels(inputRow, tap, sums);
    Reg extent = k_.size(input_.spatial(static_cast<int>(axis)));
    Reg start = b_.sub(b_.mul(rows_[axis], window_.stride[axis]), k_.size(window_.padBegin[axis]));
    const int64_t dilation = window_.dilation[axis];
    Reg kernel = b_.index(window_.kernel[axis]);
    Reg from = b_.min(b_.max(b_.ceilDiv(b_.sub(b_.index(0), start), dilation), b_.index(0)), kernel);
    Reg to = b_.max(b_.min(b_.ceilDiv(b_.sub(extent, start), dilation), kernel), from);
    return b_.loop(axis + 1 == last_ ? "ky" : "kd", from, to, 1, sums, [&](Reg i, const Values& carried) {
      Reg at = b_.add(start, b_.mul(i, dilation));
      return overRows(axis + 1, b_.add(b_.mul(inputRow, extent), at),
                      b_.add(b_.mul(tap, window_.kernel[axis]), i), carried);
    });
  }

  // Channels and taps of a row, as many together as are exact.
  Values overChannels(Reg inputRow, Reg tap, const Values& sums) {
    const int64_t taps = window_.kernel[last_], piece = std::min(taps, exactTerms),
                  together = exactTerms / piece;
    Reg row = b_.offset(Scalar::F32, group_, Index(b_.mul(inputRow, inputWidth_)));
    Reg weight = b_.offset(Scalar::F32, kernels_, Index(tap, taps));
    // Of one channel and one tap.
    auto product = [&](Reg channel, Reg own, Reg i, const Values& carried) {
      Reg w = k_.splat(b_.load(loop::Type::of(Scalar::F32), own, Index(i)));
      Values next;
      for (int64_t v = 0; v < vectors_; ++v)
        next.push_back(b_.fma(steps(columns(channel, columnOf(v, i))), w, carried[static_cast<size_t>(v)]));
      return next;
    };
    auto products = [&](Reg from, Reg to, Reg firstTap, Reg endTap, const Values& start) {
      return b_.loop("c", from, to, 1, start, [&](Reg c, Values sums) {
        Reg channel = b_.offset(Scalar::F32, row, Index(b_.mul(c, plane_)));
        Reg own = b_.offset(Scalar::F32, weight, Index(c, taps_));
        constexpr int64_t few = 16; // written out, so that it is known which columns are inside
        if (taps > few)
          return b_.loop("kx", firstTap, endTap, 1, sums,
                         [&](Reg i, const Values& carried) { return product(channel, own, i, carried); });
        for (int64_t i = 0; i < taps; ++i) sums = product(channel, own, b_.index(i), sums);
        return sums;
      });
    };
    if (channels_ * taps_ <= exactTerms)
      return products(b_.index(0), b_.index(channels_), b_.index(0), b_.index(taps), sums);
    return b_.loop("cs", b_.index(0), b_.index(channels_), together, sums, [&](Reg c, const Values& outer) {
      return b_.loop("ks", b_.index(0), b_.index(taps), piece, outer, [&](Reg i, const Values& carried) {
        const Values none(carried.size(), k_.constant(0));
        const Values exact = products(c, b_.min(b_.add(c, together), b_.index(channels_)), i,
                                      b_.min(b_.add(i, piece), b_.index(taps)), none);
        Values next;
        for (size_t v = 0; v < carried.size(); ++v) next.push_back(add(carried[v], exact[v]));
        return next;
      });
    });
  }

  // The columns from one on, a stride apart; those outside are the zero point.
  Reg columns(Reg row, Reg first) {
    const int64_t stride = window_.stride[last_], lanes = k_.lanes;
    if (stride == 1) return neighbours(row, first);
    if (stride == 2) {
      std::vector<int64_t> even;
      for (int64_t lane = 0; lane < lanes; ++lane) even.push_back(2 * lane);
      return b_.shuffle(neighbours(row, first), neighbours(row, b_.add(first, lanes)), even);
    }
    auto wide = [&](Reg n) { return b_.splat(whole_, b_.cast(loop::Type::of(Scalar::I32), n)); };
    Reg at = b_.add(b_.mul(b_.iota(whole_), b_.number(static_cast<double>(stride), whole_)), wide(first));
    if (!edge_) return b_.gather(k_.vector, row, at);
    Reg valid;
    at = mapBorder(b_, BorderMode::Constant, at, wide(inputWidth_), valid);
    return b_.select(valid, b_.gather(k_.vector, row, at), k_.constant(zeroPoint_));
  }

  Reg neighbours(Reg row, Reg first) {
    const auto at = loop::constantOf(first), width = loop::constantOf(inputWidth_);
    const bool inside = at && width && *at >= 0 && *at + k_.lanes <= *width;
    Reg mask = edge_ && !inside ? k_.insideMask(inputWidth_, first) : nullptr;
    return mask ? b_.load(k_.vector, row, Index(first), mask, k_.constant(zeroPoint_))
                : b_.load(k_.vector, row, Index(first));
  }

  const TensorType& input_;
  Window window_;
  Elementwise tail_;
  size_t last_;                                   // the axis of columns
  int64_t channels_ = 1, taps_ = 1, vectors_ = 1; // the last: of a tile
  bool edge_ = false;                             // columns may lie outside the input
  Reg in_ = nullptr, plane_ = nullptr, width_ = nullptr, inputWidth_ = nullptr;
  Reg group_ = nullptr, kernels_ = nullptr, x_ = nullptr;
  std::vector<Reg> rows_; // of the result
};

// A unit is a vector of results of one item.
class IntegerDense : Sums {
public:
  explicit IntegerDense(KernelBuilder& k) : Sums(k), tail_(k) {}

  void run() {
    const int64_t inputs = k_.value(node_.operands[0]).type.channels(), units = node_.type.channels();
    Reg in = k_.read(node_.operands[0], Layout::Planar);
    weights = k_.weights(node_.operands[1], {Packing::Filters, 1, inputs});
    declare();
    tail_.declare(1);
    k_.units({Size((units + k_.lanes - 1) / k_.lanes)}, [&](const std::vector<Reg>& parts) {
      Reg x = b_.offset(Scalar::F32, in, Index(parts[0], k_.itemRows(node_.operands[0], Layout::Planar)));
      Reg rows = b_.offset(Scalar::F32, weights, Index(parts[1], inputs * k_.lanes));
      Reg first = b_.mul(parts[1], k_.lanes);
      Reg mask = b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(b_.index(units), first));
      auto sums =
          b_.loop("cs", b_.index(0), b_.index(inputs), exactTerms, {zero()}, [&](Reg c, const auto& outer) {
            Reg end = b_.min(b_.add(c, exactTerms), b_.index(inputs));
            auto exact = b_.loop("c", c, end, 1, {k_.constant(0)}, [&](Reg i, const auto& carried) {
              Reg number = steps(k_.splat(b_.load(loop::Type::of(Scalar::F32), x, Index(i))));
              Reg row = b_.load(k_.vector, rows, Index(i, k_.lanes));
              return Builder::Values{b_.fma(number, row, carried[0])};
            });
            return Builder::Values{add(outer[0], exact[0])};
          });
      auto numbers = [&](Reg pointer) { return k_.load(pointer, Index(first), mask); };
      Reg result = finish(sums[0], numbers(multiplier), bias ? numbers(bias) : nullptr);
      Site site{parts[0], first, {}, mask, false};
      site.alongChannels = true;
      tail_.store(tail_.evaluate(1, result, site), site);
    });
    k_.finish();
  }

private:
  Elementwise tail_;
};

} // namespace

void integerWindow(KernelBuilder& k) { IntegerWindow(k).run(); }
void integerDense(KernelBuilder& k) { IntegerDense(k).run(); }

} // namespace convoy::schedule
