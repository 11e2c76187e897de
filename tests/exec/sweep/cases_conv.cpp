// Convolutions: kernels, strides, dilations, groups, channels, ranks, literal kernels, padding and borders.
#include "case.h"
#include <algorithm>

namespace convoy::sweep {

namespace {

using Extents = std::vector<int64_t>;

struct Conv {
  int64_t channels = 3, filters = 4, groups = 1;
  Extents kernel{3, 3}, stride, dilation; // empty: left out
  std::string padding, border;            // empty: left out
  bool bias = true;
  bool depthwise = false; // written as depthwise_conv
  int rank() const { return static_cast<int>(kernel.size()); }
  int64_t extent(size_t axis) const {
    return (kernel[axis] - 1) * (dilation.empty() ? 1 : dilation[axis]) + 1;
  }
  int64_t work() const {
    int64_t product = channels / groups * filters;
    for (int64_t k : kernel) product *= k;
    for (int64_t s : stride) product = std::max<int64_t>(1, product / s);
    return product;
  }
};

// What number of positions the input needs, were there no padding.
Extents smallestFor(const Conv& c) {
  Extents smallest;
  for (size_t axis = 0; axis < c.kernel.size(); ++axis)
    smallest.push_back(c.padding.empty() || c.padding == "valid" ? c.extent(axis) : 1);
  return smallest;
}

std::string call(const Conv& c, const std::string& name) {
  std::string text = c.depthwise ? "depthwise_conv(" : "conv(" + std::to_string(c.filters) + ", ";
  text += "kernel: " + sizeText(c.kernel);
  // A single number means every axis, which is another way to say it.
  auto sizes = [&](const char* attribute, const Extents& extents) {
    if (extents.empty()) return;
    bool same =
        std::count(extents.begin(), extents.end(), extents[0]) == static_cast<int64_t>(extents.size());
    text += std::string(", ") + attribute + ": " + (same ? std::to_string(extents[0]) : sizeText(extents));
  };
  sizes("stride", c.stride);
  sizes("dilation", c.dilation);
  if (!c.padding.empty()) text += ", padding: " + c.padding;
  if (!c.border.empty()) text += ", border: " + c.border;
  if (c.depthwise && c.filters != c.channels)
    text += ", multiplier: " + std::to_string(c.filters / c.channels);
  if (!c.depthwise && c.groups != 1) text += ", groups: " + std::to_string(c.groups);
  if (!c.bias) text += ", bias: false";
  return text + ", name: \"" + name + "\")";
}

// One rank 1 kernel has no size form; a size of one axis is a number.
void addConv(CaseList& list, Random& random, const std::string& group, const Conv& c,
             bool everySize = false) {
  Extents smallest = smallestFor(c);
  // Sides may be 0, so that constant sizes must hold the whole window.
  if (!c.padding.empty() && c.padding != "same" && c.padding != "same_lower")
    for (size_t axis = 0; axis < smallest.size(); ++axis) smallest[axis] = c.extent(axis);
  Shape shape = everySize ? everyWidth(c.rank(), c.work()) : someShape(random, c.rank(), smallest, c.work());
  list.add(group, "x: tensor[" + std::to_string(c.channels) + ", " + shape.text + "]",
           "    return x |> " + call(c, "c") + "\n", shape.runs);
}

const std::vector<std::pair<int64_t, int64_t>> channelPairs{{1, 1},   {1, 4},  {3, 8},  {4, 16},
                                                            {16, 16}, {5, 17}, {33, 3}, {16, 48}};

void kernels(CaseList& list, Random& random) {
  std::vector<Extents> all;
  for (int64_t k = 1; k <= 7; ++k) all.push_back({k, k});
  for (int64_t k = 2; k <= 7; ++k) all.push_back({1, k}), all.push_back({k, 1});
  for (Extents k : {Extents{2, 3}, {3, 2}, {4, 3}, {5, 2}, {2, 7}, {6, 4}}) all.push_back(k);
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = 0; j < channelPairs.size(); ++j) {
      Conv c;
      std::tie(c.channels, c.filters) = channelPairs[j];
      c.kernel = all[i];
      c.padding = (i + j) % 3 == 0 ? "" : (i + j) % 3 == 1 ? "same" : "1";
      c.bias = (i + j) % 2 == 0;
      if (c.kernel == Extents{2, 2} && (i + j) % 3 == 2) c.padding = "2x1";
      addConv(list, random, "conv kernel", c, j < 2 || (j == 4 && i % 2 == 0));
    }
}

void strides(CaseList& list, Random& random) {
  int n = 0;
  for (Extents stride : {Extents{1, 2},
                         {2, 1},
                         {2, 2},
                         {3, 3},
                         {1, 3},
                         {3, 2},
                         {2, 3},
                         {4, 4},
                         {5, 5},
                         {1, 5},
                         {4, 1},
                         {3, 1}})
    for (Extents kernel : {Extents{1, 1}, {2, 2}, {3, 3}, {5, 3}, {1, 4}, {7, 7}})
      for (auto [channels, filters] : {std::pair<int64_t, int64_t>{1, 2}, {16, 16}, {3, 17}}) {
        Conv c;
        c.channels = channels, c.filters = filters, c.kernel = kernel, c.stride = stride;
        c.padding = std::vector<std::string>{"same", "1", "", "[0, 2, 1, 0]",
                                             "same_lower"}[static_cast<size_t>(n % 5)];
        c.bias = n % 2 == 0;
        addConv(list, random, "conv stride", c, n % 9 == 0);
        ++n;
      }
}

void dilations(CaseList& list, Random& random) {
  int n = 0;
  for (Extents dilation : {Extents{2, 2}, {3, 3}, {1, 2}, {2, 1}, {3, 1}, {2, 3}})
    for (Extents kernel : {Extents{3, 3}, {2, 2}, {1, 5}, {4, 1}})
      for (int64_t stride : {1, 2, 3})
        for (auto [channels, filters] : {std::pair<int64_t, int64_t>{1, 1}, {16, 32}}) {
          Conv c;
          c.channels = channels, c.filters = filters, c.kernel = kernel, c.dilation = dilation;
          if (stride > 1) c.stride = {stride, stride};
          c.padding = std::vector<std::string>{"same", "", "2", "same_lower"}[static_cast<size_t>(n % 4)];
          c.bias = n % 3 == 0;
          addConv(list, random, "conv dilation", c, n % 11 == 0);
          ++n;
        }
}

void groups(CaseList& list, Random& random) {
  struct Groups {
    int64_t channels, filters, groups;
  };
  int n = 0;
  for (Groups g :
       {Groups{3, 3, 3}, {8, 8, 8},   {16, 16, 16}, {17, 17, 17}, {33, 33, 33}, {48, 48, 48}, {4, 8, 4},
        {16, 32, 16},    {5, 15, 5},  {8, 4, 2},    {6, 9, 3},    {32, 32, 2},  {48, 48, 3},  {32, 16, 2},
        {16, 48, 4},     {12, 12, 4}, {8, 16, 8},   {16, 16, 2},  {64, 64, 4},  {20, 10, 5}})
    for (Extents kernel : {Extents{3, 3}, {1, 1}, {2, 3}})
      for (int64_t stride : {1, 2}) {
        Conv c;
        c.channels = g.channels, c.filters = g.filters, c.groups = g.groups, c.kernel = kernel;
        c.depthwise = g.groups == g.channels && n % 2 == 0;
        if (stride > 1) c.stride = {stride, stride};
        c.padding = n % 4 == 3 ? "" : n % 4 == 1 ? "1" : "same";
        c.border = n % 5 == 4 ? "replicate" : n % 5 == 2 ? "constant(3)" : "";
        c.bias = n % 3 != 0;
        addConv(list, random, "conv groups", c, n % 13 == 0);
        ++n;
      }
  // Depthwise behind a blocked convolution, so that both ends are blocked.
  for (int64_t channels : {8, 16, 17, 32, 40})
    for (Extents kernel : {Extents{3, 3}, {5, 5}, {1, 3}})
      for (int64_t stride : {1, 2}) {
        Conv first, second;
        first.channels = 3, first.filters = channels, first.kernel = {1, 1};
        second.channels = second.filters = second.groups = channels, second.kernel = kernel,
        second.padding = "same";
        second.border = channels == 16 ? "reflect101" : "";
        if (stride > 1) second.stride = {stride, stride};
        Shape shape = someShape(random, 2, {1, 1}, first.work() + second.work());
        list.add("conv depthwise", "x: tensor[3, " + shape.text + "]",
                 "    return x |> " + call(first, "a") + " |> " + call(second, "b") + "\n", shape.runs);
      }
}

void channels(CaseList& list, Random& random) {
  const std::vector<int64_t> counts{1, 3, 4, 5, 8, 16, 17, 32, 33, 48};
  int n = 0;
  for (int64_t in : counts)
    for (int64_t out : counts) {
      Conv c;
      c.channels = in, c.filters = out;
      c.kernel = n % 2 ? Extents{1, 1} : Extents{3, 3};
      c.padding = n % 2 ? "" : "same";
      c.border = n % 7 == 3 ? "wrap" : "";
      c.bias = n % 3 == 0;
      addConv(list, random, "conv channels", c);
      ++n;
    }
}

void ranks(CaseList& list, Random& random) {
  const std::vector<std::string> borders{"", "replicate", "reflect", "reflect101", "wrap", "constant(2)"};
  int n = 0;
  for (auto [channels, filters] : {std::pair<int64_t, int64_t>{1, 1}, {3, 5}, {16, 16}, {5, 17}, {4, 32}})
    for (Extents kernel : {Extents{3}, {1}, {4}, {7}, {3, 3, 3}, {1, 2, 3}, {2, 1, 2}, {1, 1, 1}})
      for (int64_t stride : {1, 2}) {
        Conv c;
        c.channels = channels, c.filters = filters, c.kernel = kernel;
        if (stride > 1) c.stride.assign(kernel.size(), stride), c.stride.back() = 1 + n % 3;
        if (n % 4 == 1) c.dilation.assign(kernel.size(), 2);
        bool line = kernel.size() == 1;
        c.padding = n % 3 == 0 ? "same" : n % 3 == 1 ? "2" : line ? "[1, 3]" : "[0, 1, 2, 0, 1, 4]";
        c.border = borders[static_cast<size_t>(n % 6)];
        c.bias = n % 2 == 0;
        addConv(list, random, "conv rank " + std::to_string(kernel.size()), c, n % 8 == 0);
        ++n;
      }
}

std::string list1(const std::vector<int64_t>& numbers) {
  std::string text;
  for (int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

// Literal kernels of every depth. Numbers repeat, cancel and vanish as those of filters do.
void literals(CaseList& list, Random& random) {
  auto values = [&](std::vector<int64_t> extents, auto&& self) -> std::string {
    if (extents.size() == 1) {
      Extents numbers;
      for (int64_t i = 0; i < extents[0]; ++i) numbers.push_back(random.between(-3, 3));
      return list1(numbers);
    }
    std::string text;
    for (int64_t i = 0; i < extents[0]; ++i)
      text += (i ? ", " : "") + self(std::vector<int64_t>(extents.begin() + 1, extents.end()), self);
    return "[" + text + "]";
  };
  struct Literal {
    int64_t channels, groups;
    std::vector<int64_t> extents;
    int rank;
  };
  int n = 0;
  for (const Literal& l : std::vector<Literal>{{1, 1, {3, 3}, 2},
                                               {3, 0, {3, 3}, 2},
                                               {16, 0, {1, 5}, 2},
                                               {17, 0, {5, 1}, 2},
                                               {4, 0, {2, 2}, 2},
                                               {1, 1, {2, 3, 3}, 2},
                                               {1, 1, {16, 3, 3}, 2},
                                               {1, 1, {5, 1, 1}, 2},
                                               {3, 1, {4, 3, 3, 3}, 2},
                                               {16, 1, {17, 16, 1, 1}, 2},
                                               {6, 2, {4, 3, 3, 2}, 2},
                                               {3, 0, {3}, 1},
                                               {1, 1, {4, 3}, 1},
                                               {5, 1, {16, 5, 2}, 1},
                                               {3, 0, {2, 2, 2}, 3},
                                               {1, 1, {3, 2, 3, 3}, 3}})
    for (const char* border : {"", "replicate", "reflect101"})
      for (int64_t stride : {1, 2}) {
        Shape shape = someShape(random, l.rank, Extents(static_cast<size_t>(l.rank), 1), 40);
        std::string text = "conv(kernel: " + values(l.extents, values) + ", padding: same";
        if (*border) text += std::string(", border: ") + border;
        if (stride > 1) text += ", stride: 2";
        if (l.groups > 1) text += ", groups: " + std::to_string(l.groups);
        if (n % 4 == 1) text += ", bias: true";
        list.add("conv literal", "x: tensor[" + std::to_string(l.channels) + ", " + shape.text + "]",
                 "    return x |> " + text + ")\n", shape.runs);
        ++n;
      }
}

} // namespace

void addConvolutions(CaseList& list) {
  Random random(1);
  kernels(list, random);
  strides(list, random);
  dilations(list, random);
  groups(list, random);
  channels(list, random);
  ranks(list, random);
  literals(list, random);
}

void addBorders(CaseList& list) {
  Random random(2);
  int n = 0;
  for (const char* padding :
       {"0", "1", "3", "2x1", "[1, 0, 2, 3]", "same", "same_lower", "valid", "9", "[0, 20, 0, 40]"})
    for (const char* border : {"zero", "constant(2)", "replicate", "reflect", "reflect101", "wrap"})
      for (auto [channels, filters, groups] :
           {std::tuple<int64_t, int64_t, int64_t>{1, 1, 1}, {17, 17, 17}, {16, 16, 1}, {3, 6, 1}}) {
        Conv c;
        c.channels = channels, c.filters = filters, c.groups = groups;
        c.kernel = std::vector<Extents>{{3, 3}, {2, 4}, {5, 5}, {1, 7}}[static_cast<size_t>(n % 4)];
        if (n % 6 == 5) c.stride = {2, 2};
        if (n % 10 == 7) c.dilation = {2, 1};
        c.padding = padding, c.border = border;
        c.bias = n % 2 == 0;
        addConv(list, random, "conv border", c, n % 12 == 0);
        n += 1 + (n % 24 == 23); // so that the cycles above meet every form
      }
}

} // namespace convoy::sweep
