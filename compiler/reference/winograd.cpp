#include "reference/winograd.h"
#include "reference/weighted.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largestFloat = std::numeric_limits<float>::max();
constexpr int64_t taps = 3;

// The finite ones; the last row of G and B and the last column of A are those of the point at infinity.
std::vector<double> pointsOf(int64_t tile) {
  const std::vector<double> all{0, 1, -1, 2, -2, 0.5, -0.5};
  require(tile == 2 || tile == 4 || tile == 6, "tiles are of 2, 4 or 6 results along an axis");
  return {all.begin(), all.begin() + tile + 1};
}

// The coefficients of the product of (x - point) over all points but one, from x^0 on.
std::vector<double> polynomial(const std::vector<double>& points, size_t without) {
  std::vector<double> product{1};
  for (size_t i = 0; i < points.size(); ++i) {
    if (i == without) continue;
    product.push_back(0);
    for (size_t k = product.size(); k-- > 0;)
      product[k] = (k > 0 ? product[k - 1] : 0) - points[i] * product[k];
  }
  return product;
}

bool isPowerOfTwo(double x) {
  int exponent = 0;
  return std::fabs(std::frexp(x, &exponent)) == 0.5;
}

// A sum of t products has t - 1 roundings on the way of each, whatever the order, and one more where a
// product itself is rounded.
double roundingsOf(const Matrix& matrix) {
  double most = 0;
  for (const std::vector<double>& row : matrix) {
    double terms = 0;
    bool rounds = false;
    for (double number : row)
      if (number != 0) ++terms, rounds |= !isPowerOfTwo(number);
    most = std::max(most, terms - 1 + (rounds ? 1 : 0));
  }
  return most;
}

double sumOf(const std::vector<double>& row) {
  double sum = 0;
  for (double number : row) sum += std::fabs(number);
  return sum;
}

double largestSum(const Matrix& matrix) {
  double most = 0;
  for (const std::vector<double>& row : matrix) most = std::max(most, sumOf(row));
  return most;
}

// What a transform may flush to zero: each of its operations, those of the first axis before they are
// multiplied by the second.
double flushedBy(const Matrix& matrix) {
  return 2 * static_cast<double>(matrix[0].size()) * (largestSum(matrix) + 1) * kSmallest;
}

Matrix absolute(Matrix matrix) {
  for (std::vector<double>& row : matrix)
    for (double& number : row) number = std::fabs(number);
  return matrix;
}

using Square = std::vector<double>; // of rows, one after the other

// matrix * from * matrix'. Zeros of the matrix are no terms: what they would multiply may be infinite. Where
// `scale` times a result is too large for float32 it is infinite.
Square transformed(const Matrix& matrix, const Square& from, double scale = 0) {
  const size_t inner = matrix[0].size(), outer = matrix.size();
  const auto limited = [&](double number) { return scale * number > largestFloat ? infinity : number; };
  Square half(outer * inner), result(outer * outer);
  for (size_t i = 0; i < outer; ++i)
    for (size_t q = 0; q < inner; ++q) {
      double& to = half[i * inner + q];
      for (size_t p = 0; p < inner; ++p)
        if (matrix[i][p] != 0) to += matrix[i][p] * from[p * inner + q];
      to = limited(to);
    }
  for (size_t i = 0; i < outer; ++i)
    for (size_t j = 0; j < outer; ++j) {
      double& to = result[i * outer + j];
      for (size_t q = 0; q < inner; ++q)
        if (matrix[j][q] != 0) to += matrix[j][q] * half[i * inner + q];
      to = limited(to);
    }
  return result;
}

// What the algorithm rounds, tile by tile, of a convolution of numbers that are off by `ex` with weights that
// are off by `ew`.
class Rounded {
public:
  Rounded(const BoundCall& call, const WindowTable& window)
      : call_(call), window_(window), tile_(call.forms.winograd), matrices_(winogradMatrices(tile_)),
        sizes_{absolute(matrices_.output), absolute(matrices_.weight), absolute(matrices_.input)},
        points_(tile_ + taps - 1), channels_(call.x().shape[0]), filters_(call.x(1).shape[0]),
        input_(roundings(inputRoundings(tile_))),
        later_(roundings(laterRoundings(tile_, static_cast<double>(channels_)))) {
    weights();
  }

  void addTo(Tensor& error) {
    const int64_t rows = (window_.output[1] + tile_ - 1) / tile_,
                  columns = (window_.output[2] + tile_ - 1) / tile_;
    for (int64_t item = 0; item < error.batch; ++item)
      for (int64_t first = 0; first < rows * columns; first += together) {
        const int64_t count = std::min(together, rows * columns - first);
        input(item, first, count, columns);
        output(item, first, count, columns, error);
      }
  }

private:
  static constexpr int64_t together = 64; // so many tiles at a time

  // How large transformed weights may be: the double is rounded once, and the weights themselves may have
  // been rounded when a layer was multiplied into them. [points][filters][channels]
  void weights() {
    const Tensor& w = call_.x(1);
    const int64_t all = filters_ * channels_;
    weights_.resize(static_cast<size_t>(points_ * points_ * all));
    Square of(taps * taps), off(taps * taps);
    for (int64_t i = 0; i < all; ++i) {
      for (int64_t t = 0; t < taps * taps; ++t) {
        of[t] = w.data[i * taps * taps + t];
        off[t] = 0x1p-22 * std::fabs(of[t]) + call_.ex(1).data[i * taps * taps + t];
      }
      const Square exact = transformed(matrices_.weight, of), more = transformed(sizes_.weight, off);
      for (size_t e = 0; e < exact.size(); ++e) weights_[e * all + i] = std::fabs(exact[e]) + more[e];
    }
  }

  double padded(const Tensor& x, int64_t item, int64_t c, int64_t row, int64_t column) const {
    if (row < 0 || column < 0) return 0;
    return x.data[((item * channels_ + c) * window_.input[1] + row) * window_.input[2] + column];
  }

  // The position of the p-th number of a tile along an axis, or -1 in the border and where the tile hangs
  // over.
  int64_t position(int axis, int64_t first, int64_t p) const {
    const int64_t tap = std::min<int64_t>(p, taps - 1), result = first + p - tap;
    return result < window_.output[axis] ? window_.position[axis][result * taps + tap] : -1;
  }

  // What a product with a transformed number may be off by as a share of the weight, and how large the number
  // may be at all. [points][channels][tiles] and [points][tiles]
  void input(int64_t item, int64_t first, int64_t count, int64_t columns) {
    const size_t squares = static_cast<size_t>(points_ * points_);
    shares_.assign(squares * static_cast<size_t>(channels_ * count), 0);
    sums_.assign(squares * static_cast<size_t>(count), 0);
    const double flushed = 2 * flushedBy(matrices_.input);
    Square x(squares), off(squares), size(squares);
    for (int64_t c = 0; c < channels_; ++c)
      for (int64_t t = 0; t < count; ++t) {
        const int64_t row = (first + t) / columns * tile_, column = (first + t) % columns * tile_;
        for (int64_t p = 0; p < points_; ++p)
          for (int64_t q = 0; q < points_; ++q) {
            const int64_t y = position(1, row, p), z = position(2, column, q), at = p * points_ + q;
            x[at] = padded(call_.x(), item, c, y, z);
            off[at] = padded(call_.ex(), item, c, y, z);
            size[at] = std::fabs(x[at]) + off[at];
          }
        const Square exact = transformed(matrices_.input, x), more = transformed(sizes_.input, off),
                     most = transformed(sizes_.input, size, 1 + input_);
        for (size_t e = 0; e < squares; ++e) {
          const double number = std::fabs(exact[e]) + more[e];
          shares_[(e * channels_ + c) * count + t] =
              later_ * number + (1 + later_) * input_ * most[e] + flushed;
          sums_[e * count + t] += number;
        }
      }
  }

  void output(int64_t item, int64_t first, int64_t count, int64_t columns, Tensor& error) {
    const size_t squares = static_cast<size_t>(points_ * points_);
    std::vector<double> products(squares * static_cast<size_t>(count));
    Square one(squares);
    for (int64_t f = 0; f < filters_; ++f) {
      for (size_t e = 0; e < squares; ++e) {
        double* to = products.data() + e * count;
        // Weights that are flushed, and each product of the sum.
        for (int64_t t = 0; t < count; ++t)
          to[t] = (4 * sums_[e * count + t] + 2 * static_cast<double>(channels_)) * kSmallest;
        addProducts(weights_.data() + (e * filters_ + f) * channels_, shares_.data() + e * channels_ * count,
                    channels_, count, to);
      }
      for (int64_t t = 0; t < count; ++t) {
        for (size_t e = 0; e < squares; ++e) one[e] = products[e * count + t];
        // later_ times the sums of absolute products are at most the errors; two are added before they are
        // multiplied by numbers below 1.
        const Square off = transformed(sizes_.output, limited(one), 2 / later_);
        const int64_t row = (first + t) / columns * tile_, column = (first + t) % columns * tile_;
        for (int64_t i = 0; i < std::min(tile_, window_.output[1] - row); ++i)
          for (int64_t j = 0; j < std::min(tile_, window_.output[2] - column); ++j)
            error.data[((item * filters_ + f) * window_.output[1] + row + i) * window_.output[2] + column +
                       j] += off[i * tile_ + j] + flushedBy(matrices_.output);
      }
    }
  }

  Square limited(Square sums) const {
    for (double& sum : sums)
      if (2 * sum > later_ * largestFloat) sum = infinity;
    return sums;
  }

  const BoundCall& call_;
  const WindowTable& window_;
  const int64_t tile_;
  const WinogradMatrices matrices_, sizes_;
  const int64_t points_, channels_, filters_;
  const double input_, later_; // the relative errors of so many roundings
  std::vector<double> weights_, shares_, sums_;
};

} // namespace

WinogradMatrices winogradMatrices(int64_t tile) {
  const std::vector<double> points = pointsOf(tile);
  const size_t all = points.size() + 1;
  WinogradMatrices m{Matrix(tile, std::vector<double>(all)), {}, {}};
  for (size_t e = 0; e < points.size(); ++e) {
    double scale = 1;
    for (size_t other = 0; other < points.size(); ++other)
      if (other != e) scale *= points[e] - points[other];
    m.weight.push_back({1 / scale, points[e] / scale, points[e] * points[e] / scale});
    m.input.push_back(polynomial(points, e));
    m.input.back().resize(all);
    double power = 1;
    for (int64_t i = 0; i < tile; ++i, power *= points[e]) m.output[i][e] = power;
  }
  m.weight.push_back({0, 0, 1});
  m.input.push_back(polynomial(points, points.size()));
  m.output[tile - 1].back() = 1;
  return m;
}

double inputRoundings(int64_t tile) { return 2 * roundingsOf(winogradMatrices(tile).input); }

double laterRoundings(int64_t tile, double channels) {
  return 1 + channels + 2 * roundingsOf(winogradMatrices(tile).output) + 1;
}

double winogradShare(int64_t tile, double channels) {
  const WinogradMatrices m = winogradMatrices(tile);
  double most = 0; // of an axis
  for (const std::vector<double>& row : m.output)
    for (int64_t tap = 0; tap < taps; ++tap) {
      double sum = 0;
      for (size_t e = 0; e < row.size(); ++e) sum += std::fabs(row[e] * m.weight[e][tap]) * sumOf(m.input[e]);
      most = std::max(most, sum);
    }
  const double input = roundings(inputRoundings(tile)), later = roundings(laterRoundings(tile, channels));
  return (1 + 0x1p-22) * (later + (1 + later) * input) * most * most;
}

void winogradBound(const BoundCall& call, const WindowTable& window, Tensor& error) {
  const Tensor weight = absolute(call.x(1)), x = magnitude(call.x(), call.ex());
  const Tensor &ex = call.ex(), &ew = call.ex(1);
  WindowTable border = window;
  border.constant = 0;
  Tensor part = error;
  const auto add = [&](const Tensor& from, const Tensor& by, double share) {
    convolve(from, by, nullptr, 1, border, part);
    for (size_t i = 0; i < error.data.size(); ++i) error.data[i] += share * part.data[i];
  };
  if (!isZero(ex)) add(ex, weight, 1);
  if (!isZero(ew)) add(x, ew, 1);
  if (call.forms.scaledWeight) add(x, weight, kUnit);
  Rounded(call, border).addTo(error);
  // A bias, and numbers that are read as zeros.
  const double products = static_cast<double>(weight.elements() / weight.shape[0]);
  const double flushed = products * kSmallest * *std::max_element(weight.data.begin(), weight.data.end());
  const double later = roundings(laterRoundings(call.forms.winograd, static_cast<double>(x.shape[0])));
  const int64_t plane = window.output[1] * window.output[2];
  for (size_t i = 0; i < error.data.size(); ++i) {
    const size_t filter = i / static_cast<size_t>(plane) % static_cast<size_t>(weight.shape[0]);
    const double bias = call.optional(2) ? std::fabs(call.x(2).data[filter]) : 0;
    error.data[i] += later * bias + flushed + 2 * kSmallest;
  }
}

} // namespace convoy::reference
