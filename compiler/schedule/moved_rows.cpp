// Padding and cropping: rows of the operand at other places of the result, with what the border holds beside
// them. From bytes to bytes, bytes are moved.
#include "schedule/window.h"
#include <algorithm>
#include <cmath>

namespace convoy::schedule {

namespace {

// A number as results are rounded to bytes.
double byteOf(double number) {
  const float shade = std::min(std::max(0.0f, static_cast<float>(number)), 1.0f);
  return std::nearbyintf(shade * 255.0f);
}

class MovedRows {
public:
  explicit MovedRows(KernelBuilder& k)
      : k_(k), b_(k.b), work_(k), node_(k.value(k.kernel.anchor())), input_(k.value(node_.operands[0]).type),
        pads_(node_.op == OpKind::Pad), pitch_(k.kernel.layout == Layout::Blocked ? k.lanes : 1),
        perPixel_(k.columnsPerPixel()), element_(k.worksInBytes() ? Scalar::U8 : Scalar::F32) {
    if (pads_) border_ = node_.attributes.get<Border>("border");
  }

  void run() {
    in_ = k_.read(node_.operands[0], k_.kernel.layout);
    work_.declare(1);
    const int last = input_.spatialRank() - 1;
    for (int axis = 0; axis <= last; ++axis) {
      extents_.push_back(k_.size(input_.spatial(axis)));
      starts_.push_back(k_.size(begin(axis)));
    }
    if (pads_ && border_.mode != BorderMode::Constant) tabulateEdges();
    extents_.back() = b_.mul(extents_.back(), perPixel_);
    starts_.back() = b_.mul(starts_.back(), perPixel_);
    const int64_t planes = pitch_ > 1 ? k_.blocks(node_.type.channels()) : node_.type.channels() / perPixel_;
    k_.eachRow({Size(planes)}, node_.type, 1, [&](const std::vector<Reg>& parts) { unit(parts); });
    k_.finish();
  }

private:
  // The first position of the operand in the result, or of the result in the operand.
  Size begin(int axis) const {
    return node_.attributes.get<std::vector<Size>>(pads_ ? "pad_begin" : "begin")[static_cast<size_t>(axis)];
  }
  int64_t edge(const char* side) const {
    return pads_ ? node_.attributes.get<std::vector<Size>>(side).back().known() * perPixel_ : 0;
  }
  int64_t rounded(int64_t n) const { return (n + k_.lanes - 1) / k_.lanes * k_.lanes; }

  // Which columns stand for those before the first and behind the last one, for all rows.
  void tabulateEdges() {
    const int64_t left = edge("pad_begin"), right = edge("pad_end");
    if (left + right == 0) return;
    columns_ = b_.stack((rounded(left) + rounded(right)) * 4);
    auto fill = [&](int64_t at, int64_t count, Reg first) {
      b_.loop("i", b_.index(0), b_.index(rounded(count)), 1, {}, [&](Reg i, const Builder::Values&) {
        // The border finds pixels.
        Reg valid, column = b_.add(i, first);
        Reg from = mapBorder(b_, border_.mode, b_.floorDiv(column, perPixel_), extents_.back(), valid);
        if (perPixel_ > 1)
          from = b_.add(b_.mul(from, perPixel_), b_.binary(Op::Mod, column, b_.index(perPixel_)));
        b_.store(b_.cast(loop::Type::of(Scalar::I32), from), columns_, Index(i) + Index(at));
        return Builder::Values{};
      });
    };
    if (left) fill(0, left, b_.index(-left));
    if (right) fill(rounded(left), right, b_.mul(extents_.back(), perPixel_));
  }

  void unit(const std::vector<Reg>& parts) {
    Reg row = b_.index(0), inside = nullptr;
    const size_t outer = extents_.size() - 1;
    for (size_t axis = 0; axis < outer; ++axis) {
      Reg at = parts[axis + 2], valid = nullptr;
      at = pads_ ? mapBorder(b_, border_.mode, b_.sub(at, starts_[axis]), extents_[axis], valid)
                 : b_.add(at, starts_[axis]);
      row = b_.add(b_.mul(row, extents_[axis]), at);
      if (valid) inside = inside ? b_.binary(Op::And, inside, valid) : valid;
    }
    const ValueId id = node_.operands[0];
    Reg channel = b_.add(b_.mul(parts[0], k_.itemRows(id, k_.kernel.layout)), parts[1]);
    Reg plane = k_.planeSize(id, k_.kernel.layout);
    Reg columns = k_.isInterleaved(id) ? extents_.back() : k_.pitchSize(id, k_.kernel.layout);
    Reg from = b_.offset(element_, in_, Index(b_.add(b_.mul(channel, plane), b_.mul(row, columns)), pitch_));
    Reg width = b_.mul(k_.size(node_.type.dims.back()), perPixel_);
    const double beside = element_ == Scalar::U8 ? byteOf(border_.value) : border_.value;
    auto constant = [&](Reg, Reg) { return k_.constant(beside); };
    auto wholeRow = [&] {
      if (!pads_) {
        segment(parts, b_.index(0), width,
                [&](Reg x, Reg mask) { return load(from, starts_.back(), x, mask); });
        return Builder::Values{};
      }
      const int64_t left = edge("pad_begin");
      Reg end = b_.add(extents_.back(), left);
      auto edges = [&](int64_t table, Reg first) {
        return [=](Reg x, Reg) { return columns_ ? column(from, Index(x) + Index(table), first) : nullptr; };
      };
      if (left)
        segment(parts, b_.index(0), b_.index(left), columns_ ? Fetch(edges(0, b_.index(0))) : constant);
      segment(parts, b_.index(left), end,
              [&](Reg x, Reg mask) { return load(from, b_.index(-left), x, mask); });
      if (edge("pad_end")) segment(parts, end, width, columns_ ? Fetch(edges(rounded(left), end)) : constant);
      return Builder::Values{};
    };
    if (!inside) {
      wholeRow();
      return;
    }
    b_.branch(inside, wholeRow, [&] {
      segment(parts, b_.index(0), width, constant);
      return Builder::Values{};
    });
  }

  using Fetch = std::function<Reg(Reg x, Reg mask)>;

  Reg load(Reg from, Reg shift, Reg x, Reg mask) {
    Index at = (Index(x) + Index(shift)) * pitch_;
    return k_.load(from, at, mask);
  }

  // The columns that the table names from `at` - `first` on, or the one there.
  Reg column(Reg from, const Index& at, Reg first) {
    Index entry = at + Index(first, -1);
    if (pitch_ == 1) {
      loop::Type lanes = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k_.lanes));
      return b_.gather(k_.vector, from, b_.load(lanes, columns_, entry));
    }
    Reg x = b_.cast(loop::Type::index(), b_.load(loop::Type::of(Scalar::I32), columns_, entry));
    return b_.load(k_.vector, from, Index(x, pitch_));
  }

  // Results from..to of a row.
  void segment(const std::vector<Reg>& parts, Reg from, Reg to, const Fetch& fetch) {
    auto at = [&](Reg x, Reg mask) {
      Site site{parts[0], parts[1], {parts.begin() + 2, parts.end()}, mask, false};
      site.spatial.push_back(x);
      work_.store(work_.evaluate(1, fetch(x, mask), site), site);
    };
    alongColumns(k_, from, to, pitch_ > 1, at);
  }

  KernelBuilder& k_;
  Builder& b_;
  Elementwise work_;
  const graph::Value& node_;
  const TensorType& input_;
  const bool pads_;
  const int64_t pitch_;    // numbers of a column
  const int64_t perPixel_; // columns of a pixel
  const Scalar element_;
  Border border_;
  Reg in_ = nullptr, columns_ = nullptr;
  std::vector<Reg> extents_, starts_; // per axis of the operand
};

} // namespace

void movedRows(KernelBuilder& k) {
  if (k.onBytes) k.workInBytes();
  MovedRows(k).run();
}

} // namespace convoy::schedule
