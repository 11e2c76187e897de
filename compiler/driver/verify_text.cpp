// What `convoy verify` found, for people.
#include "driver/verify.h"
#include "inspect/table.h"
#include "support/text.h"
#include <cmath>
#include <cstdio>

namespace convoy::driver {

namespace {

using inspect::Comparison;

std::string shortNumber(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", number);
  return number == 0 ? "0" : std::isfinite(number) ? text : "none";
}

std::string exactNumber(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", number);
  return text;
}

std::string listText(const std::vector<int64_t>& numbers) {
  std::string text;
  for (size_t i = 0; i < numbers.size(); ++i) text += (i ? ", " : "") + std::to_string(numbers[i]);
  return "[" + text + "]";
}

// "[1, 2, 3] of item 0"
std::string placeText(const std::vector<int64_t>& at) {
  return listText({at.begin() + 1, at.end()}) + " of item " + std::to_string(at[0]);
}

double shareOf(const Comparison& comparison) {
  if (comparison.wrong > 0) return INFINITY;
  return comparison.bound > 0 ? comparison.error / comparison.bound : 0;
}

std::string differenceFrom(const char* other, const Comparison& comparison) {
  int64_t count = 1;
  for (int64_t extent : comparison.shape) count *= extent;
  return "element " + placeText(comparison.at) + " is " + exactNumber(comparison.actual) + ", but " + other +
         " " + exactNumber(comparison.expected) + " within " + shortNumber(comparison.allowed) + " (" +
         grouped(comparison.wrong) + " of " + counted(count, "element") + " of an item are wrong)";
}

std::string fusedText(const LayerVerdict& layer) {
  std::string text;
  for (const std::string& name : layer.fused) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Writer {
public:
  std::string run(const Verdict& verdict) {
    for (const LayerVerdict& layer : verdict.layers) add(layer);
    int64_t results = 0;
    for (const ResultVerdict& result : verdict.results) add(result), results += result.kept ? 0 : 1;
    for (const OtherVerdict& other : verdict.others) add(other);
    std::string text = table_.str() + "\n" + others_;
    if (wrong_ > 0)
      return text + first_ + "\n" + std::to_string(wrong_) + " of " + counted(rows_, "row") + " differ\n";
    return text + counted(static_cast<int64_t>(verdict.layers.size()), "layer") + " and " +
           counted(results, "result") + " are within their bounds\n";
  }

private:
  void row(const std::string& kind, const Comparison& comparison, const std::string& verdict) {
    ++rows_;
    table_.add({comparison.name, kind, listText(comparison.shape), shortNumber(comparison.error),
                shortNumber(comparison.bound), verdict.empty() ? "ok" : verdict});
  }

  void add(const LayerVerdict& layer) {
    const bool alone = !layer.alone.good();
    const bool together = layer.kernel && !layer.kernel->good();
    const std::string name = "'" + escapeForTerminal(layer.alone.name) + "'";
    std::string verdict;
    if (alone)
      verdict = "differs", wrong(name + " is the first that differs: " + differenceText(layer.alone));
    else if (together && layer.fused.empty())
      verdict = "differs", wrong(name + " is the first that differs: " + differenceText(*layer.kernel));
    else if (together)
      verdict = "differs, fused with " + fusedText(layer),
      wrong(name + " is the first that differs, not by itself but fused with " +
            escapeForTerminal(fusedText(layer)) + ": " + differenceText(*layer.kernel));
    const bool showKernel = layer.kernel && !alone && shareOf(*layer.kernel) >= shareOf(layer.alone);
    row("layer", showKernel ? *layer.kernel : layer.alone, verdict);
  }

  void add(const ResultVerdict& result) {
    const std::string name = "the result '" + escapeForTerminal(result.whole.name) + "'";
    std::string verdict;
    if (!result.whole.good())
      verdict = "differs", wrong(name + " is the first that differs: " + differenceText(result.whole));
    else if (!result.sameBits)
      verdict = "other bits than its kernels",
      wrong(name + " is the first that differs: the whole pipeline gives other bits than its kernels do when "
                   "the value of each is kept");
    row(result.kept ? "kept" : "result", result.whole, verdict);
  }

  void add(const OtherVerdict& other) {
    const Comparison& comparison = other.comparison;
    const std::string names =
        "'" + escapeForTerminal(comparison.name) + "' and '" + escapeForTerminal(other.file) + "'";
    if (!other.good()) wrong(names + " differ: " + differenceFrom("the file has", comparison));
    row("against", comparison, other.good() ? "" : "differs");
    others_ += names + ": the largest difference is " + shortNumber(comparison.largest);
    if (comparison.largest > 0) others_ += ", of element " + placeText(comparison.largestAt);
    others_ += "\n";
  }

  void wrong(const std::string& sentence) {
    if (wrong_++ == 0) first_ = sentence;
  }

  inspect::Table table_{{{"name"}, {"is"}, {"shape"}, {"error", true}, {"bound", true}, {"verdict"}}};
  std::string first_, others_;
  int64_t wrong_ = 0, rows_ = 0;
};

} // namespace

std::string differenceText(const Comparison& comparison) {
  return differenceFrom("the reference gives", comparison);
}

std::string firstDifference(const KernelsVerdict& verdict) {
  for (const Comparison& kernel : verdict.kernels)
    if (!kernel.good()) return "'" + escapeForTerminal(kernel.name) + "' differs: " + differenceText(kernel);
  for (const ResultVerdict& result : verdict.results) {
    const std::string name = "the result '" + escapeForTerminal(result.whole.name) + "' ";
    if (!result.whole.good()) return name + "differs: " + differenceText(result.whole);
    if (!result.sameBits) return name + "has other bits than its kernels give when the value of each is kept";
  }
  return "";
}

std::string verdictText(const Verdict& verdict) { return Writer().run(verdict); }

} // namespace convoy::driver
