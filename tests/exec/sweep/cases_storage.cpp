// Values that share memory: operands of concat that are computed at their place, with every kind of reader
// and writer, and results that take the place of an operand.
#include "case.h"

namespace convoy::sweep {

namespace {

// `text` with A and B between marks replaced: "conv(@A, ...)".
std::string filledIn(std::string text, const std::string& mark, const std::string& by) {
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
    text.replace(at, mark.size(), by);
  return text;
}

// Two values a and b of @A and @B channels, from the input x; then what is done with them. c: concat(a, b).
const char* const spatial[] = {
    "return concat(a, b)",
    "return relu(concat(b, a, x))",
    "return concat(a, a, b)",
    "return (c: concat(a, b), a: a)",
    "return (c: concat(a, b), d: concat(b, a))",
    "return (c: concat(a, b), d: a |> max_pool(3x3, stride: 1, padding: same), e: relu(b))",
    "c = concat(a, b)\n    return (c: c, d: c |> conv(@A, kernel: 3x3, padding: same, name: \"d\") |> relu)",
    // Pools beside convolutions.
    "c = concat(a |> max_pool(3x3, stride: 1, padding: same), b, a |> avg_pool(3x3, stride: 1, padding: 1))\n"
    "    return c |> conv(@B, kernel: 1x1, name: \"d\")",
    "c = concat(a |> max_pool(2x2, padding: 1), b |> max_pool(2x2, padding: 1))\n"
    "    return c |> avg_pool(2x2, stride: 1, padding: 1) |> relu",
    // A part has readers of its own.
    "c = concat(a, b)\n    d = a |> conv(@A, kernel: 3x3, padding: same, name: \"d\")\n"
    "    return concat(c, relu(a + d))",
    "c = concat(a, b)\n    d = b |> conv(@B, kernel: 3x3, padding: same, groups: @B, name: \"d\")\n"
    "    return relu(c |> conv(@B, kernel: 1x1, name: \"e\")) + d * b",
    "c = concat(relu(a), abs(b) * 2)\n    return c * (c |> global_max_pool) - (c |> global_avg_pool)",
    "c = concat(a, b)\n    return (p: global_max_pool(a), q: global_avg_pool(b), r: global_max_pool(c))",
    "c = concat(a |> softmax, b)\n    return (s: softmax(a), c: c * 3)",
    // Inside one another.
    "c = concat(a, b)\n    d = c |> conv(@A, kernel: 3x3, padding: same, name: \"d\") |> relu\n"
    "    e = concat(c, d)\n    f = e |> conv(@B, kernel: 1x1, name: \"e\") |> relu\n"
    "    return concat(e, f) |> conv(@A, kernel: 1x1, name: \"f\")",
    "c = concat(a, b)\n    return concat(a, c, b)",
    "return concat(concat(x, a), concat(b, a * 2))",
    // Over an operand.
    "d = a |> conv(@A, kernel: 3x3, padding: same, name: \"d\")\n"
    "    e = d |> conv(@A, kernel: 3x3, padding: same, name: \"e\")\n    return relu(a + e) |> conv(@B, "
    "kernel: 1x1, name: \"f\")",
    "d = relu(a + (a |> conv(@A, kernel: 3x3, padding: same, name: \"d\")))\n"
    "    return relu(d + (d |> conv(@A, kernel: 3x3, padding: same, name: \"e\")))",
    "d = a |> max_pool(3x3, stride: 1, padding: same)\n    e = d * (a |> global_max_pool)\n"
    "    f = e - a\n    return f |> avg_pool(3x3, stride: 1, padding: 1)",
    "d = relu(b) * (b |> global_max_pool)\n    e = d + (x |> conv(1, kernel: 1x1, name: \"e\"))\n"
    "    return (e: e, d: d |> max_pool(2x2, stride: 1, padding: 1))",
    "c = concat(a, b)\n    d = c |> conv(@A, kernel: 1x1, name: \"d\")\n    return concat(d, clamp(c, 0, 9) "
    "+ c)",
};

// Values without positions: x and y are vectors of @A and @B numbers.
const char* const vectors[] = {
    "return concat(x |> dense(@B, name: \"d\"), y |> dense(@A, name: \"e\")) |> relu",
    "c = concat(x |> dense(@A, name: \"d\") |> softmax, y |> relu)\n    return c |> dense(@B, name: \"e\") "
    "|> softmax",
    "d = x |> dense(@A, name: \"d\")\n    c = concat(d, d |> dense(@B, name: \"e\"))\n"
    "    return (c |> dense(@A, name: \"f\")) + d",
    "c = concat(relu(x), relu(y))\n    return softmax(c * 2) + c",
};

} // namespace

void addStorage(CaseList& list) {
  Random random(11);
  // Blocks for every width of vectors, for some, for none.
  const std::vector<std::pair<int64_t, int64_t>> widths{{16, 32}, {8, 16}, {3, 5}, {16, 17}};
  for (const char* body : spatial)
    for (const auto& [a, b] : widths) {
      Shape shape = someShape(random, 2, {1, 1}, 4000);
      std::string text = std::string("    a = x |> conv(@A, kernel: 3x3, padding: same, name: \"a\")\n"
                                     "    b = x |> conv(@B, kernel: 1x1, name: \"b\") |> relu\n    ") +
                         body + "\n";
      list.add("storage", "x: tensor[4, " + shape.text + "]",
               filledIn(filledIn(text, "@A", std::to_string(a)), "@B", std::to_string(b)), shape.runs);
    }
  for (const char* body : vectors)
    for (const auto& [a, b] : widths) {
      std::string inputs = "x: tensor[" + std::to_string(a) + "], y: tensor[" + std::to_string(b) + "]";
      std::string text = std::string("    ") + body + "\n";
      list.add("storage", inputs, filledIn(filledIn(text, "@A", std::to_string(a)), "@B", std::to_string(b)),
               {{1, {}}, {3, {}}, {0, {}}});
    }
  // Heads on several scales: what an alias has is copied.
  for (const auto& [a, b] : widths)
    list.add(
        "storage", "x: tensor[" + std::to_string(a) + ", 4, 6]",
        "    a = x |> conv(" + std::to_string(b) + ", kernel: 3x3, padding: 1, name: \"a\")\n" +
            "    b = a |> max_pool(2x2)\n    return (c: concat(a |> flatten, b |> flatten), d: concat(b, b "
            "|> relu))\n",
        {{1, {}}, {2, {}}, {0, {}}});
  // So many results that what shares memory is found by a loop.
  std::string results;
  for (int i = 1; i <= 18; ++i) {
    const std::string n = std::to_string(i);
    results += (i > 1 ? ", r" : "r") + n + ": relu(x * " + n + " - 1)";
  }
  list.add("storage", "x: tensor[2, H, W]", "    return (" + results + ")\n",
           {{1, {{"H", 3}, {"W", 5}}}, {2, {{"H", 1}, {"W", 1}}}, {0, {{"H", 2}, {"W", 2}}}});
}

} // namespace convoy::sweep
