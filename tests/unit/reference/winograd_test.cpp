// Winograd's matrices, and the bound of convolutions that they compute.
#include "graph/reader.h"
#include "one_layer.h"
#include "reference/winograd.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Y = A [(G w G') . (B x B')] A' of one tile in numbers of this type, each operation rounded to it, but for G
// w G', which is rounded once. Sums go over everything, zeros too.
template <typename Number> using Square = std::vector<std::vector<Number>>;

template <typename Number> Square<Number> transformed(const Matrix& matrix, const Square<Number>& from) {
  const size_t outer = matrix.size(), inner = matrix[0].size();
  Square<Number> half(outer, std::vector<Number>(inner)), all(outer, std::vector<Number>(outer));
  for (size_t i = 0; i < outer; ++i)
    for (size_t q = 0; q < inner; ++q)
      for (size_t p = 0; p < inner; ++p)
        if (matrix[i][p] != 0) half[i][q] += static_cast<Number>(matrix[i][p]) * from[p][q];
  for (size_t i = 0; i < outer; ++i)
    for (size_t j = 0; j < outer; ++j)
      for (size_t q = 0; q < inner; ++q)
        if (matrix[j][q] != 0) all[i][j] += static_cast<Number>(matrix[j][q]) * half[i][q];
  return all;
}

// A convolution with a border of `pad` and no bias, tile by tile.
struct Layer {
  int64_t channels, filters, height, width, pad;
  std::vector<float> x, w;

  int64_t rows() const { return height + 2 * pad - 2; }
  int64_t columns() const { return width + 2 * pad - 2; }
  float at(int64_t c, int64_t row, int64_t column) const {
    row -= pad, column -= pad;
    const bool inside = row >= 0 && row < height && column >= 0 && column < width;
    return inside ? x[static_cast<size_t>((c * height + row) * width + column)] : 0;
  }
  graph::Graph graph() const {
    return oneLayer(OpKind::Conv, {{{channels, height, width}}},
                    convAttributes(filters, {3, 3}, {1}, {1}, Ints{pad}), {w});
  }
  std::vector<Tensor> values() const {
    return evaluate(graph(), {tensor({channels, height, width}, {x.begin(), x.end()})}, {});
  }
  std::vector<double> bounds(int64_t tile, bool scaled = false) const {
    const graph::Graph of = graph();
    GraphForms forms;
    if (tile > 0) forms[of.outputs[0].value].winograd = tile;
    forms[of.outputs[0].value].scaledWeight = scaled;
    return errorBounds(of, values(), forms).back().data;
  }
  std::vector<double> exact() const { return values().back().data; }

  template <typename Number> std::vector<double> computed(int64_t tile) const {
    const WinogradMatrices m = winogradMatrices(tile);
    const auto points = static_cast<size_t>(tile + 2);
    std::vector<double> result(static_cast<size_t>(filters * rows() * columns()));
    for (int64_t f = 0; f < filters; ++f)
      for (int64_t row = 0; row < rows(); row += tile)
        for (int64_t column = 0; column < columns(); column += tile) {
          Square<Number> sum(points, std::vector<Number>(points));
          for (int64_t c = 0; c < channels; ++c) {
            Square<double> weight(3, std::vector<double>(3));
            for (size_t t = 0; t < 9; ++t)
              weight[t / 3][t % 3] = static_cast<double>(w[static_cast<size_t>((f * channels + c) * 9) + t]);
            Square<Number> input(points, std::vector<Number>(points));
            for (size_t p = 0; p < points; ++p)
              for (size_t q = 0; q < points; ++q)
                input[p][q] = static_cast<Number>(
                    at(c, row + static_cast<int64_t>(p), column + static_cast<int64_t>(q)));
            const Square<double> u = transformed(m.weight, weight);
            const Square<Number> v = transformed(m.input, input);
            for (size_t p = 0; p < points; ++p)
              for (size_t q = 0; q < points; ++q) sum[p][q] += static_cast<Number>(u[p][q]) * v[p][q];
          }
          const Square<Number> y = transformed(m.output, sum);
          for (int64_t i = 0; i < std::min(tile, rows() - row); ++i)
            for (int64_t j = 0; j < std::min(tile, columns() - column); ++j)
              result[static_cast<size_t>((f * rows() + row + i) * columns() + column + j)] =
                  static_cast<double>(y[static_cast<size_t>(i)][static_cast<size_t>(j)]);
        }
    return result;
  }
};

template <typename Make>
Layer layerOf(int64_t channels, int64_t filters, int64_t height, int64_t width, int64_t pad, Make make) {
  Layer layer{channels, filters, height, width, pad, {}, {}};
  for (int64_t i = 0; i < channels * height * width; ++i) layer.x.push_back(make());
  for (int64_t i = 0; i < filters * channels * 9; ++i) layer.w.push_back(make());
  return layer;
}

class Winograd : public testing::TestWithParam<int64_t> {
protected:
  int64_t tile() const { return GetParam(); }
  float uniform() { return std::uniform_real_distribution<float>(-1, 1)(engine_); }
  Layer random(int64_t channels, int64_t filters, int64_t height, int64_t width, int64_t pad) {
    return layerOf(channels, filters, height, width, pad, [&] { return uniform(); });
  }
  std::mt19937 engine_{7};
};

TEST_P(Winograd, IsConvolution) {
  for (int64_t pad : {0, 1, 2}) {
    const Layer layer = random(5, 3, 11, 7, pad);
    const std::vector<double> exact = layer.exact(), computed = layer.computed<double>(tile());
    for (size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(computed[i], exact[i], 1e-11) << i;
  }
}

// The matrices as they are printed elsewhere, up to factors that each point has in two of them.
TEST(WinogradMatrices, AreTheKnownOnes) {
  const WinogradMatrices m = winogradMatrices(4);
  EXPECT_EQ(m.input, (Matrix{{4, 0, -5, 0, 1, 0},
                             {0, -4, -4, 1, 1, 0},
                             {0, 4, -4, -1, 1, 0},
                             {0, -2, -1, 2, 1, 0},
                             {0, 2, -1, -2, 1, 0},
                             {0, 4, 0, -5, 0, 1}}));
  EXPECT_EQ(m.output,
            (Matrix{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}}));
  EXPECT_EQ(m.weight[4], (std::vector<double>{1. / 24, -2. / 24, 4. / 24}));
}

TEST(WinogradMatrices, CostSoManyRoundings) {
  EXPECT_EQ(inputRoundings(2), 2);
  EXPECT_EQ(inputRoundings(4), 6);
  EXPECT_EQ(inputRoundings(6), 12);
  EXPECT_EQ(laterRoundings(2, 64), 64 + 6);
  EXPECT_EQ(laterRoundings(4, 64), 64 + 10);
  EXPECT_EQ(laterRoundings(6, 64), 64 + 14);
}

TEST_P(Winograd, BoundsHoldAndAreNotMuchLarger) {
  double worst = 0;
  for (int64_t channels : {1, 3, 40, 200})
    for (int64_t range : {0, 20}) {
      const Layer layer = layerOf(channels, 3, 9, 14, 1, [&] {
        return std::ldexp(uniform(), range ? static_cast<int>(engine_() % 40) - 20 : 0);
      });
      const std::vector<double> exact = layer.exact(), computed = layer.computed<float>(tile()),
                                bounds = layer.bounds(tile());
      double share = 0;
      for (size_t i = 0; i < exact.size(); ++i) {
        ASSERT_LE(std::fabs(computed[i] - exact[i]), bounds[i]) << i;
        share = std::max(share, std::fabs(computed[i] - exact[i]) / bounds[i]);
      }
      worst = std::max(worst, share);
    }
  EXPECT_GT(worst, tile() == 2 ? 0.1 : 0.025); // of few channels: many hardly ever err to one side
}

// Equal numbers do: all of them are nothing but one transformed number, whose sum errs to one side for long.
TEST_P(Winograd, BoundsAreNearlySharp) {
  double worst = 0;
  for (float number : {1.1f, 1.3f, 1.7f, 1.9f}) {
    Layer layer = layerOf(1000, 1, tile() + 2, tile() + 2, 0, [=] { return number; });
    const std::vector<double> exact = layer.exact(), computed = layer.computed<float>(tile()),
                              bounds = layer.bounds(tile());
    for (size_t i = 0; i < exact.size(); ++i) {
      EXPECT_LE(std::fabs(computed[i] - exact[i]), bounds[i]) << i;
      worst = std::max(worst, std::fabs(computed[i] - exact[i]) / bounds[i]);
    }
  }
  EXPECT_GT(worst, 0.05);
}

// The share that plans print, of the largest number of a tile times the sum of absolute weights.
TEST_P(Winograd, BoundsAreWithinTheShareOfPlans) {
  double most = 0;
  for (int round = 0; round < 20; ++round) {
    Layer layer = random(3, 2, 8, 8, 1);
    for (float& x : layer.x) x = std::copysign(1.f, x);
    if (round > 0) // a single tap
      for (size_t i = 0; i < layer.w.size(); ++i)
        layer.w[i] = static_cast<int>(i % 9) == round % 9 ? 1.f : 0.f;
    const std::vector<double> bounds = layer.bounds(tile());
    for (size_t i = 0; i < bounds.size(); ++i) {
      double weights = 0;
      const size_t filter = i / 64;
      for (size_t k = 0; k < 27; ++k) weights += static_cast<double>(std::fabs(layer.w[filter * 27 + k]));
      most = std::max(most, bounds[i] / weights / winogradShare(tile(), 3));
    }
  }
  EXPECT_LE(most, 1);
  EXPECT_GT(most, 0.1);
}

// An infinity or a NaN reaches the results of its tiles, and in their first and last rows and columns only
// those that read it; the others have the bounds that they had.
TEST_P(Winograd, NoBoundWhereInfinitiesAreSpread) {
  for (float special : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    const int64_t n = 2 * tile() + 2; // without a border: two tiles along each axis
    Layer layer = random(2, 1, n, n, 0);
    const std::vector<double> before = layer.bounds(tile());
    const auto spread = [&](int64_t row, int64_t column) {
      Layer with = layer;
      with.x[static_cast<size_t>(row * n + column)] = special;
      const std::vector<double> bounds = with.bounds(tile());
      const std::vector<double> computed = with.computed<float>(tile());
      std::vector<int64_t> places;
      for (size_t i = 0; i < bounds.size(); ++i) {
        EXPECT_EQ(std::isfinite(computed[i]), bounds[i] < infinity) << i;
        if (bounds[i] < infinity)
          EXPECT_EQ(bounds[i], before[i]);
        else
          places.push_back(static_cast<int64_t>(i));
      }
      return places;
    };
    EXPECT_EQ(spread(0, 0), (std::vector<int64_t>{0}));
    // The last row and column of the first tile, the second of the next ones.
    EXPECT_EQ(spread(0, tile() + 1).size(), static_cast<size_t>(1 + tile()));
    EXPECT_EQ(spread(1, 1).size(), static_cast<size_t>(tile() * tile()));
  }
}

TEST_P(Winograd, NoBoundWhereTransformsMayBeTooLarge) {
  Layer layer = random(2, 1, 6, 6, 1);
  for (float& x : layer.x) x = std::copysign(0x1p127f, x);
  for (float& w : layer.w) w *= 0x1p-20f;
  for (double bound : layer.bounds(tile())) EXPECT_EQ(bound, infinity);
  for (float& x : layer.x) x *= 0x1p-20f;
  for (float& w : layer.w) w *= 0x1p20f;
  for (double bound : layer.bounds(tile())) EXPECT_LT(bound, 0x1p127);
}

TEST_P(Winograd, SmallNumbersAreOffByLittle) {
  Layer layer = random(4, 2, 6, 6, 1);
  for (float& x : layer.x) x *= 0x1p-130f;
  for (double bound : layer.bounds(tile())) {
    EXPECT_GT(bound, 0x1p-126);
    EXPECT_LT(bound, 0x1p-103);
  }
}

// What the input is off by is passed on as by any convolution.
TEST_P(Winograd, PassesErrorsOn) {
  SourceFile file("chain", R"(graph @chain(%x: tensor[1, 5, 5]) {
  param %s.weight : f32[1, 1, 1, 1] = [0.7]
  %s = conv(%x, %s.weight) {kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], border: constant(0), groups: 1} : tensor[1, 5, 5]
  param %c.weight : f32[1, 1, 3, 3] = [0, 0, 0, 0, 1, 0, 0, 0, 0]
  %c = conv(%s, %c.weight) {kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [1, 1], pad_end: [1, 1], border: constant(0), groups: 1} : tensor[1, 5, 5]
  return (result: %c)
}
)");
  DiagnosticEngine diags;
  const auto graph = graph::read(file, diags);
  ASSERT_TRUE(graph) << diags.all().front()->message;
  std::vector<double> x(25);
  for (double& number : x) number = static_cast<double>(uniform());
  const auto values = evaluate(*graph, {tensor({1, 5, 5}, x)}, {});
  GraphForms forms;
  forms[graph->outputs[0].value].winograd = tile();
  const auto errors = errorBounds(*graph, values, forms);
  const std::vector<double>&sums = errors[graph->value(graph->outputs[0].value).operands[0]].data,
        &all = errors.back().data;
  Layer alone{1, 1, 5, 5, 1, {}, {0, 0, 0, 0, 1, 0, 0, 0, 0}};
  for (double number : x) alone.x.push_back(static_cast<float>(number * static_cast<double>(0.7f)));
  const std::vector<double> own = alone.bounds(tile());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_GT(sums[i], 0);
    EXPECT_NEAR(all[i], sums[i] + own[i], 1e-4 * own[i]);
  }
}

TEST_P(Winograd, AWeightThatWasRoundedCostsOneRounding) {
  Layer layer = random(3, 2, 6, 6, 1);
  const std::vector<double> plain = layer.bounds(tile()), scaled = layer.bounds(tile(), true);
  for (float& x : layer.x) x = std::fabs(x);
  for (float& w : layer.w) w = std::fabs(w);
  const std::vector<double> sums = layer.exact();
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(scaled[i] - plain[i], 0x1p-24 * sums[i], 1e-16);
}

INSTANTIATE_TEST_SUITE_P(Tiles, Winograd, testing::Values(2, 4, 6),
                         [](const auto& tile) { return "F" + std::to_string(tile.param); });

} // namespace
} // namespace convoy::reference
