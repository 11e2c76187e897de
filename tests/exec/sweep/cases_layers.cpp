// Element-wise layers with every broadcast, concat, heads, and what a pipeline's interface can be.
#include "case.h"

namespace convoy::sweep {

namespace {

using Extents = std::vector<int64_t>;

std::string tensor(int64_t channels, const std::string& spatial) {
  return "tensor[" + std::to_string(channels) + (spatial.empty() ? "" : ", ") + spatial + "]";
}

// What the second operand has of the first one's shape; a vector has channels alone.
struct Other {
  bool channels, height, width, vector;
};
const Other others[] = {{true, true, true, false},    {true, false, false, true},
                        {false, true, true, false},   {true, false, false, false},
                        {true, true, false, false},   {true, false, true, false},
                        {false, false, false, false}, {false, true, false, false},
                        {false, false, true, false},  {false, false, false, true}};

// x op y, or y op x. Blocked: x is the result of a convolution. The divisor is an input as it is, named for
// its numbers.
void addBroadcast(CaseList& list, const std::string& op, const Other& other, bool otherFirst, bool blocked,
                  int n) {
  int64_t channels = blocked ? std::vector<int64_t>{16, 17, 32}[static_cast<size_t>(n % 3)]
                             : std::vector<int64_t>{1, 3, 5, 16}[static_cast<size_t>(n % 4)];
  // Run-time sizes; one of them constant; or both.
  std::string height = n % 5 >= 3 ? "5" : "H", width = n % 5 == 4 ? "19" : "W";
  std::vector<Run> runs =
      n % 5 == 4 ? std::vector<Run>{{1, {}}, {2, {}}, {0, {}}} : everyWidth(2, 4 * channels).runs;
  for (Run& run : runs)
    if (n % 5 == 3) run.sizes.erase("H");
  std::string spatial =
      other.vector ? "" : (other.height ? height : "1") + ", " + (other.width ? width : "1");
  bool xDivides = op == "/" && otherFirst, yDivides = op == "/" && !otherFirst;
  bool convolved = blocked && !xDivides;
  std::string x = xDivides ? "divisor" : "x", y = yDivides ? "divisor" : "y";
  std::string inputs = x + ": " + tensor(convolved ? 3 : channels, height + ", " + width) + ", " + y + ": " +
                       tensor(other.channels ? channels : 1, spatial);
  std::string body = "    a = " + x;
  if (convolved) body += " |> conv(" + std::to_string(channels) + ", kernel: 1x1, name: \"c\")";
  body += "\n    return " + (otherFirst ? y + " " + op + " a" : "a " + op + " " + y) + "\n";
  list.add("broadcast " + op, inputs, body, std::move(runs));
}

} // namespace

void addElementwise(CaseList& list) {
  Random random(4);
  int n = 0;
  for (const char* op : {"+", "-", "*", "/"})
    for (const Other& other : others)
      for (bool otherFirst : {false, true})
        for (bool blocked : {false, true}) addBroadcast(list, op, other, otherFirst, blocked, n++);
  // `a` is an input, or the blocked result of a convolution.
  for (const char* expression : {"a + 3",
                                 "3 - a",
                                 "a * 0.5",
                                 "a / 4",
                                 "a - 1.5",
                                 "relu(a)",
                                 "abs(a)",
                                 "clamp(a, -3, 5)",
                                 "clamp(a, 0, 1)",
                                 "a / divisor",
                                 "relu(a) + abs(a)",
                                 "a * a",
                                 "a + a",
                                 "sqrt(abs(a * a))",
                                 "relu6(a - 2)",
                                 "leaky_relu(a, 0.25)",
                                 "min(a, square) + max(a, -1)",
                                 "max(min(3, a), -3)",
                                 "pow(a, 2)",
                                 "a * sigmoid(a)",
                                 "pow(square, 0.5) / divisor",
                                 "pow(divisor, -2)",
                                 "pow(2, a / 64)",
                                 "softplus(a, 0.5) - elu(a, 0.75)",
                                 "tanh(hard_swish(a)) + gelu(a, approximate: tanh)",
                                 "clamp(relu(a - 4), 0, 6) * 2",
                                 "a + 12 / divisor",
                                 "a * sqrt(square)",
                                 "sqrt(square)",
                                 "sqrt(square) / divisor",
                                 "12 / divisor",
                                 "a > 0.5",
                                 "2 <= a",
                                 "a == a",
                                 "a != square",
                                 "select(a > 1, a * 2, -a)",
                                 "select(square >= a, 1, a)",
                                 "select(relu(a), square, 0.5)",
                                 "(a < 3) * a + (a >= square)"})
    for (int rank : {1, 2, 3})
      for (bool blocked : {false, true}) {
        int64_t channels = blocked ? 17 + n % 16 : 1 + n % 5;
        Extents ones(static_cast<size_t>(rank), 1);
        Shape shape = n % 2 ? everyWidth(rank, 4 * channels) : someShape(random, rank, ones, 4 * channels);
        std::string text = expression, inputs = "x: " + tensor(blocked ? 3 : channels, shape.text);
        for (const char* extra : {"divisor", "square"})
          if (text.find(extra) != std::string::npos)
            inputs += std::string(", ") + extra + ": " + tensor(channels, shape.text);
        std::string body = "    a = x\n";
        if (blocked)
          body = "    a = x |> conv(" + std::to_string(channels) + ", kernel: " + sizeText(ones) +
                 ", name: \"c\")\n";
        body += "    return (r: " + text + (n % 3 == 0 ? ")\n" : ", a: a)\n");
        list.add("element-wise", inputs, body, shape.runs);
        ++n;
      }
  for (int i = 0; i < 12; ++i) {
    Shape shape = i % 2 ? everyWidth(2, 8) : someShape(random, 2, {1, 1}, 8);
    bool image = i % 3 == 0;
    std::string inputs = image ? "x: image[rgb, " + shape.text + "]" : "x: tensor[3, " + shape.text + "]";
    list.add("luminance", inputs,
             i % 4 < 2 ? "    return luminance(x)\n" : "    return relu(luminance(x) * 2 - 1)\n", shape.runs);
  }
}

void addHeads(CaseList& list) {
  Random random(5);
  int n = 0;
  // Concat: planar, blocked and mixed operands, of whole and partial blocks.
  for (Extents channels :
       {Extents{1, 1}, {3, 5}, {16, 16}, {17, 3}, {8, 8, 8}, {16, 1, 33}, {4}, {32, 16}, {1, 2, 3, 4}})
    for (int kind = 0; kind < 4; ++kind)
      for (int rank : {1, 2, 3}) {
        Shape shape = n % 3 == 0 ? everyWidth(rank, 100)
                                 : someShape(random, rank, Extents(static_cast<size_t>(rank), 1), 100);
        std::string inputs, body, names;
        std::string one = sizeText(Extents(static_cast<size_t>(rank), 1));
        for (size_t i = 0; i < channels.size(); ++i) {
          std::string name(1, static_cast<char>('a' + i));
          bool conv = kind == 1 || (kind >= 2 && i % 2 == 0);
          inputs += (i ? ", " : "") + name + ": " + tensor(conv ? 2 : channels[i], shape.text);
          if (conv)
            body += "    " + name + " = " + name + " |> conv(" + std::to_string(channels[i]) +
                    ", kernel: " + one + ", name: \"c_" + name + "\")\n";
          names += (i ? ", " : "") + name;
        }
        body += "    r = concat(" + names + ")\n";
        body += kind == 3 ? "    return r |> conv(" + std::to_string(1 + 15 * (n % 2)) + ", kernel: " + one +
                                ", name: \"d\") |> relu\n"
                : kind == 2 ? "    return relu(r)\n"
                            : "    return r\n";
        list.add("concat", inputs, body, shape.runs);
        ++n;
      }
  // Flatten and dense need sizes that are known when compiling.
  for (int64_t channels : {1, 3, 8, 16, 17, 33, 100})
    for (int64_t units : {1, 3, 8, 10, 16, 17, 64, 130})
      for (bool bias : {true, false}) {
        list.add("dense", "x: tensor[" + std::to_string(channels) + "]",
                 "    d = x |> dense(" + std::to_string(units) + (bias ? "" : ", bias: false") +
                     ", name: \"d\")\n    return " +
                     std::vector<std::string>{"relu(d)", "d - 3", "d"}[static_cast<size_t>(n % 3)] + "\n",
                 {{1, {}}, {15, {}}, {18, {}}, {0, {}}}); // tiles of 8, 4, 2 and 1 items
        ++n;
      }
  // More items than are made units of together.
  list.add("dense", "x: tensor[70]", "    return x |> dense(50, name: \"d\")\n",
           {{33, {}}, {64, {}}, {71, {}}});
  list.add("dense", "x: tensor[50001]", "    return x |> dense(20, name: \"d\")\n",
           {{1, {}}, {6, {}}, {11, {}}});
  // What follows a dense layer reads others.
  for (int64_t units : {1, 5, 16, 50})
    list.add("dense",
             "x: tensor[" + std::to_string(2 * units + 1) + "], y: tensor[" + std::to_string(units) +
                 "], s: float",
             "    d = x |> dense(" + std::to_string(units) +
                 ", name: \"d\")\n    return relu(d * s + y) - y\n",
             {{1, {}}, {3, {}}, {0, {}}});
  for (int64_t channels : {1, 3, 16, 17, 32})
    for (const char* spatial : {"1", "7", "1, 1", "3, 5", "2, 17", "2, 3, 4"})
      for (bool before : {false, true}) {
        int rank = 1;
        for (const char* p = spatial; *p; ++p) rank += *p == ',';
        std::string conv = before ? "conv(" + std::to_string(channels) +
                                        ", kernel: " + sizeText(Extents(static_cast<size_t>(rank), 1)) +
                                        ", name: \"c\") |> "
                                  : "";
        std::string tail = n % 3 == 0   ? " |> dense(" + std::to_string(1 + n % 20) + ", name: \"d\")"
                           : n % 3 == 1 ? " |> relu"
                                        : "";
        list.add("flatten", "x: " + tensor(before ? 2 : channels, spatial),
                 "    return x |> " + conv + "flatten" + tail + "\n", {{1, {}}, {2, {}}, {0, {}}});
        ++n;
      }
  for (int64_t channels : {1, 3, 10, 16, 17, 40})
    for (int rank : {0, 1, 2}) {
      Shape shape = rank ? everyWidth(rank, 20 * channels) : Shape{"", {{1, {}}, {3, {}}, {0, {}}}};
      list.add("softmax", "x: " + tensor(channels, shape.text), "    return softmax(x / 16)\n", shape.runs);
      if (rank)
        list.add("softmax", "x: " + tensor(2, shape.text),
                 "    return x |> conv(" + std::to_string(channels) + ", kernel: " +
                     sizeText(Extents(static_cast<size_t>(rank), 1)) + ", name: \"c\") |> relu |> softmax\n",
                 shape.runs);
    }
}

void addInterfaces(CaseList& list) {
  Random random(6);
  struct Interface {
    const char* inputs;
    const char* body;
  };
  const std::vector<Interface> all{
      {"x: tensor[3, @]", "return x"},
      {"x: tensor[3, @]", "return (a: x, b: x)"},
      {"x: tensor[3, @]", "return (a: relu(x), b: x)"},
      {"x: tensor[3, @]", "y = relu(x)\n    return (a: y, b: y)"},
      {"x: tensor[3, @]", "y = relu(x)\n    return (a: y, b: y, c: abs(y), d: x)"},
      {"x: tensor[3, @]",
       "y = x |> conv(16, kernel: 3x3, padding: same, name: \"c\")\n    return (a: y, b: relu(y), c: y)"},
      {"x: tensor[16, @]", "y = x |> conv(16, kernel: 3x3, padding: 1, name: \"c\")\n    z = relu(y + x)\n   "
                           " return (a: z, b: y)"},
      {"x: tensor[16, @]",
       "y = x |> conv(16, kernel: 3x3, padding: 1, name: \"c\") |> relu\n    return y + (y |> "
       "conv(16, kernel: 3x3, padding: 1, name: \"d\"))"},
      {"x: tensor[3, @], y: tensor[3, @]", "return (s: x + y, d: x - y, x: x, y: y)"},
      {"x: tensor[3, @], y: tensor[3, @]", "return (first: y, second: x)"},
      {"x: image[rgb, @]", "return (gray: luminance(x), same: x)"},
      {"x: tensor[3, @], unused: tensor[2, @]", "return relu(x)"},
      {"x: tensor[17, @]", "m = x |> max_pool(2x2, padding: 1)\n    a = x |> avg_pool(2x2, padding: 1)\n    "
                           "return (m: m, a: a, d: m - a)"},
      {"x: tensor[16, @]",
       "y = x |> conv(32, kernel: 1x1, name: \"c\")\n    return (p: y |> max_pool(3x3, stride: 1, "
       "padding: same), q: global_avg_pool(y) |> relu, y: y)"},
      {"x: tensor[4, @]",
       "y = x |> conv(kernel: [[1, 2, 1]], padding: same)\n    z = y |> conv(kernel: [[1], [2], "
       "[1]], padding: same)\n    return (y: y, z: z, e: x * 4 - z)"},
      {"x: tensor[8, @], v: tensor[8]", "y = x * v + v\n    return (y: y, m: global_max_pool(y) + v)"},
      {"x: tensor[3, @], s: tensor[1]", "return x * s - s"},
      {"x: tensor[16, @], y: tensor[16, @]", "a = x |> conv(16, kernel: 3x3, padding: 1, bias: false, name: "
                                             "\"c\")\n    b = y |> conv(16, kernel: 1x1, bias: "
                                             "false, name: \"d\")\n    return relu(a + b)"},
      {"x: tensor[1, @]",
       "a = x |> conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same, border: "
       "replicate)\n    b = x |> conv(kernel: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], padding: same, "
       "border: replicate)\n    return sqrt(a * a + b * b)"},
      {"x: tensor[16, @]",
       "y = x |> conv(8, kernel: 1x1, name: \"c\")\n    z = y |> conv(16, kernel: 3x3, padding: "
       "same, name: \"d\")\n    return concat(y, z, x)"},
      // Layers that share one kernel, with numbers of their own.
      {"x: tensor[16, @]",
       "a = x |> conv(16, kernel: 3x3, padding: 1, bias: false, name: \"a\")\n    b = x |> "
       "conv(16, kernel: 3x3, padding: 1, bias: false, name: \"b\")\n    return a - b"},
      {"x: tensor[2, @]", "a = x |> conv(2, kernel: 1x3, padding: same, bias: false, name: \"a\")\n"
                          "    b = a |> conv(2, kernel: 1x3, padding: same, bias: false, name: \"b\")\n"
                          "    return b |> conv(2, kernel: 1x3, padding: same, bias: false, name: \"c\")"},
      {"x: tensor[3, @], y: tensor[3, @]", "return (a: relu(x), b: relu(y), c: x + y, d: y + x, e: x + x)"},
      {"x: tensor[3, @]", "return (a: x + 1, b: x + 2, c: clamp(x, 0, 1), d: clamp(x, 0, 2))"},
      {"x: tensor[5, @]",
       "a = x |> conv(kernel: [[1, 2], [3, 4]], padding: same)\n    b = x |> conv(kernel: [[4, 3], [2, 1]], "
       "padding: "
       "same)\n    return (a: a, b: b, m: max_pool(a, 2x2, padding: 1), n: max_pool(b, 2x2, padding: 1))"},
      {"x: tensor[3, @]",
       "return (a: x |> conv(3, kernel: 3x3, padding: 2, border: constant(1), name: \"a\"), b: x |> "
       "conv(3, kernel: 3x3, padding: 2, border: constant(2), name: \"b\"))"},
  };
  for (const Interface& i : all)
    for (int kind = 0; kind < 4; ++kind) {
      Shape shape = kind == 0 ? everyWidth(2, 3000) : someShape(random, 2, {2, 2}, 3000);
      std::string inputs;
      for (const char* p = i.inputs; *p; ++p) inputs += *p == '@' ? shape.text : std::string(1, *p);
      list.add("interface", inputs, std::string("    ") + i.body + "\n", shape.runs);
    }
}

void addSpecials(CaseList& list) {
  Random random(7);
  for (const char* body :
       {"max_pool(2x2)", "max_pool(3x3, stride: 1, padding: same)", "max_pool(3x3, stride: 2, padding: 1)",
        "relu", "clamp(-2, 3)", "global_max_pool", "relu |> max_pool(2x3, stride: 1)", "abs |> clamp(0, 4)",
        "max_pool(2x2, stride: 3) |> relu", "max_pool(1x5, stride: 1, padding: [0, 0, 2, 2]) |> clamp(0, 1)",
        "relu6", "max(0.5)", "min(2)", "leaky_relu(0.5)"})
    for (int64_t channels : {1, 3, 16, 17})
      for (int kind = 0; kind < 3; ++kind) {
        Shape shape = kind == 0 ? everyWidth(2, 10 * channels) : someShape(random, 2, {3, 5}, 10 * channels);
        std::string inputs = "x: " + tensor(channels, shape.text), x = "x";
        if (kind == 1) inputs += ", y: " + tensor(2, shape.text), x = "concat(x, y)";
        // Blocked from here on. A term that is NaN, or two infinities of both signs, make a sum NaN.
        if (kind == 2)
          inputs = "x: " + tensor(2, shape.text),
          x = "x |> conv(" + std::to_string(channels) + ", kernel: 1x1, name: \"c\")";
        list.add("nan and inf", inputs, "    return " + x + " |> " + body + "\n", shape.runs, true);
      }
}

} // namespace convoy::sweep
