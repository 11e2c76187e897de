// Parameters beside tensors: every operation and broadcast, in planes, in blocks, behind other layers and in
// groups.
#include "case.h"

namespace convoy::sweep {

namespace {

// Extents of a parameter beside a tensor[channels, 5, 19], or of fewer axes.
std::string extents(const std::string& form, int64_t channels, const std::vector<int64_t>& spatial) {
  if (form == "C") return "[" + std::to_string(channels) + "]";
  if (form == "1") return "[1]";
  // A letter for each axis: c the extent, 1 one.
  std::string text = "[" + std::to_string(form[0] == '1' ? 1 : channels);
  for (size_t axis = 0; axis < spatial.size(); ++axis)
    text += ", " + std::to_string(form[axis + 1] == '1' ? 1 : spatial[axis]);
  return text + "]";
}

std::string filled(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

// `#` is an extent list, `a` the tensor.
const char* const forms[] = {
    "return a + parameter(#, name: \"p\")",
    "return parameter(#, name: \"p\") - a",
    "return relu(a * parameter(#, name: \"p\"))",
    "return parameter(#, name: \"divisor\") / (abs(a) + 1)",
    "return a / parameter(#, name: \"divisor\") + a",
    "return max(parameter(#, name: \"p\"), a)",
    "return min(a, parameter(#, name: \"p\"))",
    "return a > parameter(#, name: \"p\")",
    "return select(parameter(#, name: \"p\"), a, parameter(#, name: \"q\"))",
    "p = parameter(#, name: \"p\")\n    return (a * p + p) |> clamp(-9, 9)",
    ("b = a |> conv(17, kernel: 1x1, name: \"d\")\n    return max_pool(b + parameter([17], name: \"p\"), 2, "
     "stride: 1, padding: 1)"),
    "return pow(abs(a) + 1, parameter(#, name: \"p\"))",
};

} // namespace

void addParameters(CaseList& list) {
  const std::vector<std::vector<int64_t>> shapes{{19}, {5, 19}, {2, 3, 17}};
  const std::vector<std::vector<std::string>> letters{
      {"cc", "c1", "1c", "C", "1"},
      {"ccc", "c11", "1cc", "c1c", "cc1", "11c", "1c1", "C", "1"},
      {"cccc", "c1c1", "1c1c", "C"}};
  const char* const names[] = {"D", "H", "W"};
  int n = 0;
  for (const char* form : forms)
    for (size_t rank = 1; rank <= 3; ++rank)
      for (const std::string& letter : letters[rank - 1])
        for (bool blocked : {false, true}) {
          if (++n % 4 != 0 && letter != "ccc") continue; // every form with some of them
          const int64_t channels = blocked ? std::vector<int64_t>{16, 17, 32}[static_cast<size_t>(n % 3)]
                                           : std::vector<int64_t>{1, 3, 5, 16}[static_cast<size_t>(n % 4)];
          // Sizes are known, or some only when the pipeline runs: there the parameter's are checked.
          std::string spatial;
          Run run;
          for (size_t axis = 0; axis < rank; ++axis) {
            const bool atRunTime = (n + static_cast<int>(axis)) % 4 == 0;
            const std::string name = names[3 - rank + axis];
            spatial += ", " + (atRunTime ? name : std::to_string(shapes[rank - 1][axis]));
            if (atRunTime) run.sizes[name] = shapes[rank - 1][axis];
          }
          std::vector<Run> runs(3, run);
          runs[1].batch = 3, runs[2].batch = 0;
          const std::string body =
              filled(std::string(form), "#", extents(letter, channels, shapes[rank - 1]));
          if (body.find("1x1") != std::string::npos && rank != 2) continue;
          const std::string convolved =
              " |> conv(" + std::to_string(channels) + ", kernel: 3, padding: 1, name: \"c\")";
          list.add("parameter", "x: tensor[" + std::to_string(blocked ? 2 : channels) + spatial + "]",
                   "    a = x" + std::string(blocked ? convolved : "") + "\n    " + body + "\n", runs);
        }
  // One position, whose lanes are channels; heads; an image beside its mean.
  for (int64_t channels : {1, 8, 17, 40}) {
    const std::string c = std::to_string(channels);
    list.add("parameter", "x: tensor[" + c + "]",
             "    return x * parameter([" + c + "], name: \"p\") - parameter([1], name: \"q\")\n",
             {{1, {}}, {3, {}}});
    list.add("parameter", "x: tensor[" + c + ", 4, 4]",
             "    return x |> global_avg_pool |> flatten |> dense(33, name: \"d\") |> min(parameter([33], "
             "name: \"p\"))\n",
             {{1, {}}, {3, {}}});
  }
  for (const char* image : {"gray", "rgb"}) {
    const std::string c = image[0] == 'g' ? "1" : "3";
    for (const char* shape : {"1, 1", "9, 21"})
      list.add("parameter", std::string("x: image[") + image + ", 9, 21]",
               "    return (x - parameter([" + c + ", " + shape + "], name: \"mean\")) * parameter([" + c +
                   "], name: \"scale\")\n",
               {{1, {}}, {2, {}}});
    list.addWithResult(
        "parameter", std::string("x: image[") + image + ", 9, 21]", std::string("image[") + image + "]",
        "    return avg_pool(x, 3x3, stride: 1, padding: same) + parameter([1, 9, 21], name: \"p\")\n",
        {{1, {}}});
  }
}

} // namespace convoy::sweep
