// Pooling: windows, strides, padding, ceil_mode, count_include_pad, in both layouts and all ranks.
#include "case.h"
#include <algorithm>

namespace convoy::sweep {

namespace {

using Extents = std::vector<int64_t>;

struct Pool {
  bool maximum = true;
  Extents window, stride, dilation; // stride and dilation empty: left out
  std::string padding;
  bool ceil = false, countPadding = true;
};

std::string call(const Pool& p) {
  std::string text = std::string(p.maximum ? "max_pool(" : "avg_pool(") + sizeText(p.window);
  if (!p.stride.empty()) text += ", stride: " + sizeText(p.stride);
  if (!p.dilation.empty()) text += ", dilation: " + sizeText(p.dilation);
  if (!p.padding.empty()) text += ", padding: " + p.padding;
  if (p.ceil) text += ", ceil_mode: true";
  if (!p.countPadding) text += ", count_include_pad: false";
  return text + ")";
}

// `before`: a convolution that makes the input blocked.
void addPool(CaseList& list, Random& random, const Pool& p, int64_t channels, bool before, bool everySize) {
  int rank = static_cast<int>(p.window.size());
  Extents smallest;
  int64_t work = channels;
  for (size_t axis = 0; axis < p.window.size(); ++axis) {
    smallest.push_back((p.window[axis] - 1) * (p.dilation.empty() ? 1 : p.dilation[axis]) + 1);
    work *= p.window[axis];
  }
  if (before) work += 3 * channels;
  Shape shape = everySize ? everyWidth(rank, work) : someShape(random, rank, smallest, work);
  std::string conv = before ? "conv(" + std::to_string(channels) +
                                  ", kernel: " + sizeText(Extents(p.window.size(), 1)) + ", name: \"c\") |> "
                            : "";
  list.add(std::string(p.maximum ? "max_pool" : "avg_pool"),
           "x: tensor[" + std::to_string(before ? 3 : channels) + ", " + shape.text + "]",
           "    return x |> " + conv + call(p) + "\n", shape.runs);
}

} // namespace

void addPools(CaseList& list) {
  Random random(3);
  int n = 0;
  for (bool maximum : {true, false})
    for (Extents window : {Extents{2, 2}, {3, 3}, {1, 2}, {3, 2}, {5, 5}, {1, 1}, {2, 7}})
      for (const char* padding : {"", "same", "1", "[0, 1, 1, 0]", "same_lower"})
        for (int variant = 0; variant < 4; ++variant) {
          Pool p;
          p.maximum = maximum, p.window = window, p.padding = padding;
          if (variant == 1) p.stride = {1, 1};
          if (variant == 2) p.stride = {2, 3};
          if (variant == 3) p.stride = {3, 2}, p.dilation = {2, 2};
          bool isWord = p.padding[0] == 's';
          p.ceil = !isWord && n % 3 == 1;
          p.countPadding = maximum || n % 2 == 0;
          bool before = n % 3 == 0;
          int64_t channels = before ? std::vector<int64_t>{16, 17, 32, 8}[static_cast<size_t>(n / 3 % 4)]
                                    : std::vector<int64_t>{1, 3, 5, 16}[static_cast<size_t>(n % 4)];
          addPool(list, random, p, channels, before, n % 10 == 0);
          ++n;
        }
  for (bool maximum : {true, false})
    for (Extents window : {Extents{2}, {3}, {7}, {2, 2, 2}, {1, 3, 2}, {3, 1, 1}})
      for (const char* padding : {"", "same", "1"})
        for (int variant = 0; variant < 2; ++variant) {
          Pool p;
          p.maximum = maximum, p.window = window, p.padding = padding;
          if (variant == 1) p.stride.assign(window.size(), 1 + n % 3);
          if (n % 5 < 2) {
            p.dilation.assign(window.size(), 2 + n % 2);
            // Three axes are short: without padding no window would fit.
            if (window.size() == 3 && p.padding != "same") p.padding = std::to_string(p.dilation[0]);
          }
          p.ceil = p.padding[0] != 's' && n % 2 == 1;
          p.countPadding = maximum || n % 3 != 0;
          addPool(list, random, p, n % 4 == 1 ? 16 : 3, n % 4 == 1, n % 9 == 0);
          ++n;
        }
  for (const char* pool :
       {"lp_pool(2x2)", "lp_pool(3x3, stride: 1, padding: same)",
        "lp_pool(3x2, p: 1, stride: 2, padding: 1, dilation: 2)", "lp_pool(2x2, p: 4, ceil_mode: true)",
        "lp_pool(1x3, p: 3, stride: 1)", "lp_pool(2x2, p: 7)", "avg_pool(3x3, divisor: 1, padding: 1)",
        "avg_pool(2x2, divisor: 3, count_include_pad: false, ceil_mode: true)",
        "avg_pool(9x9, stride: 1, divisor: 16, padding: 4)"})
    for (bool before : {false, true}) {
      const int64_t channels = before ? 16 + n % 3 : 3;
      Shape shape = n % 2 ? someShape(random, 2, {5, 5}, 12 * channels) : everyWidth(2, 12 * channels);
      const std::string conv =
          before ? "conv(" + std::to_string(channels) + ", kernel: 1x1, name: \"c\") |> " : "";
      list.add("norm_pool", "x: tensor[3, " + shape.text + "]", "    return x |> " + conv + pool + "\n",
               shape.runs);
      ++n;
    }
  for (Extents size : {Extents{1, 1}, {2, 2}, {3, 5}, {7, 7}, {6, 1}, {4, 20}, {3}, {17}, {2, 3, 2}})
    for (int64_t channels : {1, 3, 16, 17, 40})
      for (bool before : {false, true}) {
        const int rank = static_cast<int>(size.size());
        Shape shape = n % 3 ? someShape(random, rank, Extents(size.size(), 1), 4 * channels)
                            : everyWidth(rank, 4 * channels);
        const std::string conv = before ? "conv(" + std::to_string(channels) +
                                              ", kernel: " + sizeText(Extents(size.size(), 1)) +
                                              ", name: \"c\") |> "
                                        : "";
        const char* behind = n % 4 == 1   ? " |> relu"
                             : n % 4 == 3 ? " |> flatten |> dense(5, name: \"d\")"
                                          : "";
        list.add("adaptive_avg_pool",
                 "x: tensor[" + std::to_string(before ? 3 : channels) + ", " + shape.text + "]",
                 "    return x |> " + conv + "adaptive_avg_pool(" + sizeText(size) + ")" + behind + "\n",
                 shape.runs);
        ++n;
      }
  for (const char* pool : {"global_max_pool", "global_avg_pool"})
    for (int64_t channels : {1, 3, 8, 16, 17, 33})
      for (int rank : {1, 2, 3})
        for (bool before : {false, true}) {
          Shape shape = n % 3 ? someShape(random, rank, Extents(static_cast<size_t>(rank), 1), 4 * channels)
                              : everyWidth(rank, 4 * channels);
          std::string conv = before ? "conv(" + std::to_string(channels) +
                                          ", kernel: " + sizeText(Extents(static_cast<size_t>(rank), 1)) +
                                          ", name: \"c\") |> "
                                    : "";
          list.add(pool, "x: tensor[" + std::to_string(before ? 3 : channels) + ", " + shape.text + "]",
                   "    return x |> " + conv + pool + "\n", shape.runs);
          ++n;
        }
}

} // namespace convoy::sweep
