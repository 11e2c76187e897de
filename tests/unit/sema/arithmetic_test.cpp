// Arithmetic at compile time, seen through the number that reaches a literal parameter.
#include "analyze.h"
#include <cmath>

namespace convoy {
namespace {

float valueOf(const std::string& expression) {
  graph::Graph graph = graphOf("pipeline p(x: tensor[1]) { v = " + expression + "; return x + v }");
  for (const auto& value : graph.values)
    if (value.name == "add_1.scalar") return value.data->data.at(0);
  ADD_FAILURE() << expression;
  return 0;
}

TEST(Arithmetic, Integers) {
  EXPECT_EQ(valueOf("2 + 3 * 4 - 1"), 13);
  EXPECT_EQ(valueOf("-2 ** 2"), -4);
  EXPECT_EQ(valueOf("2 ** 3 ** 2"), 512);
  EXPECT_EQ(valueOf("div(-7, 2)"), -4);
  EXPECT_EQ(valueOf("mod(-7, 2)"), 1);
  EXPECT_EQ(valueOf("div(7, -2)"), -4);
  EXPECT_EQ(valueOf("mod(7, -2)"), -1);
  EXPECT_EQ(valueOf("mod(-9223372036854775808, -1)"), 0);
  EXPECT_EQ(valueOf("abs(-3) + +1"), 4);
  EXPECT_EQ(valueOf("(-1) ** 63"), -1);
}

TEST(Arithmetic, Floats) {
  EXPECT_EQ(valueOf("7 / 2"), 3.5f);
  EXPECT_EQ(valueOf("2 ** -1"), 0.5f);
  EXPECT_EQ(valueOf("sqrt(2)"), std::sqrt(2.0f));
  EXPECT_EQ(valueOf("exp(0)"), 1);
  EXPECT_EQ(valueOf("min(3, 2.5, 4)"), 2.5f);
  EXPECT_EQ(valueOf("max(3, 2.5, 4)"), 4);
  EXPECT_EQ(valueOf("abs(-0.5)"), 0.5f);
  EXPECT_EQ(valueOf("1.5e1 - 5"), 10);
}

TEST(Arithmetic, PipesCallFunctionsToo) { EXPECT_EQ(valueOf("(9 |> sqrt)"), 3); }

} // namespace
} // namespace convoy
