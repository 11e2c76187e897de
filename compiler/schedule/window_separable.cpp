// Convolution whose kernel is a column times a row, over planar tensors: lanes lie along the width.
//
// A work unit is a strip of rows of a chunk of columns, so narrow that the sums along the last rows stay in
// the first cache. They lie in a ring on the stack: the next row of the input is summed up along the width,
// meets the sums of the rows before it, and takes the place of the oldest. Nothing but the input is read from
// memory, and each of its rows once for a strip. Rows and columns outside are found as in planar windows; a row
// outside is summed up like every other.
#include "schedule/separable.h"
#include "schedule/window.h"

namespace convoy::schedule {

namespace {

class SeparableWindow {
public:
  explicit SeparableWindow(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), lanes_(k.lanes),
        factors_(*separate(k.graph, k.value(k.kernel.anchor()))) {}

  void run() {
    in_ = k_.read(w_.input, Layout::Planar);
    if (w_.hasBias) bias_ = k_.weights(w_.bias, {});
    if (w_.border.mode == BorderMode::Constant) borderRow_ = k_.borderRow(w_.input, w_.border.value);
    tail_.declare(1);
    plane_ = k_.product(k_.value(w_.input).type, 1);
    ringRows_ = rows().reach(1);
    chunk_ = std::max<int64_t>(k_.target.machine.level1 * 5 / 8 / (ringRows_ * 4 * lanes_ * unrolled()), 1) *
             unrolled();
    // Rows of the ring are not a power of two apart, so that they do not compete for places in the cache.
    int64_t pitch = chunk_ * lanes_ + 32;
    Reg ring = b_.stack(ringRows_ * pitch * 4);
    for (int64_t i = 0; i < ringRows_; ++i) ring_.push_back(b_.offset(Scalar::F32, ring, Index(i * pitch)));
    streams_ = tail_.streams();
    origin_ = tail_.alignedOrigin(streams_);
    WindowAxis shifted = w_.last();
    shifted.padBegin = b_.sub(shifted.padBegin, origin_);
    shifted.output = b_.sub(shifted.output, origin_);
    tiles_ = interiorTiles(k_, shifted, lanes_, 0);

    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    k_.units({Size::ceilDiv(result.spatial(0), strip), Size::ceilDiv(result.spatial(1) + lanes_ - 1, chunk_ * lanes_),
              Size(w_.filters)},
             [&](const std::vector<Reg>& parts) { unit(parts[0], parts[1], parts[2], parts[3]); });
    k_.finish();
  }

private:
  static constexpr int64_t strip = 64; // rows of a unit; the first ones are summed up in two units
  const WindowAxis& rows() const { return w_.axes[0]; }
  int64_t unrolled() const { return 2 * std::max<int64_t>(1, 16 / lanes_); } // vectors in a turn

  void unit(Reg item, Reg strips, Reg chunks, Reg filter) {
    item_ = item;
    filter_ = filter;
    Reg channel = b_.floorDiv(filter, w_.filters / w_.channels);
    Reg base = b_.mul(b_.add(b_.mul(item, w_.channels), channel), plane_);
    input_ = b_.named(b_.offset(Scalar::F32, in_, Index(base)), "plane");
    if (bias_) start_ = k_.splat(b_.load(loop::Type::of(Scalar::F32), bias_, Index(filter)));
    Reg from = b_.mul(chunks, chunk_);
    part_ = clip(k_, tiles_, from, b_.add(from, chunk_));
    firstColumn_ = column(from);
    Reg y0 = b_.named(b_.mul(strips, strip), "y0");
    Reg y1 = b_.named(b_.min(b_.add(y0, strip), rows().output), "y1");
    auto all = [&](bool stream) {
      stream_ = stream;
      walk(y0, y1);
      return Builder::Values{};
    };
    if (streams_)
      b_.branch(streams_, [&] { return all(true); }, [&] { return all(false); });
    else
      all(false);
  }

  // The input row of one output row and kernel row.
  Reg inputRow(Reg y, int64_t tap) {
    Reg valid;
    Reg at = mapBorder(b_, w_.border.mode, b_.add(b_.sub(y, rows().padBegin), tap), rows().input, valid);
    Reg row = b_.offset(Scalar::F32, input_, Index(b_.mul(at, w_.last().input)));
    return valid ? b_.select(valid, row, borderRow_) : row;
  }

  void walk(Reg y0, Reg y1) {
    for (int64_t i = 0; i + 1 < ringRows_; ++i) {
      Reg row = inputRow(y0, i), sums = ring_[static_cast<size_t>(i)];
      overColumns([&](Reg x, bool edge) { keep(sumOfRow(row, x, edge), sums, x); }, [](Reg) {});
    }
    b_.loop("y", y0, y1, 1, ring_, [&](Reg y, const Builder::Values& ring) {
      Reg row = inputRow(y, ringRows_ - 1), later = inputRow(y, ringRows_ + rowsAhead - 1);
      overColumns(
          [&](Reg x, bool edge) {
            Reg newest = sumOfRow(row, x, edge);
            finish(y, x, sumOfColumn(ring, newest, x), edge);
            keep(newest, ring.back(), x);
          },
          [&](Reg x) { b_.prefetch(Scalar::F32, later, Index(x)); });
      Builder::Values next(ring.begin() + 1, ring.end());
      next.push_back(ring.front());
      return next;
    });
  }
  static constexpr int64_t rowsAhead = 1;

  // body(column, whether some lanes' windows reach outside) for all vectors of the chunk; ahead(column) once
  // for each line of the cache inside.
  void overColumns(const std::function<void(Reg x, bool edge)>& body, const std::function<void(Reg x)>& ahead) {
    auto inside = [&](Reg from, Reg to, int64_t vectors) {
      b_.loop("x", column(from), column(to), vectors * lanes_, {},
              [&](Reg x, const Builder::Values&) {
                for (int64_t at = 0; vectors > 1 && at < vectors * lanes_; at += 16) ahead(b_.add(x, at));
                b_.unroll("v", 0, vectors, {}, [&](Reg v, const Builder::Values&) {
                  body(b_.add(x, b_.mul(v, lanes_)), false);
                  return Builder::Values{};
                });
                return Builder::Values{};
              });
    };
    Reg whole = b_.mul(b_.floorDiv(b_.sub(part_.end, part_.first), unrolled()), unrolled());
    Reg rest = b_.add(part_.first, whole);
    inside(part_.first, rest, unrolled());
    inside(rest, part_.end, 1);
    overEdges(k_, part_, [&](Reg tile) { body(column(tile), true); });
  }

  Reg term(float factor, Reg x, Reg sum) {
    Reg number = k_.constant(static_cast<double>(factor));
    return sum ? b_.fma(x, number, sum) : b_.binary(Op::Mul, x, number);
  }

  Reg sumOfRow(Reg row, Reg x, bool edge) {
    const WindowAxis& axis = w_.last();
    Reg sum = nullptr;
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      Reg at = b_.add(b_.sub(x, axis.padBegin), tap * axis.dilation);
      Reg v = edge ? columnsOutside(k_, w_, row, at) : b_.load(k_.vector, row, Index(at));
      sum = term(factors_.row[static_cast<size_t>(tap)], v, sum);
    }
    return sum;
  }

  Reg sumOfColumn(const Builder::Values& ring, Reg newest, Reg x) {
    Reg sum = start_;
    for (int64_t tap = 0; tap < rows().kernel; ++tap) {
      Reg sums = ring[static_cast<size_t>(tap * rows().dilation)];
      Reg v = tap + 1 == rows().kernel ? newest : b_.load(k_.vector, sums, place(x));
      sum = term(factors_.column[static_cast<size_t>(tap)], v, sum);
    }
    return sum;
  }

  Reg column(Reg tile) { return b_.add(b_.mul(tile, lanes_), origin_); }
  Index place(Reg x) { return Index(b_.sub(x, firstColumn_)); }
  void keep(Reg sum, Reg sums, Reg x) { b_.store(sum, sums, place(x)); }

  void finish(Reg y, Reg x, Reg sum, bool edge) {
    Site site{item_, filter_, {y, x}};
    if (edge) site.mask = insideMask(k_, w_.last().output, x);
    site.stream = stream_ && !edge;
    tail_.store(tail_.evaluate(1, sum, site), site);
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  int64_t lanes_, ringRows_ = 1, chunk_ = 1;
  Factors factors_;
  Reg in_ = nullptr, bias_ = nullptr, borderRow_ = nullptr, plane_ = nullptr, streams_ = nullptr, origin_ = nullptr;
  Builder::Values ring_;
  TileRange tiles_{};
  // Of the current unit.
  Reg item_ = nullptr, filter_ = nullptr, input_ = nullptr, start_ = nullptr, firstColumn_ = nullptr;
  TileRange part_{};
  bool stream_ = false;
};

} // namespace

void separableWindow(KernelBuilder& k) { SeparableWindow(k).run(); }

} // namespace convoy::schedule
