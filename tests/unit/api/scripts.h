// Scripts that the tests of the API share, and what they compute.
#pragma once
#include "convoy/convoy.h"
#include <gtest/gtest.h>
#include <vector>

namespace api_test {

inline const char* const blur = R"(pipeline blur(x: tensor[2, H, W]) -> tensor[2, H, W] {
    return x |> conv(kernel: [[1, 2, 1], [2, 4, 2], [1, 2, 0]], padding: same)
}
)";

inline const char* const twist = R"(pipeline twist(photo: image[rgb]) -> image[rgb] {
    return photo |> conv(kernel: [[0, 0.25, 0], [0.25, 0.1, 0.25], [0, 0.25, 0]], padding: same, border: replicate)
}
)";

inline const char* const pair =
    R"(pipeline pair(a: tensor[1, H, W], b: tensor[1, H, W]) -> (sum: tensor, difference: tensor) {
    return (sum: a + b, difference: a - b)
}
)";

inline const char* const net = R"(pipeline net(x: tensor[3, 8, 8]) -> tensor[10] {
    return x |> conv(4, kernel: 3x3, padding: same, name: "c1") |> relu |> max_pool(2x2)
        |> flatten |> dense(10, name: "fc")
}
)";

// What `blur` computes, one item of [2][height][width].
inline std::vector<float> blurred(const std::vector<float>& x, int64_t height, int64_t width) {
  static const float kernel[3][3] = {{1, 2, 1}, {2, 4, 2}, {1, 2, 0}};
  std::vector<float> result(x.size());
  for (int64_t c = 0; c < 2; ++c)
    for (int64_t row = 0; row < height; ++row)
      for (int64_t column = 0; column < width; ++column) {
        float sum = 0;
        for (int64_t i = 0; i < 3; ++i)
          for (int64_t j = 0; j < 3; ++j) {
            const int64_t y = row + i - 1, z = column + j - 1;
            if (y >= 0 && y < height && z >= 0 && z < width)
              sum += kernel[i][j] * x[(c * height + y) * width + z];
          }
        result[(c * height + row) * width + column] = sum;
      }
  return result;
}

// Small integers, so that every order of sums gives the same bits.
inline std::vector<float> integers(int64_t count, int64_t seed = 1) {
  std::vector<float> numbers;
  for (int64_t i = 0; i < count; ++i) numbers.push_back(static_cast<float>((i * 7 + seed * 13) % 23 - 11));
  return numbers;
}

inline convoy::Pipeline compiled(const char* script, const convoy::Options& options = {}) {
  auto result = convoy::compileSource(script, "test.cvy", options);
  for (const auto& diagnostic : result.diagnostics()) ADD_FAILURE() << diagnostic.rendered;
  return result.value();
}

} // namespace api_test

#define EXPECT_OK(expression)                                                                                \
  do {                                                                                                       \
    const convoy::Status status_ = (expression);                                                             \
    EXPECT_TRUE(status_.ok()) << status_.message();                                                          \
  } while (false)
