// Axes in another order. Planar.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

// Results are made in rows along their last axis. Where that is the operand's last axis too, a row is a row
// of the operand. Elsewhere squares are transposed in registers: rows along the axis of the result that is
// the operand's last one, `across`, become rows along the result's last.
class Permuting {
public:
  explicit Permuting(KernelBuilder& k)
      : k_(k), b_(k.b), work_(k), node_(k.value(k.kernel.anchor())), id_(node_.operands[0]),
        input_(k.value(id_).type), order_(node_.attributes.get<std::vector<int64_t>>("order")),
        last_(order_.size() - 1) {
    across_ = static_cast<size_t>(std::find(order_.begin(), order_.end(), static_cast<int64_t>(last_)) -
                                  order_.begin());
  }

  void run() {
    in_ = k_.read(id_, Layout::Planar);
    work_.declare(1);
    columns_ = k_.size(node_.type.dims[last_]);
    findSteps();
    if (across_ == last_)
      k_.eachRow({node_.type.dims[0]}, node_.type, 1, [&](const std::vector<Reg>& parts) { row(parts); });
    else
      tiles();
    k_.finish();
  }

private:
  // From one index of each axis of the result to the next, in the operand.
  void findSteps() {
    std::vector<Reg> steps(last_ + 1); // of the operand's axes
    Reg step = b_.index(1);
    for (size_t axis = last_ + 1; axis-- > 1;) {
      steps[axis] = step;
      step = axis == last_ ? k_.pitchSize(id_, Layout::Planar) : b_.mul(step, k_.size(input_.dims[axis]));
    }
    steps[0] = k_.planeSize(id_, Layout::Planar);
    for (int64_t axis : order_) steps_.push_back(steps[static_cast<size_t>(axis)]);
  }

  // The operand's element for index 0 of the last axis; `at`: item, then the indices of the result's other
  // axes.
  Reg address(const std::vector<Reg>& at) {
    Reg from = b_.mul(b_.mul(at[0], k_.itemRows(id_, Layout::Planar)), k_.planeSize(id_, Layout::Planar));
    for (size_t axis = 0; axis < last_; ++axis) from = b_.add(from, b_.mul(at[axis + 1], steps_[axis]));
    return b_.offset(Scalar::F32, in_, Index(from));
  }

  void put(const std::vector<Reg>& at, Reg x, Reg mask, Reg v) {
    Site site{at[0], at[1], {at.begin() + 2, at.end()}, mask, false};
    site.spatial.push_back(x);
    work_.store(work_.evaluate(1, v, site), site);
  }

  void row(const std::vector<Reg>& at) {
    Reg from = address(at);
    alongVectors(k_, b_.index(0), columns_,
                 [&](Reg x, Reg mask) { put(at, x, mask, k_.load(from, Index(x), mask)); });
  }

  // Units: a vector's length along `across`, of each index of the axes beside it.
  void tiles() {
    const Size length = node_.type.dims[across_], tiles = Size::ceilDiv(length, k_.lanes);
    if (k_.inGroup() && across_ > 0) { // along the rows of the call
      k_.strips({node_.type.dims[0]}, {length}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
        b_.loop("y", y0, y1, k_.lanes, {}, [&](Reg y, const Builder::Values&) {
          std::vector<Reg> at = parts;
          at.push_back(y);
          strip(at, y1);
          return Builder::Values{};
        });
      });
      return;
    }
    auto unit = [&](const std::vector<Reg>& parts) {
      std::vector<Reg> at = parts;
      at[across_ + 1] = b_.mul(at[across_ + 1], k_.lanes);
      strip(at, k_.size(length));
    };
    if (across_ == 0) return k_.eachRow({tiles}, node_.type, 1, unit);
    std::vector<Size> counts(node_.type.dims.begin(), node_.type.dims.end() - 1);
    counts[across_] = tiles;
    k_.units(counts, unit);
  }

  // Squares along the last axis; `at` is where the first one begins, `end` is behind the last index across.
  void strip(const std::vector<Reg>& at, Reg end) {
    Reg from = address(at), left = b_.sub(end, at[across_ + 1]),
        all = b_.mul(b_.floorDiv(columns_, k_.lanes), k_.lanes),
        whole = b_.select(b_.compare(Op::Lt, left, b_.index(k_.lanes)), b_.index(0), all);
    for (bool full : {true, false})
      b_.loop("x", full ? b_.index(0) : whole, full ? whole : columns_, k_.lanes, {},
              [&](Reg x, const Builder::Values&) {
                square(at, from, x, full ? nullptr : b_.sub(columns_, x), full ? nullptr : left);
                return Builder::Values{};
              });
  }

  // `columns` along the last axis and `rows` across it exist; null: as many as a vector has lanes. What does
  // not exist is not touched, and stands at an index that does.
  void square(const std::vector<Reg>& at, Reg from, Reg x, Reg columns, Reg rows) {
    auto mask = [&](int64_t line, Reg lines, Reg length) -> Reg {
      if (!lines) return nullptr;
      Reg exists = b_.compare(Op::Lt, b_.index(line), lines);
      return b_.mask(static_cast<uint32_t>(k_.lanes), b_.select(exists, length, b_.index(0)));
    };
    auto inside = [&](int64_t line, Reg lines) {
      return lines ? b_.min(b_.index(line), b_.sub(lines, b_.index(1))) : b_.index(line);
    };
    std::vector<Reg> square;
    for (int64_t i = 0; i < k_.lanes; ++i) {
      Reg column = b_.add(x, inside(i, columns));
      square.push_back(k_.load(from, Index(b_.mul(column, steps_[last_])), mask(i, columns, rows)));
    }
    square = transpose(b_, square, k_.lanes);
    for (int64_t i = 0; i < k_.lanes; ++i) {
      std::vector<Reg> place = at;
      place[across_ + 1] = b_.add(at[across_ + 1], inside(i, rows));
      put(place, x, mask(i, rows, columns), square[static_cast<size_t>(i)]);
    }
  }

  KernelBuilder& k_;
  Builder& b_;
  Elementwise work_;
  const graph::Value& node_;
  const ValueId id_;
  const TensorType& input_;
  const std::vector<int64_t> order_; // the operand's axis of each of the result
  const size_t last_;                // axis
  size_t across_;                    // of the result: the operand's last one
  Reg in_ = nullptr, columns_ = nullptr;
  std::vector<Reg> steps_;
};

} // namespace

void permute(KernelBuilder& k) { Permuting(k).run(); }

} // namespace convoy::schedule
