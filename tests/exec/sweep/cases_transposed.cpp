// Transposed convolutions: strides, kernels, dilations, padding, groups, channels, ranks, and what is fused
// behind.
#include "case.h"
#include <algorithm>

namespace convoy::sweep {

namespace {

using Extents = std::vector<int64_t>;

struct Transposed {
  int64_t channels = 3, filters = 4, groups = 1;
  Extents kernel{3, 3}, stride{1, 1}, dilation, more; // dilation and more (output_padding) empty: left out
  std::string padding;                                // empty: left out
  int64_t cut = 0;                                    // what the padding takes at both ends at most
  bool bias = true;
  std::string before, behind; // other layers
};

void add(CaseList& list, Random& random, const std::string& group, const Transposed& t,
         bool everySize = false) {
  const size_t rank = t.kernel.size();
  Extents smallest;
  int64_t work = t.channels / t.groups * t.filters;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t span = (t.kernel[axis] - 1) * (t.dilation.empty() ? 1 : t.dilation[axis]);
    smallest.push_back(1 + std::max<int64_t>(0, (t.cut - span + t.stride[axis] - 1) / t.stride[axis]));
    work *= t.kernel[axis];
  }
  for (int64_t stride : t.stride) work = std::max<int64_t>(work, stride);
  Shape shape = everySize ? everyWidth(static_cast<int>(rank), work)
                          : someShape(random, static_cast<int>(rank), smallest, work);
  std::string call = "transposed_conv(" + std::to_string(t.filters) + ", kernel: " + sizeText(t.kernel) +
                     ", stride: " + sizeText(t.stride);
  if (!t.dilation.empty()) call += ", dilation: " + sizeText(t.dilation);
  if (!t.padding.empty()) call += ", padding: " + t.padding;
  if (!t.more.empty())
    call += ", output_padding: size(" + [&] {
      std::string text;
      for (int64_t extent : t.more) text += (text.empty() ? "" : ", ") + std::to_string(extent);
      return text;
    }() + ")";
  if (t.groups > 1) call += ", groups: " + std::to_string(t.groups);
  if (!t.bias) call += ", bias: false";
  list.add(group, "x: tensor[" + std::to_string(t.before.empty() ? t.channels : 3) + ", " + shape.text + "]",
           "    return x |> " + t.before + call + ", name: \"t\")" + t.behind + "\n", shape.runs);
}

const std::vector<std::pair<int64_t, int64_t>> channelPairs{{1, 1},  {3, 4},   {16, 16}, {5, 17},
                                                            {33, 3}, {16, 48}, {4, 1},   {17, 32}};

void strides(CaseList& list, Random& random) {
  int n = 0;
  for (Extents stride : {Extents{1, 1}, {2, 2}, {3, 3}, {2, 1}, {1, 2}, {3, 2}, {4, 4}, {1, 5}, {7, 6}})
    for (Extents kernel : {Extents{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 2}, {2, 7}}) {
      Transposed t;
      std::tie(t.channels, t.filters) = channelPairs[static_cast<size_t>(n) % channelPairs.size()];
      t.kernel = kernel, t.stride = stride;
      t.padding = std::vector<std::string>{"", "1", "[0, 2, 1, 0]", "2"}[static_cast<size_t>(n % 4)];
      t.cut = n % 4 == 0 ? 0 : n % 4 == 3 ? 4 : 2;
      if (n % 3 == 1) t.more = {stride[0] - 1, stride[1] / 2};
      t.bias = n % 2 == 0;
      if (n % 5 == 2) t.behind = " |> relu";
      add(list, random, "transposed stride", t, n % 7 == 0);
      ++n;
    }
}

void dilations(CaseList& list, Random& random) {
  int n = 0;
  for (Extents dilation : {Extents{2, 2}, {3, 3}, {1, 4}, {3, 2}})
    for (int64_t stride : {1, 2, 3, 4})
      for (auto [channels, filters] : {std::pair<int64_t, int64_t>{3, 1}, {16, 20}}) {
        Transposed t;
        t.channels = channels, t.filters = filters, t.dilation = dilation, t.stride = {stride, stride};
        t.kernel = n % 2 ? Extents{2, 3} : Extents{3, 3};
        if (n % 3 == 0) t.padding = "2", t.cut = 4;
        if (n % 4 == 1) t.more = {std::max(stride, dilation[0]) - 1, 0};
        t.bias = n % 3 == 0;
        add(list, random, "transposed dilation", t, n % 11 == 0);
        ++n;
      }
}

void groups(CaseList& list, Random& random) {
  struct Groups {
    int64_t channels, filters, groups;
  };
  int n = 0;
  for (Groups g : {Groups{3, 3, 3},
                   {16, 16, 16},
                   {17, 17, 17},
                   {32, 32, 2},
                   {4, 8, 4},
                   {6, 3, 3},
                   {32, 64, 2},
                   {8, 6, 2}})
    for (int64_t stride : {1, 2, 3})
      for (bool blocked : {false, true}) {
        Transposed t;
        t.channels = g.channels, t.filters = g.filters, t.groups = g.groups, t.stride = {stride, stride};
        t.kernel = n % 3 == 0 ? Extents{2, 2} : n % 3 == 1 ? Extents{4, 4} : Extents{3, 5};
        if (n % 4 == 3) t.padding = "1", t.cut = 2;
        t.bias = n % 3 != 0;
        if (blocked) t.before = "conv(" + std::to_string(g.channels) + ", kernel: 1x1, name: \"before\") |> ";
        add(list, random, "transposed groups", t, n % 13 == 0);
        ++n;
      }
}

void ranks(CaseList& list, Random& random) {
  int n = 0;
  for (auto [channels, filters] : channelPairs)
    for (Extents kernel : {Extents{3}, {4}, {8}, {2, 2, 2}, {3, 1, 4}})
      for (int64_t stride : {2, 3}) {
        Transposed t;
        t.channels = channels, t.filters = filters, t.kernel = kernel;
        t.stride.assign(kernel.size(), stride);
        if (n % 4 == 1) t.dilation.assign(kernel.size(), 2);
        if (n % 3 == 1) t.padding = "1", t.cut = 2;
        if (n % 3 == 2) t.more.assign(kernel.size(), 1);
        add(list, random, "transposed rank " + std::to_string(kernel.size()), t, n % 8 == 0);
        ++n;
      }
}

// Normalisation, activations, a residual that is read where results lie apart, and concat: in place.
void neighbours(CaseList& list, Random& random) {
  int n = 0;
  for (int64_t filters : {1, 3, 16, 32})
    for (const char* behind :
         {" |> batch_norm(name: \"n\") |> relu", " |> clamp(-20, 20) |> abs", " |> max_pool(2x2)",
          " |> conv(8, kernel: 3x3, padding: 1, name: \"after\")"}) {
      Transposed t;
      t.channels = 16, t.filters = filters, t.kernel = {2, 2}, t.stride = {2, 2}, t.behind = behind;
      t.before = "conv(16, kernel: 3x3, padding: 1, name: \"before\") |> ";
      if (n % 2) t.kernel = {4, 4}, t.padding = "1";
      add(list, random, "transposed neighbours", t, n % 5 == 0);
      ++n;
    }
  for (int64_t channels : {1, 16, 32})
    for (const char* joined : {"t + skip", "relu(skip - t)", "concat(t, skip)", "concat(skip, t) |> relu",
                               "concat(t, skip) |> conv(4, kernel: 3x3, padding: 1, name: \"after\")"}) {
      const std::string count = std::to_string(channels);
      Shape shape = n % 2 ? everyWidth(2, channels * 64) : Shape{"9, 21", {{1, {}}, {2, {}}}};
      // The larger half is made by a strided conv's input, so that the sizes of both are provably equal.
      list.add("transposed neighbours", "x: tensor[3, " + shape.text + "]",
               "    skip = x |> transposed_conv(" + count +
                   ", kernel: 4x4, stride: 2, padding: 1, name: \"s\")\n" + "    t = x |> conv(" + count +
                   ", kernel: 3x3, padding: 1, name: \"c\") |> transposed_conv(" + count +
                   ", kernel: 2x2, stride: 2, name: \"t\")\n    return " + joined + "\n",
               shape.runs);
      ++n;
    }
}

void literals(CaseList& list) {
  for (const char* call : {"transposed_conv(kernel: [[1, 2], [3, 4]], stride: 2)",
                           "transposed_conv(kernel: [[1, 2, 1], [2, 4, 2], [1, 2, 1]], stride: 2, padding: "
                           "1, output_padding: 1)",
                           "transposed_conv(kernel: [[[[1, 2]], [[0, 1]]], [[[3, 1]], [[1, -1]]], [[[2, 2]], "
                           "[[1, 5]]]], stride: 1x2)"}) {
    Shape shape = everyWidth(2, 60);
    list.add("transposed literal", "x: tensor[3, " + shape.text + "]",
             std::string("    return x |> ") + call + "\n", shape.runs);
  }
}

} // namespace

void addTransposed(CaseList& list) {
  Random random(8);
  strides(list, random);
  dilations(list, random);
  groups(list, random);
  ranks(list, random);
  neighbours(list, random);
  literals(list);
}

} // namespace convoy::sweep
