// What small images do not reach: many strips of rows, chunks of positions and of copies; long and wide
// kernels; and whole networks with a head.
#include "case.h"

namespace convoy::sweep {

void addLarge(CaseList& list) {
  const std::vector<Run> big{{1, {{"H", 101}, {"W", 203}}},
                             {1, {{"H", 17}, {"W", 1025}}},
                             {1, {{"H", 1030}, {"W", 16}}},
                             {2, {{"H", 64}, {"W", 129}}},
                             {1, {{"H", 1}, {"W", 1}}}};
  for (const char* body :
       {"return x |> conv(kernel: [[1, 2, 1], [2, 4, 2], [1, 2, 1]], padding: same, border: reflect101)",
        "return x |> conv(8, kernel: 3x3, padding: same, name: \"c\") |> relu",
        "return x |> conv(16, kernel: 3x3, padding: same, name: \"c\") |> relu",
        "return x |> conv(17, kernel: 1x1, name: \"c\") |> max_pool(2x2, padding: same)",
        "return x |> max_pool(3x3, stride: 1, padding: same)", "return x |> avg_pool(2x2, padding: same)",
        "return (a: x, b: x, c: relu(x), d: relu(x) + 1)", "return x - global_max_pool(x)",
        "y = x |> conv(16, kernel: 1x1, name: \"c\")\n    return (a: y, b: y, m: global_max_pool(y))",
        "return concat(x, relu(x)) |> conv(16, kernel: 1x1, stride: 2, name: \"c\")",
        "return x |> conv(4, kernel: 5x5, stride: 2, padding: same, border: wrap, name: \"c\")",
        "return x / 4 |> abs |> softmax"})
    list.add("large", "x: tensor[2, H, W]", std::string("    ") + body + "\n", big);

  const std::vector<Run> sizes{{1, {{"H", 1}, {"W", 1}}},
                               {1, {{"H", 12}, {"W", 37}}},
                               {2, {{"H", 5}, {"W", 64}}},
                               {1, {{"H", 40}, {"W", 3}}}};
  for (const char* kernel : {"1x33", "33x1", "9x9", "11x2", "2x11", "8x8", "1x64", "65x1", "17x3"})
    for (auto [channels, filters] : {std::pair<int, int>{1, 1}, {2, 16}, {3, 2}})
      for (const char* border : {"zero", "reflect101"})
        list.add("large kernel", "x: tensor[" + std::to_string(channels) + ", H, W]",
                 "    return x |> conv(" + std::to_string(filters) + ", kernel: " + kernel +
                     ", padding: same, border: " + border + ", name: \"c\")\n",
                 sizes);
  for (const char* form : {"dilation: 17", "dilation: 9x1", "dilation: 1x40", "stride: 7", "stride: 1x16",
                           "stride: 17x5, dilation: 5"})
    for (auto [channels, filters] : {std::pair<int, int>{1, 4}, {3, 16}})
      for (const char* border : {"zero", "wrap", "reflect"})
        list.add("large steps", "x: tensor[" + std::to_string(channels) + ", H, W]",
                 "    return x |> conv(" + std::to_string(filters) + ", kernel: 3x3, padding: same, " + form +
                     ", border: " + border + ", name: \"c\")\n",
                 sizes);

  // Small classifiers: the sums stay exact because few layers have weights.
  Random random(9);
  for (int i = 0; i < 48; ++i) {
    int64_t channels = random.of(std::vector<int64_t>{1, 3, 4}),
            filters = random.of(std::vector<int64_t>{4, 8, 16, 17, 32});
    std::string size = std::to_string(random.between(6, 14)) + ", " + std::to_string(random.between(6, 20));
    std::string body = "    y = x |> conv(" + std::to_string(filters) +
                       ", kernel: 3x3, padding: same, name: \"c1\") |> relu |> ";
    body += i % 3 == 0 ? "global_avg_pool" : i % 3 == 1 ? "max_pool(2x2)" : "avg_pool(2x2, stride: 3)";
    if (i % 3 == 1)
      body += " |> conv(" + std::to_string(random.of(std::vector<int64_t>{2, 16})) +
              ", kernel: 1x1, name: \"c2\") |> relu";
    body += " |> flatten |> dense(" + std::to_string(random.between(1, 40)) + ", name: \"d1\")";
    if (i % 4 == 0) body += " |> relu |> dense(10, name: \"d2\")";
    list.add("classifier", "x: tensor[" + std::to_string(channels) + ", " + size + "]",
             body + "\n    return (scores: y, best: clamp(y, 0, 100))\n", {{1, {}}, {3, {}}, {0, {}}});
  }
}

} // namespace convoy::sweep
