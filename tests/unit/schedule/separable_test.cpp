// Which kernels are taken apart, and that the parts are the kernel.
#include "parse/parser.h"
#include "schedule/separable.h"
#include "sema/sema.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace convoy;
using schedule::Factors;

namespace {

// The factors of the first convolution in a pipeline with input `x`.
std::optional<Factors> factorsOf(const std::string& call, const std::string& input = "tensor[1, H, W]") {
  SourceManager sources;
  DiagnosticEngine diags;
  auto file = parse(
      *sources.add("test.cvy", "pipeline p(x: " + input + ") -> tensor { return x |> " + call + " }"), diags);
  auto graph = analyze(*file, {}, diags);
  EXPECT_TRUE(graph) << (diags.all().empty() ? "" : diags.all()[0]->message);
  for (const graph::Value& value : graph->values)
    if (value.kind == graph::Value::Node) return schedule::separate(*graph, value);
  return std::nullopt;
}

using Numbers = std::vector<float>;

} // namespace

TEST(Separable, WholeNumbersHaveExactFactors) {
  auto sobel = factorsOf("conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same)");
  ASSERT_TRUE(sobel);
  EXPECT_EQ(sobel->column, (Numbers{1, 2, 1})); // sums begin without a product
  EXPECT_EQ(sobel->row, (Numbers{-1, 0, 1}));
  // 6 and 9 have their common factor in neither row nor column alone.
  auto mixed = factorsOf("conv(kernel: [[6, 10, 14], [9, 15, 21], [3, 5, 7]])");
  ASSERT_TRUE(mixed);
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j)
      EXPECT_EQ(mixed->column[i] * mixed->row[j], (Numbers{6, 10, 14, 9, 15, 21, 3, 5, 7})[i * 3 + j]);
}

// Of the column; with the row's sum it is that of the kernel.
float sumOf(const Numbers& numbers) {
  float sum = 0;
  for (float x : numbers) sum += std::fabs(x);
  return sum;
}

TEST(Separable, TheFirstStepIsNoLargerThanItsInputOrTheResult) {
  auto soft = factorsOf("conv(kernel: [[a * b / 256 for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]])");
  ASSERT_TRUE(soft);
  EXPECT_LE(sumOf(soft->column), 1);
  EXPECT_GT(sumOf(soft->column), 0.5);
  auto big = factorsOf("conv(kernel: [[100 * a * b for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]])");
  ASSERT_TRUE(big);
  EXPECT_EQ(big->column, (Numbers{0.25, 1, 1.5, 1, 0.25}));
  EXPECT_GE(sumOf(big->row), 1);
}

TEST(Separable, RoundedNumbersHaveFactorsWithinRoundings) {
  EXPECT_TRUE(factorsOf("conv(kernel: [[exp(-(i * i + j * j) / 2.42) for j in -2..3] for i in -2..3])"));
  // The same kernel with one number a little off.
  EXPECT_FALSE(factorsOf("conv(kernel: [[exp(-(i * i + j * j) / 2.42) * (1 + 1e-5 * max(0, i + j - 3)) "
                         "for j in -2..3] for i in -2..3])"));
}

TEST(Separable, WhatHasNoFactorsStaysWhole) {
  EXPECT_FALSE(factorsOf("conv(kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]])"));
  EXPECT_FALSE(factorsOf("conv(kernel: [[0, 0, 0], [0, 0, 0], [0, 0, 0]])"));
  EXPECT_FALSE(factorsOf("conv(kernel: [[1, 2, 1], [2, 4, 2], [1, 2, 1.001]])"));
  EXPECT_FALSE(
      factorsOf("conv(kernel: [[4096, 4095], [4097, 4096], [1, 1], [1, 1]])")); // but for one in 2^24
}

TEST(Separable, TwoStepsMustBeShorter) {
  EXPECT_FALSE(factorsOf("conv(kernel: [[1, 2], [1, 2]])"));
  EXPECT_FALSE(factorsOf("conv(kernel: [[1, 2, 3, 4, 5]])"));
  EXPECT_TRUE(factorsOf("conv(kernel: [[1, 2, 4, 8], [1, 2, 4, 8]])"));
}

TEST(Separable, OnlyWrittenKernelsOfSingleChannels) {
  EXPECT_FALSE(factorsOf("conv(1, kernel: 3x3)"));
  EXPECT_FALSE(factorsOf("conv(kernel: [[1, 1, 1], [1, 1, 1], [1, 1, 1]], stride: 2)"));
  EXPECT_TRUE(factorsOf("conv(kernel: [[1, 1, 1], [1, 1, 1], [1, 1, 1]])", "tensor[3, H, W]"));
  // Two filters with different numbers.
  EXPECT_FALSE(
      factorsOf("conv(kernel: [[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[1, 1, 1], [2, 2, 2], [1, 1, 1]]])"));
}
