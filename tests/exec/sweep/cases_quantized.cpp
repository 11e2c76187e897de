// Quantized layers: every result is compared bit by bit, but for those of inexact operands.
#include "case.h"
#include <algorithm>

namespace convoy::sweep {

namespace {

using Extents = std::vector<int64_t>;

std::string number(int64_t n) { return std::to_string(n); }

// What is quantized, and how.
struct Bytes {
  std::string type;
  int64_t zero;
};

Bytes someBytes(Random& random) {
  Bytes bytes;
  bytes.type = random.chance(60) ? "u8" : "i8";
  const bool isUnsigned = bytes.type == "u8";
  bytes.zero = random.chance(30)   ? 0
               : random.chance(20) ? random.of(isUnsigned ? Extents{0, 255} : Extents{-128, 127})
                                   : random.between(isUnsigned ? 0 : -128, isUnsigned ? 255 : 127);
  return bytes;
}

// Inputs called wide have numbers of some hundreds, which the scale brings into the range of a byte, mostly.
std::string quantized(Random& random, const std::string& x, const Bytes& bytes) {
  return "quantize(" + x + ", " + random.of<std::string>({"1", "2.5", "4", "0.37"}) + ", " +
         number(bytes.zero) + ", type: " + bytes.type + ")";
}

std::string outOf(const Bytes& from, const Bytes& to) {
  return ", input_zero_point: " + number(from.zero) + ", zero_point: " + number(to.zero) +
         ", type: " + to.type;
}

struct Conv {
  int64_t channels = 3, filters = 4, groups = 1;
  Extents kernel{3, 3}, stride{1, 1}, dilation{1, 1};
  std::string padding = "same";
  bool bias = true;

  std::string call(const Bytes& from, const Bytes& to, const std::string& name) const {
    return "quantized_conv(" + number(filters) + ", kernel: " + sizeText(kernel) +
           ", stride: " + sizeText(stride) + ", dilation: " + sizeText(dilation) + ", padding: " + padding +
           (groups == 1 ? "" : ", groups: " + number(groups)) + (bias ? "" : ", bias: false") +
           outOf(from, to) + ", name: \"" + name + "\")";
  }
  int64_t work() const {
    int64_t product = channels / groups * filters;
    for (size_t axis = 0; axis < kernel.size(); ++axis) product *= kernel[axis];
    for (int64_t step : stride) product = std::max<int64_t>(1, product / step);
    return product;
  }
  Extents smallest() const { // without padding
    Extents extents;
    for (size_t axis = 0; axis < kernel.size(); ++axis)
      extents.push_back(padding[0] == 's' ? 1 : (kernel[axis] - 1) * dilation[axis] + 1);
    return extents;
  }
};

void addConv(CaseList& list, Random& random, const Conv& c, bool everySize = false) {
  const int rank = static_cast<int>(c.kernel.size());
  const Shape shape =
      everySize ? everyWidth(rank, c.work()) : someShape(random, rank, c.smallest(), c.work());
  const Bytes from = someBytes(random), to = someBytes(random);
  list.add("quantized conv", "wide: tensor[" + number(c.channels) + ", " + shape.text + "]",
           "    q = " + quantized(random, "wide", from) + "\n    return q |> " + c.call(from, to, "c") + "\n",
           shape.runs);
}

void convolutions(CaseList& list, Random& random) {
  const std::vector<std::pair<int64_t, int64_t>> pairs{{1, 1},  {3, 16},   {4, 5},   {16, 17}, {33, 3},
                                                       {64, 8}, {17, 130}, {130, 9}, {32, 64}};
  int n = 0;
  for (int64_t k : {1, 3, 5, 7})
    for (const auto& [channels, filters] : pairs)
      for (int kind = 0; kind < 2; ++kind, ++n) {
        Conv c;
        c.channels = channels, c.filters = filters, c.kernel = {k, k};
        if (kind) {
          c.stride = {1 + n % 3, 1 + (n / 2) % 4};
          c.dilation = {1 + (n / 3) % 2, 1 + (n / 5) % 3};
          c.padding = random.of<std::string>({"same_lower", "1", "[2, 0, 1, 3]", "valid"});
        }
        c.bias = n % 3 != 0;
        addConv(list, random, c, !kind && n % 4 == 0);
      }
  // Groups, the smallest of one channel.
  for (Extents parts : {Extents{8, 8, 8}, {17, 17, 17}, {32, 32, 32}, {16, 32, 16}, {12, 8, 4}, {64, 32, 2}})
    for (int64_t k : {1, 3, 5})
      for (int64_t stride : {1, 2}) {
        Conv c;
        c.channels = parts[0], c.filters = parts[1], c.groups = parts[2], c.kernel = {k, k},
        c.stride = {stride, stride};
        c.bias = k != 3;
        addConv(list, random, c, stride == 1 && k == 3);
      }
  // One axis and three.
  for (Extents kernel : {Extents{3}, {5}, {1}, {2, 3, 3}, {1, 1, 1}, {3, 1, 2}})
    for (int64_t channels : {2, 20}) {
      Conv c;
      c.channels = channels, c.filters = 6, c.kernel = kernel;
      c.stride.assign(kernel.size(), 1 + channels % 3 / 2), c.dilation.assign(kernel.size(), 1);
      if (kernel.size() == 1) c.dilation = {2};
      addConv(list, random, c, kernel.size() == 1);
    }
  // More products than float32 sums exactly, also of one row of a kernel.
  for (Extents kernel : {Extents{3, 3}, {1, 1}, {1, 600}}) {
    Conv c;
    c.channels = kernel[1] == 600 ? 2 : 700, c.filters = 3, c.kernel = kernel;
    addConv(list, random, c);
  }
}

// Partial sums beyond what float32 holds, of which little is left.
void balanced(CaseList& list) {
  const std::string x = "quantize(254 + (wide > 0), 1)";
  for (const char* kernel : {"1x1", "3x3", "1x800"})
    list.add("quantized balanced", "wide: tensor[" + std::string(kernel[2] == '8' ? "2" : "1400") + ", 3, W]",
             "    return " + x + " |> quantized_conv(3, kernel: " + kernel +
                 ", padding: same, zero_point: 128, name: \"balanced\")\n",
             kernel[2] == '8' ? std::vector<Run>{{1, {{"W", 900}}}}
                              : std::vector<Run>{{1, {{"W", 20}}}, {2, {{"W", 7}}}});
  for (const char* inputs : {"1400", "30000"})
    list.add("quantized balanced", "wide: tensor[" + std::string(inputs) + "]",
             "    return " + x + " |> quantized_dense(33, zero_point: 128, name: \"balanced\")\n",
             {{1, {}}, {3, {}}});
}

// Blocks of residual networks, and what may stand between quantized layers.
void networks(CaseList& list, Random& random) {
  for (int n = 0; n < 24; ++n) {
    Conv first, second;
    first.channels = n % 2 ? 3 : 32, first.filters = second.channels = random.of<int64_t>({8, 16, 33, 64});
    second.filters = first.filters, second.kernel = {1, 1};
    const Shape shape = n % 3 ? someShape(random, 2, {2, 2}, 60000) : everyWidth(2, 60000);
    const Bytes in = someBytes(random), a = someBytes(random), b = someBytes(random), sum = someBytes(random);
    std::string body = "    q = " + quantized(random, "wide", in) + "\n    a = q |> " +
                       first.call(in, a, "a") + "\n    b = a |> " + second.call(a, b, "b") +
                       "\n    s = quantized_add(a, b, a_multiplier: 0.7, b_multiplier: 0.41, a_zero_point: " +
                       number(a.zero) + ", b_zero_point: " + number(b.zero) +
                       ", zero_point: " + number(sum.zero) + ", type: " + sum.type + ")\n";
    const std::vector<std::string> ends{
        "s",
        "s |> dequantize(0.11, " + number(sum.zero) + ") |> relu",
        "(s: s, a: a, b: b)",
        "concat(s, max_pool(s, 3x3, stride: 1, padding: 1)) |> " +
            [&] {
              Conv last;
              last.channels = 2 * first.filters, last.filters = 5, last.kernel = {3, 3};
              return last.call(sum, in, "l");
            }(),
        "s |> global_max_pool |> flatten |> quantized_dense(10" + outOf(sum, in) + ", name: \"fc\")",
        "clamp(s, 3, 100) |> dequantize(0.5, 3) |> global_avg_pool"};
    list.add("quantized network", "wide: tensor[" + number(first.channels) + ", " + shape.text + "]",
             body + "    return " + ends[static_cast<size_t>(n) % ends.size()] + "\n", shape.runs);
  }
}

void denses(CaseList& list, Random& random) {
  for (int64_t inputs : {1, 7, 16, 130, 514, 515, 1300})
    for (int64_t units : {1, 5, 16, 33}) {
      const Bytes from = someBytes(random), to = someBytes(random);
      const bool tail = units % 2;
      list.add("quantized dense", "wide: tensor[" + number(inputs) + "]",
               "    return " + quantized(random, "wide", from) + " |> quantized_dense(" + number(units) +
                   (units == 5 ? ", bias: false" : "") + outOf(from, to) + ", name: \"d\")" +
                   (tail ? " |> dequantize(0.3, " + number(to.zero) + ")" : "") + "\n",
               {{1, {}}, {2, {}}, {5, {}}, {0, {}}});
    }
}

// More items than are made units of together, and items of two types that follow one another.
void manyItems(CaseList& list) {
  list.add(
      "quantized dense", "wide: tensor[131]",
      "    return quantize(wide, 2, -5, type: i8) |> quantized_dense(50, input_zero_point: -5, type: i8, "
      "name: \"d\") |> quantized_dense(7, zero_point: 9, name: \"e\")\n",
      {{33, {}}, {71, {}}});
  list.add("quantized dense", "wide: tensor[50003]",
           "    return quantize(wide, 2, 77) |> quantized_dense(20, input_zero_point: 77, name: \"d\")\n",
           {{1, {}}, {11, {}}, {23, {}}});
}

// Element by element, planar and in blocks, with exact operands and others.
void elementwise(CaseList& list, Random& random) {
  for (const char* expression :
       {"quantize(a, 3)", "quantize(a, 0.37, 128)", "quantize(a, 2, -5, type: i8)",
        "quantize(a * 0.3, 0.1, 7)", "quantize(a, 0.37, 128) |> dequantize(0.37, 128)",
        "quantize(a, 1, type: i8) |> dequantize(0.125) |> relu",
        "quantized_add(quantize(a, 1, 99), quantize(a, 2, type: i8), a_multiplier: 0.3, b_multiplier: 1.7, "
        "a_zero_point: 99, zero_point: 128)",
        "quantized_add(quantize(a, 1, 9), quantize(v, 2), a_multiplier: 2, b_multiplier: 0.1, a_zero_point: "
        "9, type: i8)",
        "quantize(sigmoid(a / 100), 0.00390625)"})
    for (int rank : {1, 2, 3})
      for (bool blocked : {false, true}) {
        const int64_t channels = blocked ? 18 : 5;
        const Shape shape = rank == 2 ? everyWidth(rank, 40)
                                      : someShape(random, rank, Extents(static_cast<size_t>(rank), 1), 40);
        std::string body = "    a = wide\n";
        if (blocked)
          body = "    a = wide |> conv(18, kernel: " + sizeText(Extents(static_cast<size_t>(rank), 1)) +
                 ", name: \"c\")\n";
        std::string inputs = "wide: tensor[" + number(blocked ? 3 : channels) + ", " + shape.text + "]";
        if (std::string(expression).find("v,") != std::string::npos)
          inputs += ", v: tensor[" + number(channels) + "]";
        list.add("quantized element-wise", inputs, body + "    return " + expression + "\n", shape.runs);
      }
  for (const char* expression :
       {"quantize(x, 3)", "quantize(x, 1, -128, type: i8)", "quantize(x, 2, 128) |> dequantize(2, 128)"})
    list.add("quantized specials", "x: tensor[3, H, W]", std::string("    return ") + expression + "\n",
             everyWidth(2, 4).runs, /*specials=*/true);
}

// Layers that choose and move.
void moves(CaseList& list, Random& random) {
  for (const char* expression :
       {"max_pool(q, 2x2, stride: 1, padding: 1)", "max_pool(q, 1x1, stride: 2, padding: 1)",
        "pad(q, [1, 2, 0, 3], border: constant(77))", "pad(q, 2, border: reflect)",
        "crop(pad(q, 1), sides: [1, 0, 2, 0])", "slice(q, 1, 5)", "channel_shuffle(q, 4)",
        "concat(q, q, clamp(q, 5, 90))", "depth_to_space(q, 2)",
        "pad(upsample(q, 2), 0) |> space_to_depth(2, mode: dcr)", "upsample(q, 2)",
        "resize(q, scale: 1.5, mode: nearest)", "upsample(q, 2, align: half_pixel, round: ceil)",
        "reduce_max(q, axes: channels)", "reduce_min(q, axes: width)", "global_max_pool(q) |> flatten"})
    for (int n = 0; n < 4; ++n) {
      const Shape shape = n % 2 ? everyWidth(2, 100) : someShape(random, 2, {1, 1}, 100);
      const Bytes bytes = someBytes(random);
      std::string body =
          "    q = " +
          quantized(random, n < 2 ? "wide" : "wide |> conv(16, kernel: 1x1, name: \"c\")", bytes) + "\n";
      const std::string result =
          n == 3 ? std::string("dequantize(") + expression + ", 0.25, " + number(bytes.zero) + ")"
                 : expression;
      list.add("quantized moves", "wide: tensor[" + std::string(n < 2 ? "8" : "2") + ", " + shape.text + "]",
               body + "    return " + result + "\n", shape.runs);
    }
}

} // namespace

void addQuantized(CaseList& list) {
  Random random(31);
  convolutions(list, random);
  balanced(list);
  networks(list, random);
  denses(list, random);
  manyItems(list);
  elementwise(list, random);
  moves(list, random);
}

} // namespace convoy::sweep
