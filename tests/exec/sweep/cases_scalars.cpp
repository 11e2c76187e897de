// Run-time scalars: one number for all items, wherever a number may stand beside a tensor.
#include "case.h"
#include <cmath>
#include <limits>

namespace convoy::sweep {

namespace {

// Every run with every value of the scalar `level`, and with more than one item.
std::vector<Run> withValues(const std::vector<Run>& runs, const std::vector<float>& values) {
  std::vector<Run> all;
  for (size_t i = 0; i < runs.size(); ++i) {
    Run run = runs[i];
    run.batch = static_cast<int64_t>(i % 3); // 0, 1 and 2 items
    run.scalars["level"] = values[i % values.size()];
    all.push_back(run);
  }
  for (float value : values) {
    Run run = runs.front();
    run.batch = 2;
    run.scalars["level"] = value;
    all.push_back(run);
  }
  return all;
}

} // namespace

void addScalars(CaseList& list) {
  Random random(8);
  const std::vector<float> ordinary{-0.0f, 0, 1, -3, 2, 17};
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> strange{std::nanf(""), infinity, -infinity, -0.0f};
  struct Form {
    const char* inputs; // behind the tensor x
    const char* body;
    bool exact; // for NaN and infinities too
  };
  const std::vector<Form> forms{
      {"level: float = 0.5", "return select(x > level, x, 0)", true},
      {"level: float", "return select(level <= x, level, x)", true},
      {"level: float", "return (a: x == level, b: select(x != level, 1, level))", true},
      {"level: float", "return select(level > 0, x, -1)", true},
      {"level: float", "return (a: x + level, b: level - x)", false},
      {"level: float", "return x * level |> relu", false},
      {"level: float, other: float = -2", "return select(x > level * 2 - other, x, other)", false},
      {"level: float", "k = abs(level) + 1\n    return (a: x / k, k: k)", false},
      {"level: float", "return (k: relu(level), x: x)", true},
      {"level: float",
       "y = x |> conv(16, kernel: 3x3, padding: 1, name: \"c\")\n    return y * level - level", false},
      {"level: float", "y = x |> conv(32, kernel: 1x1, name: \"c\") |> relu\n    return y * level + y",
       false},
      {"level: float", "y = x |> conv(kernel: [[1, 2, 1]], padding: same)\n    return y * level - level",
       false},
      {"level: float", "y = x |> max_pool(2x2, stride: 1)\n    return y * level - level", false},
      {"level: float",
       "y = x |> global_max_pool |> flatten |> dense(5, name: \"d\")\n    return y * level - level", false},
      {"level: float, y: tensor[1]", "return x * level - y * level", false},
  };
  for (const Form& form : forms)
    for (int64_t channels : {1, 3, 16, 17}) {
      const Shape shape = someShape(random, 2, {2, 2}, 150 * channels);
      const std::string inputs =
          "x: tensor[" + std::to_string(channels) + ", " + shape.text + "], " + form.inputs;
      const std::string body = std::string("    ") + form.body + "\n";
      list.add("scalar", inputs, body, withValues(shape.runs, ordinary));
      if (form.exact) list.add("scalar", inputs, body, withValues(shape.runs, strange), true);
    }
  // A vector per item, whose lanes are channels; and no tensor at all.
  for (int64_t channels : {1, 8, 17, 40})
    list.add("scalar", "level: float, x: tensor[" + std::to_string(channels) + "]",
             "    return x * level - level\n", withValues({{2, {}, {}}}, ordinary));
  list.add("scalar", "level: float, other: float", "    return level * other\n",
           {{1, {}, {{"level", -3.0f}}}});
}

} // namespace convoy::sweep
