// Reductions: one number from all elements along some axes, which are neighbours: sums, means, the smallest
// and the largest, and where the largest is.
//
// In planes a tensor is [outer][n][inner], and the axes that go are n. With an inner extent lanes are
// results; without one they are terms, and a vector is reduced at the end. In blocks lanes are channels:
// where those stay, each block is a row of vectors; where they go, squares of positions and channels are
// transposed. No reduction is split, and its order follows from the shape, so that results do not depend on
// the number of threads.
#include "schedule/kernels.h"
#include <algorithm>
#include <limits>

namespace convoy::schedule {

namespace {

// Results along the inner extent per work unit, and vectors of them side by side.
constexpr int64_t chunk = 1024, together = 4;

struct Kind {
  Op join;
  double neutral;
  bool divides = false; // by the number of terms
  bool finds = false;   // the place of the term, not its value
};

Kind kindOf(OpKind op) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (op == OpKind::ArgMax) return {Op::Maximum, -infinity, false, true};
  if (op == OpKind::ReduceMax || op == OpKind::GlobalMaxPool) return {Op::Maximum, -infinity};
  if (op == OpKind::ReduceMin) return {Op::Minimum, infinity};
  return {Op::Add, 0, op == OpKind::ReduceMean || op == OpKind::GlobalAvgPool};
}

// What was seen so far in each lane: the sum or the extreme, and where the extreme was, the first of equal
// ones.
struct State {
  Reg value, place;
};

class Reduction {
public:
  explicit Reduction(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), input_(node_.operands[0]),
        type_(k.value(input_).type), kind_(kindOf(node_.op)), layout_(layoutFor(k.layoutOf(input_), type_)),
        neutral_(k.constant(kind_.neutral)) {
    const AccessMap map = opInfo(node_.op).access({type_}, node_.attributes, node_.type)[0];
    ofChannels_ = map[0].kind == AxisAccess::All;
    bool before = true;
    for (size_t axis = 0; axis < map.size(); ++axis) {
      const bool goes = map[axis].kind == AxisAccess::All;
      before &= !goes;
      Size& part = goes ? n_ : before ? outer_ : inner_;
      part = part * type_.dims[axis];
    }
  }

  void run() {
    in_ = k_.read(input_, layout_), out_ = k_.write(k_.kernel.result(), Layout::Planar);
    plane_ = k_.product(type_, 1);
    count_ = k_.size(n_), divisor_ = k_.scalarF32(count_);
    if (kind_.finds) {
      const loop::Type integers = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k_.lanes));
      iota_ = b_.cast(k_.vector, b_.iota(integers));
    }
    if (layout_ == Layout::Blocked)
      !ofChannels_ ? blocks() : inner_ == Size(1) ? allBlocks() : acrossBlocks();
    else
      inner_ == Size(1) ? rows() : columns();
    k_.finish();
  }

private:
  // ---- one term and another ----

  // The number of the term in the first lane, in every lane; null where nobody asks.
  Reg place(Reg number) { return kind_.finds ? k_.splat(k_.scalarF32(number)) : nullptr; }
  Reg places(Reg number) { return kind_.finds ? b_.add(place(number), iota_) : nullptr; }

  State start() { return {neutral_, kind_.finds ? k_.constant(0) : nullptr}; }

  // A later term. NaN is larger than anything.
  State accept(const State& s, Reg v, Reg place) {
    if (!kind_.finds) return {b_.binary(kind_.join, s.value, v), nullptr};
    Reg keeps = b_.binary(Op::Or, b_.compare(Op::Le, v, s.value), b_.compare(Op::Ne, s.value, s.value));
    return {b_.select(keeps, s.value, v), b_.select(keeps, s.place, place)};
  }

  // Of terms in any order.
  State join(const State& s, const State& t) {
    if (!kind_.finds) return {b_.binary(kind_.join, s.value, t.value), nullptr};
    auto both = [&](Reg x, Reg y) { return b_.binary(Op::And, x, y); };
    auto either = [&](Reg x, Reg y) { return b_.binary(Op::Or, x, y); };
    Reg sNan = b_.compare(Op::Ne, s.value, s.value), tNan = b_.compare(Op::Ne, t.value, t.value),
        larger =
            either(b_.compare(Op::Lt, s.value, t.value), both(tNan, b_.compare(Op::Eq, s.value, s.value))),
        equal = either(b_.compare(Op::Eq, s.value, t.value), both(sNan, tNan)),
        takes = either(larger, both(equal, b_.compare(Op::Lt, t.place, s.place)));
    return {b_.select(takes, t.value, s.value), b_.select(takes, t.place, s.place)};
  }

  State joinAll(std::vector<State> states) {
    for (; states.size() > 1; states.resize(states.size() / 2))
      for (size_t i = 0; i < states.size() / 2; ++i)
        states[i] = join(states[i], states[i + states.size() / 2]);
    return states[0];
  }

  // Of all lanes, as a scalar.
  Reg across(const State& s) {
    auto negative = [&](Reg x) { return b_.unary(Op::Neg, x); };
    if (kind_.join == Op::Add) return b_.reduce(Op::ReduceAdd, s.value);
    if (kind_.join == Op::Minimum) return negative(b_.reduce(Op::ReduceMax, negative(s.value)));
    Reg top = b_.reduce(Op::ReduceMax, s.value);
    if (!kind_.finds) return top;
    Reg isTop =
        b_.binary(Op::Or, b_.compare(Op::Eq, s.value, k_.splat(top)), b_.compare(Op::Ne, s.value, s.value));
    return negative(b_.reduce(Op::ReduceMax, b_.select(isTop, negative(s.place), neutral_)));
  }

  Reg finished(const State& s) {
    if (kind_.finds) return s.place;
    return kind_.divides ? b_.binary(Op::Div, s.value, k_.splat(divisor_)) : s.value;
  }

  // ---- loops ----

  // Goes from..to with some states, which body(number, states) replaces.
  std::vector<State> loop(Reg from, Reg to, int64_t step, std::vector<State> states,
                          const std::function<void(Reg number, std::vector<State>& states)>& body) {
    auto values = [&](const std::vector<State>& all) {
      Builder::Values flat;
      for (const State& s : all) {
        flat.push_back(s.value);
        if (kind_.finds) flat.push_back(s.place);
      }
      return flat;
    };
    auto read = [&](const Builder::Values& flat) {
      for (size_t i = 0; i < states.size(); ++i)
        states[i] = kind_.finds ? State{flat[2 * i], flat[2 * i + 1]} : State{flat[i], nullptr};
    };
    read(b_.loop("term", from, to, step, values(states), [&](Reg number, const Builder::Values& carried) {
      read(carried);
      body(number, states);
      return values(states);
    }));
    return states;
  }

  Reg load(Reg base, const Index& at, Reg mask = nullptr) {
    return mask ? b_.load(k_.vector, base, at, mask, neutral_) : b_.load(k_.vector, base, at);
  }

  // Neighbouring numbers, first..first+count-1 of the terms: lanes are terms. Four states hide the latency.
  State along(Reg base, Reg count) {
    const int64_t lanes = k_.lanes;
    Reg whole = b_.mul(b_.floorDiv(count, 4 * lanes), 4 * lanes);
    auto states = loop(b_.index(0), whole, 4 * lanes, std::vector<State>(4, start()), [&](Reg x, auto& all) {
      for (int64_t i = 0; i < 4; ++i) {
        State& s = all[static_cast<size_t>(i)];
        s = accept(s, load(base, Index(x) + Index(i * lanes)), places(b_.add(x, i * lanes)));
      }
    });
    return loop(whole, count, lanes, {joinAll(states)}, [&](Reg x, auto& s) {
      Reg mask = b_.mask(static_cast<uint32_t>(lanes), b_.sub(count, x));
      s[0] = kind_.finds ? join(s[0], {load(base, x, mask), places(x)})
                         : accept(s[0], load(base, x, mask), nullptr);
    })[0];
  }

  // `count` vectors, `pitch` numbers apart: each lane has its terms.
  State down(Reg base, Reg count, Reg pitch, Reg mask) {
    Reg whole = b_.mul(b_.floorDiv(count, 4), 4);
    auto states = loop(b_.index(0), whole, 4, std::vector<State>(4, start()), [&](Reg n, auto& all) {
      for (int64_t i = 0; i < 4; ++i) {
        State& s = all[static_cast<size_t>(i)];
        Reg number = b_.add(n, i);
        s = accept(s, load(base, Index(b_.mul(number, pitch)), mask), place(number));
      }
    });
    return loop(whole, count, 1, {joinAll(states)}, [&](Reg n, auto& s) {
      s[0] = accept(s[0], load(base, Index(b_.mul(n, pitch)), mask), place(n));
    })[0];
  }

  // ---- in planes ----

  Reg itemOf(Reg item) { return b_.mul(b_.mul(item, k_.itemRows(input_, layout_)), plane_); }

  // Where the results of an item begin.
  Reg resultOf(Reg item) {
    return b_.mul(b_.mul(item, k_.itemRows(k_.kernel.result(), Layout::Planar)), k_.product(node_.type, 1));
  }

  void rows() {
    k_.units({outer_}, [&](const std::vector<Reg>& parts) {
      Reg base = b_.offset(Scalar::F32, in_, Index(b_.add(itemOf(parts[0]), b_.mul(parts[1], count_))));
      storeOne(across(along(base, count_)), Index(resultOf(parts[0])) + Index(parts[1]));
    });
  }

  void storeOne(Reg result, const Index& at) {
    b_.store(kind_.divides ? b_.binary(Op::Div, result, divisor_) : result, out_, at);
  }

  void columns() {
    Reg inner = k_.size(inner_);
    const int64_t lanes = k_.lanes, wide = together * lanes;
    k_.units({outer_, Size::ceilDiv(inner_, chunk)}, [&](const std::vector<Reg>& parts) {
      Reg from = b_.mul(parts[2], chunk), to = b_.min(b_.add(from, chunk), inner),
          whole = b_.add(from, b_.mul(b_.floorDiv(b_.sub(to, from), wide), wide));
      Reg base = b_.offset(Scalar::F32, in_,
                           Index(b_.add(itemOf(parts[0]), b_.mul(b_.mul(parts[1], count_), inner))));
      Reg out = b_.offset(Scalar::F32, out_, Index(b_.add(resultOf(parts[0]), b_.mul(parts[1], inner))));
      b_.loop("x", from, whole, wide, {}, [&](Reg x, const Builder::Values&) {
        auto states =
            loop(b_.index(0), count_, 1, std::vector<State>(together, start()), [&](Reg n, auto& all) {
              for (int64_t i = 0; i < together; ++i) {
                State& s = all[static_cast<size_t>(i)];
                s = accept(s, load(base, Index(b_.mul(n, inner)) + Index(x) + Index(i * lanes)), place(n));
              }
            });
        for (int64_t i = 0; i < together; ++i)
          b_.store(finished(states[static_cast<size_t>(i)]), out, Index(x) + Index(i * lanes));
        return Builder::Values{};
      });
      b_.loop("x", whole, to, lanes, {}, [&](Reg x, const Builder::Values&) {
        Reg mask = b_.mask(static_cast<uint32_t>(lanes), b_.sub(to, x));
        State s = down(b_.offset(Scalar::F32, base, Index(x)), count_, inner, mask);
        b_.store(finished(s), out, Index(x), mask);
        return Builder::Values{};
      });
    });
  }

  // ---- in blocks ----

  // Lanes of the last block that are channels; null where all are.
  Reg lastChannels() {
    const int64_t rest = type_.channels() % k_.lanes;
    return rest ? b_.mask(static_cast<uint32_t>(k_.lanes), b_.index(rest)) : nullptr;
  }

  // Channels stay: a unit is a block.
  void blocks() {
    k_.units({Size(k_.blocks(type_.channels()))}, [&](const std::vector<Reg>& parts) {
      Reg base =
          b_.offset(Scalar::F32, in_, Index(b_.add(itemOf(parts[0]), b_.mul(parts[1], plane_)), k_.lanes));
      State s = down(base, count_, b_.index(k_.lanes), nullptr);
      Reg left = b_.sub(b_.index(type_.channels()), b_.mul(parts[1], k_.lanes));
      b_.store(finished(s), out_, Index(resultOf(parts[0])) + Index(parts[1], k_.lanes),
               b_.mask(static_cast<uint32_t>(k_.lanes), left));
    });
  }

  // Everything of an item.
  void allBlocks() {
    Reg whole = b_.mul(plane_, type_.channels() / k_.lanes), pitch = b_.index(k_.lanes),
        last = lastChannels();
    k_.units({}, [&](const std::vector<Reg>& parts) {
      Reg base = b_.offset(Scalar::F32, in_, Index(itemOf(parts[0]), k_.lanes));
      State s = down(base, whole, pitch, nullptr);
      if (last) s = join(s, down(b_.offset(Scalar::F32, base, Index(whole, k_.lanes)), plane_, pitch, last));
      storeOne(across(s), Index(resultOf(parts[0])));
    });
  }

  // Channels go, positions stay: a square of positions and lanes at a time.
  void acrossBlocks() {
    const int64_t lanes = k_.lanes;
    k_.units({Size::ceilDiv(inner_, chunk)}, [&](const std::vector<Reg>& parts) {
      Reg from = b_.mul(parts[1], chunk), to = b_.min(b_.add(from, chunk), plane_),
          whole = b_.add(from, b_.mul(b_.floorDiv(b_.sub(to, from), lanes), lanes));
      Reg item = b_.offset(Scalar::F32, in_, Index(itemOf(parts[0]), lanes));
      Reg out = b_.offset(Scalar::F32, out_, Index(resultOf(parts[0])));
      for (bool full : {true, false})
        b_.loop("x", full ? from : whole, full ? whole : to, lanes, {}, [&](Reg x, const Builder::Values&) {
          Reg left = full ? nullptr : b_.sub(to, x);
          State s = square(b_.offset(Scalar::F32, item, Index(x, lanes)), left);
          b_.store(finished(s), out, Index(x), full ? nullptr : b_.mask(static_cast<uint32_t>(lanes), left));
          return Builder::Values{};
        });
    });
  }

  // As many positions as lanes, of which `left` exist (null: all); lanes of the result are positions.
  State square(Reg base, Reg left) {
    const int64_t lanes = k_.lanes, whole = type_.channels() / lanes;
    const int64_t held = std::min<int64_t>(lanes, k_.target.vectorRegisters / (kind_.finds ? 4 : 2));
    std::vector<Reg> values, found;
    for (int64_t first = 0; first < lanes; first += held) {
      std::vector<Reg> exists(static_cast<size_t>(held), nullptr);
      for (int64_t i = 0; left && i < held; ++i)
        exists[static_cast<size_t>(i)] =
            b_.mask(static_cast<uint32_t>(lanes), b_.mul(b_.sub(left, b_.index(first + i)), lanes));
      auto block = [&](Reg number, std::vector<State>& states, Reg channels) {
        Reg at = b_.mul(number, plane_), channel = places(b_.mul(number, lanes));
        for (int64_t i = 0; i < held; ++i) {
          State& s = states[static_cast<size_t>(i)];
          Reg v = load(base, Index(at, lanes) + Index((first + i) * lanes), exists[static_cast<size_t>(i)]);
          s = accept(s, channels ? b_.select(channels, v, neutral_) : v, channel);
        }
      };
      auto states =
          loop(b_.index(0), b_.index(whole), 1, std::vector<State>(static_cast<size_t>(held), start()),
               [&](Reg number, auto& all) { block(number, all, nullptr); });
      if (Reg last = lastChannels()) block(b_.index(whole), states, last);
      for (const State& s : states) {
        values.push_back(s.value);
        if (kind_.finds) found.push_back(s.place);
      }
    }
    values = transpose(b_, values, lanes);
    if (kind_.finds) found = transpose(b_, found, lanes);
    std::vector<State> ofChannels;
    for (size_t i = 0; i < values.size(); ++i)
      ofChannels.push_back({values[i], kind_.finds ? found[i] : nullptr});
    return joinAll(ofChannels);
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  ValueId input_;
  const TensorType& type_;
  Kind kind_;
  Layout layout_;
  Reg neutral_, iota_ = nullptr, in_ = nullptr, out_ = nullptr;
  Reg plane_ = nullptr, count_ = nullptr, divisor_ = nullptr; // positions; terms
  Size outer_ = 1, n_ = 1, inner_ = 1;
  bool ofChannels_ = false;
};

} // namespace

void reduction(KernelBuilder& k) { Reduction(k).run(); }

} // namespace convoy::schedule
