// instance_norm: each channel less its mean, over the root of its variance. A unit is a channel, lanes being
// positions, or a block of channels, which are the lanes.
//
// The first pass goes over the channel in pieces that stay in the first cache: each is read once from further
// away, for its sum and then for the squares of what differs from its mean; pieces are joined by
//   m' = m + d * b / (a + b),  s' = s + t + d^2 * a * b / (a + b),  d = n - m
// for `a` numbers with the mean m and the squares s, and b more with n and t (Chan, Golub, LeVeque: Updating
// formulae and a pairwise algorithm for computing sample variances). So the squares are of small numbers,
// whatever the mean is. The second pass computes the results.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

// Numbers of a piece.
constexpr int64_t piece = 4096;

class Standardize {
public:
  explicit Standardize(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), input_(node_.operands[0]), type_(node_.type),
        blocked_(k.kernel.layout == Layout::Blocked), flat_(canFlatten(k.graph, k.kernel, 1)), tail_(k) {}

  void run() {
    in_ = k_.read(input_, k_.kernel.layout);
    if (node_.operands.size() > 1)
      weight_ = k_.weights(node_.operands[1], {}), bias_ = k_.weights(node_.operands[2], {});
    tail_.declare(1);
    plane_ = k_.product(type_, 1);
    pitch_ = blocked_ ? k_.lanes : 1;
    k_.units({Size(blocked_ ? k_.blocks(type_.channels()) : type_.channels())},
             [&](const std::vector<Reg>& parts) {
               Reg row = b_.add(b_.mul(parts[0], k_.itemRows(input_, k_.kernel.layout)), parts[1]);
               base_ = b_.offset(Scalar::F32, in_, Index(b_.mul(row, plane_), pitch_));
               const Builder::Values moments = measure();
               Reg mean = moments[0],
                   variance = b_.binary(Op::Div, moments[1], k_.splat(k_.scalarF32(plane_)));
               Reg root = b_.unary(Op::Sqrt, b_.binary(Op::Add, variance,
                                                       k_.constant(node_.attributes.get<double>("epsilon"))));
               Reg scale = b_.binary(Op::Div, weight_ ? ofChannel(weight_, parts[1]) : k_.constant(1), root);
               Reg shift = bias_ ? ofChannel(bias_, parts[1]) : nullptr;
               eachSite(parts, [&](Reg number, const Site& site) {
                 Reg v = b_.binary(Op::Sub, load(number, site.mask, k_.constant(0)), mean);
                 v = shift ? b_.fma(v, scale, shift) : b_.binary(Op::Mul, v, scale);
                 tail_.store(tail_.evaluate(1, v, site), site);
               });
             });
    k_.finish();
  }

private:
  // Of position `number`, or of it and those behind it.
  Reg load(Reg number, Reg mask, Reg otherwise) {
    const Index at(number, pitch_);
    return mask ? b_.load(k_.vector, base_, at, mask, otherwise) : b_.load(k_.vector, base_, at);
  }

  // A parameter of the channel in every lane, or those of the channels of a block.
  Reg ofChannel(Reg pointer, Reg channel) {
    if (!blocked_) return k_.splat(b_.load(loop::Type::of(Scalar::F32), pointer, channel));
    Reg left = b_.sub(b_.index(type_.channels()), b_.mul(channel, k_.lanes));
    return b_.load(k_.vector, pointer, Index(channel, k_.lanes),
                   b_.mask(static_cast<uint32_t>(k_.lanes), left), k_.constant(0));
  }

  // The sum of term(vector) over the positions from..to, in every lane that it is for. `neutral`: a number
  // whose term is 0.
  Reg sum(Reg from, Reg to, Reg neutral, const std::function<Reg(Reg v, Reg sum)>& term) {
    const int64_t step = blocked_ ? 1 : k_.lanes;
    Reg whole = b_.add(from, b_.mul(b_.floorDiv(b_.sub(to, from), 4 * step), 4 * step));
    Builder::Values sums = b_.loop("x", from, whole, 4 * step, Builder::Values(4, k_.constant(0)),
                                   [&](Reg x, const Builder::Values& carried) {
                                     Builder::Values next;
                                     for (int64_t i = 0; i < 4; ++i)
                                       next.push_back(term(load(b_.add(x, i * step), nullptr, nullptr),
                                                           carried[static_cast<size_t>(i)]));
                                     return next;
                                   });
    Reg all = b_.add(b_.add(sums[0], sums[1]), b_.add(sums[2], sums[3]));
    all = b_.loop("x", whole, to, step, {all}, [&](Reg x, const Builder::Values& carried) {
      Reg mask = blocked_ ? nullptr : b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(to, x));
      return Builder::Values{term(load(x, mask, neutral), carried[0])};
    })[0];
    return blocked_ ? all : k_.splat(b_.reduce(Op::ReduceAdd, all));
  }

  // The mean, and the sum of squared deviations from it.
  Builder::Values measure() {
    const int64_t positions = piece / pitch_;
    Reg zero = k_.constant(0);
    return b_.loop(
        "piece", b_.index(0), plane_, positions, {zero, zero}, [&](Reg from, const Builder::Values& before) {
          Reg to = b_.min(b_.add(from, positions), plane_);
          Reg more = k_.splat(k_.scalarF32(b_.sub(to, from))), earlier = k_.splat(k_.scalarF32(from)),
              together = k_.splat(k_.scalarF32(to));
          Reg mean = b_.binary(
              Op::Div, sum(from, to, zero, [&](Reg v, Reg s) { return b_.binary(Op::Add, s, v); }), more);
          Reg squares = sum(from, to, mean, [&](Reg v, Reg s) {
            Reg d = b_.binary(Op::Sub, v, mean);
            return b_.fma(d, d, s);
          });
          Reg d = b_.binary(Op::Sub, mean, before[0]), share = b_.binary(Op::Div, more, together);
          Reg between = b_.binary(Op::Mul, b_.binary(Op::Mul, d, d), b_.binary(Op::Mul, earlier, share));
          return Builder::Values{b_.fma(d, share, before[0]), b_.add(b_.add(before[1], squares), between)};
        });
  }

  // Calls body(number of the position, its site) for each vector of the unit.
  void eachSite(const std::vector<Reg>& parts,
                const std::function<void(Reg number, const Site& site)>& body) {
    const int outer = type_.spatialRank() - 1;
    Reg width = flat_ ? plane_ : k_.size(type_.dims.back()),
        rows = flat_ ? b_.index(1) : b_.binary(Op::Div, plane_, width);
    b_.loop("row", b_.index(0), rows, 1, {}, [&](Reg row, const Builder::Values&) {
      Site site{parts[0], parts[1], {}, nullptr, flat_};
      Reg first = b_.mul(row, width);
      if (!flat_) {
        site.spatial.resize(static_cast<size_t>(outer));
        for (int axis = outer; axis-- > 0;) {
          Reg extent = k_.size(type_.spatial(axis));
          site.spatial[static_cast<size_t>(axis)] = axis ? b_.binary(Op::Mod, row, extent) : row;
          row = b_.binary(Op::Div, row, extent);
        }
      }
      site.spatial.push_back(nullptr);
      auto at = [&](Reg x, Reg mask) {
        site.spatial.back() = x, site.mask = mask;
        body(b_.add(first, x), site);
      };
      alongColumns(k_, b_.index(0), width, blocked_, at);
      return Builder::Values{};
    });
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  ValueId input_;
  const TensorType& type_;
  bool blocked_, flat_;
  Elementwise tail_;
  int64_t pitch_ = 1;
  Reg in_ = nullptr, weight_ = nullptr, bias_ = nullptr, plane_ = nullptr, base_ = nullptr;
};

} // namespace

void standardize(KernelBuilder& k) { Standardize(k).run(); }

} // namespace convoy::schedule
