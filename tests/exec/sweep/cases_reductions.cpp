// Reductions, normalisation and colours: of inputs in planes, and of what a convolution leaves in blocks.
#include "case.h"

namespace convoy::sweep {

namespace {

using Extents = std::vector<int64_t>;

// Cases of one expression of `a` for every rank and number of channels: an input, or the result of a
// convolution that lies in blocks where it has channels for them.
class Cases {
public:
  Cases(CaseList& list, std::string group, uint64_t seed)
      : list_(list), group_(std::move(group)), random_(seed) {}

  void add(const std::string& expression, int rank, int64_t channels, bool blocked, bool specials = false) {
    const Extents ones(static_cast<size_t>(rank), 1);
    Shape shape{"", {{1, {}}, {3, {}}, {0, {}}}};
    if (rank > 0)
      shape = n_++ % 2 ? everyWidth(rank, 4 * channels) : someShape(random_, rank, ones, 4 * channels);
    const std::string spatial = rank ? ", " + shape.text : "";
    std::string inputs = "x: tensor[" + std::to_string(blocked ? 2 : channels) + spatial + "]",
                body = "    a = x";
    if (blocked)
      body += " |> conv(" + std::to_string(channels) + ", kernel: " + sizeText(ones) + ", name: \"c\")";
    list_.add(group_, inputs, body + "\n    return " + expression + "\n", shape.runs, specials);
  }

private:
  CaseList& list_;
  std::string group_;
  Random random_;
  int n_ = 0;
};

const Extents channelCounts{1, 3, 16, 17, 40};

} // namespace

void addReductions(CaseList& list) {
  Cases cases(list, "reduction", 21);
  int n = 0;
  for (const char* axes : {"channels", "spatial", "all", "width", "height", "depth"})
    for (int rank : {0, 1, 2, 3}) {
      const std::string word = axes;
      if (rank < (word == "spatial" || word == "width" ? 1 : word == "height" ? 2 : word == "depth" ? 3 : 0))
        continue;
      for (int64_t channels : channelCounts)
        for (bool blocked : {false, true}) {
          if (blocked && rank == 0) continue;
          for (const char* layer : {"reduce_mean", "reduce_sum", "reduce_max", "reduce_min"}) {
            if (n++ % 2) continue; // half of all pairs
            const std::string call = layer + std::string("(a, axes: ") + axes + ")";
            cases.add(n % 8 == 1 ? "(r: " + call + ", a: a - " + call + ")" : call, rank, channels, blocked);
          }
        }
    }
  for (int rank : {0, 1, 2, 3})
    for (int64_t channels : channelCounts)
      for (bool blocked : {false, true})
        if (!blocked || rank > 0) cases.add("argmax(a)", rank, channels, blocked);
  // NaN and infinities.
  for (const char* call : {"argmax(a)", "reduce_max(a, axes: channels)", "reduce_min(a, axes: all)",
                           "reduce_max(a, axes: spatial)", "reduce_min(a, axes: width)"})
    for (int64_t channels : {3, 16, 17})
      for (bool blocked : {false, true}) cases.add(call, 2, channels, blocked, true);
}

void addNormalizations(CaseList& list) {
  Cases cases(list, "normalization", 22);
  int n = 0;
  for (int64_t channels : channelCounts)
    for (int rank : {1, 2, 3})
      for (bool blocked : {false, true}) {
        cases.add("instance_norm(a)", rank, channels, blocked);
        cases.add("instance_norm(a / 512, affine: true, epsilon: 0.5, name: \"n\") |> relu", rank, channels,
                  blocked);
        const std::string size = std::to_string(Extents{5, 2, 3, 16, 1, 37}[static_cast<size_t>(n++ % 6)]);
        cases.add("local_response_norm(a / 64, " + size + ", alpha: 0.5)", rank, channels, blocked);
        cases.add("local_response_norm(a / 64, " + size +
                      ", alpha: 2, k: 2, beta: " + (n % 2 ? "0.5" : "0.3") + ") + a",
                  rank, channels, blocked);
        cases.add("normalize(a, mean: 3, std: 4)", rank, channels, blocked);
      }
  // A row for each column, and what is behind it, in one kernel that cannot walk all positions as one.
  for (int64_t channels : {3, 17})
    for (bool blocked : {false, true})
      cases.add("instance_norm(a) * reduce_max(a, axes: height)", 2, channels, blocked);
  for (int64_t channels : {5, 40})
    cases.add("local_response_norm(a / 64, 5, alpha: 0.5)", 0, channels, false);
}

void addColours(CaseList& list) {
  Cases cases(list, "colours", 23);
  for (const char* call : {"gray(a)", "rgb(a)", "rgba(a)", "rgb(rgba(a)) + 1", "relu(gray(a) - 2)"})
    for (int64_t channels : {1, 3, 4})
      for (int rank : {0, 1, 2}) cases.add(call, rank, channels, rank == 2 && channels == 3);
  for (const char* call : {"rgb_to_ycbcr(a)", "ycbcr_to_rgb(a)", "rgb_to_hsv(abs(a))", "hsv_to_rgb(a)",
                           "ycbcr_to_rgb(rgb_to_ycbcr(a) * 0.5)", "rgb_to_hsv(abs(a) / 512) |> hsv_to_rgb"})
    for (int rank : {0, 1, 2, 3})
      for (bool blocked : {false, true})
        if (!blocked || rank > 0) cases.add(call, rank, 3, blocked);
}

} // namespace convoy::sweep
