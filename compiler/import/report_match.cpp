#include "import/report_match.h"
#include "support/internal_error.h"
#include <algorithm>
#include <map>

namespace convoy::weights {

namespace {

constexpr size_t mostListed = 20;
constexpr size_t mostCompared = 2000; // names of the other side, for the nearest one

std::string shapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::string named(const std::string& name, const std::vector<int64_t>& shape) {
  return "'" + escapeForTerminal(name) + "' " + shapeText(shape);
}

// Whether both shapes have as many elements; false for what cannot be counted.
bool sameCount(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  const auto count = [](const std::vector<int64_t>& shape) {
    int64_t product = 1;
    for (int64_t extent : shape)
      if (__builtin_mul_overflow(product, extent, &product)) return int64_t{-1};
    return product;
  };
  return count(a) >= 0 && count(a) == count(b);
}

// Why the shape of a tensor may be another one than the parameter's.
std::string shapeHint(std::vector<int64_t> wanted, std::vector<int64_t> found) {
  if (!sameCount(wanted, found)) return "";
  if (wanted.size() == 2 && found[0] == wanted[1] && found[1] == wanted[0]) return "; it is transposed";
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  if (wanted == found) return "; its dimensions are in another order";
  return "; it has as many numbers, arranged differently";
}

template <typename Items, typename Line> void list(DiagnosticBuilder& built, const Items& items, Line line) {
  const size_t shown = std::min<size_t>(items.size(), mostListed);
  for (size_t i = 0; i < shown; ++i) built.note(line(items[i]));
  if (items.size() > shown) built.note("and " + std::to_string(items.size() - shown) + " more");
}

class Misfits {
public:
  Misfits(const graph::Graph& graph, const WeightsFile& file, const Match& match, DiagnosticEngine& diags)
      : graph_(graph), file_(file), match_(match), diags_(diags), tensors_(file.store->tensors()) {
    for (size_t tensor : match.unknown) unknown_.emplace(tensors_[tensor].name, tensor);
  }

  void reportMissing(Missing severity) {
    if (match_.missing.empty()) return;
    const std::string count = counted(static_cast<int64_t>(match_.missing.size()), "parameter");
    DiagnosticBuilder built = [&] {
      switch (severity) {
      case Missing::Error:
        return diags_.report(diag::WeightsMissing, file_.location, file_.path, count, graph_.name);
      case Missing::Warning:
        return diags_.report(diag::WeightsIncomplete, file_.location, file_.path, count, graph_.name);
      case Missing::Filled:
        return diags_.report(diag::WeightsFilled, file_.location, file_.path, count, graph_.name);
      }
      internalError("missing weights that are neither an error nor a warning");
    }();
    pointAt(built, match_.missing.front());
    list(built, match_.missing, [&](graph::ValueId id) {
      const std::string near = nearest(id);
      return describe(id) + (near.empty() ? "" : "; did you mean '" + escapeForTerminal(near) + "'?");
    });
    suggestPrefix(built);
  }

  void reportShapes() {
    if (match_.otherShape.empty()) return;
    DiagnosticBuilder built =
        diags_.report(diag::WeightsShape, file_.location, file_.path,
                      counted(static_cast<int64_t>(match_.otherShape.size()), "parameter"), graph_.name);
    pointAt(built, match_.otherShape.front().parameter);
    bool reordered = false;
    list(built, match_.otherShape, [&](const Pair& pair) {
      const std::vector<int64_t> wanted = shapeOf(graph_.value(pair.parameter));
      const std::vector<int64_t>& found = tensors_[pair.tensor].shape;
      const std::string hint = shapeHint(wanted, found);
      reordered |= !hint.empty();
      return describe(pair.parameter) + " is " + shapeText(found) + " in the file" + hint;
    });
    if (reordered)
      built.help(
          "layouts are PyTorch's: convolutions have [filters][channels / groups][..kernel], dense layers "
          "[units][channels]");
  }

  void reportElements() {
    if (match_.otherElement.empty()) return;
    DiagnosticBuilder built =
        diags_.report(diag::WeightsElements, file_.location, file_.path,
                      counted(static_cast<int64_t>(match_.otherElement.size()), "parameter"), graph_.name);
    list(built, match_.otherElement, [&](const Pair& pair) {
      return describe(pair.parameter) + " is " + tensors_[pair.tensor].elementName + " in the file";
    });
    built.help("parameters are read from float32, float16, bfloat16 and float64, little-endian");
  }

  void reportUnknown() {
    if (match_.unknown.empty()) return;
    DiagnosticBuilder built =
        diags_.report(diag::WeightsUnknown, file_.location, file_.path,
                      counted(static_cast<int64_t>(match_.unknown.size()), "tensor"), graph_.name);
    list(built, match_.unknown,
         [&](size_t tensor) { return named(tensors_[tensor].name, tensors_[tensor].shape); });
  }

private:
  std::string describe(graph::ValueId id) const {
    return named(graph_.value(id).name, shapeOf(graph_.value(id)));
  }

  // The layer in the script that wants the first of them.
  void pointAt(DiagnosticBuilder& built, graph::ValueId id) const {
    const graph::Value& parameter = graph_.value(id);
    if (parameter.location.valid()) built.label(parameter.location, "this wants " + describe(id));
  }

  // The unknown tensor that is most likely meant: one of that shape if there is one, by its name; else the
  // only one of a shape that no other parameter misses.
  std::string nearest(graph::ValueId id) const {
    const std::vector<int64_t> shape = shapeOf(graph_.value(id));
    std::vector<std::string> fitting, others;
    for (size_t i = 0; i < std::min(match_.unknown.size(), mostCompared); ++i) {
      const StoredTensor& tensor = tensors_[match_.unknown[i]];
      (tensor.shape == shape ? fitting : others).push_back(tensor.name);
    }
    const std::string& name = graph_.value(id).name;
    if (std::string near = nearestName(name, fitting); !near.empty()) return near;
    const auto wantsShape = [&](graph::ValueId other) { return shapeOf(graph_.value(other)) == shape; };
    if (fitting.size() == 1 && std::count_if(match_.missing.begin(), match_.missing.end(), wantsShape) == 1)
      return fitting.front();
    return nearestName(name, others);
  }

  // Whether `longer` is `shorter` with words in front: then those, with their dot.
  static std::string prefixOf(const std::string& longer, const std::string& shorter) {
    if (longer.size() < shorter.size() + 2) return "";
    const size_t length = longer.size() - shorter.size();
    return longer[length - 1] == '.' && longer.compare(length, shorter.size(), shorter) == 0
               ? longer.substr(0, length)
               : "";
  }

  // Networks are often saved inside a wrapper, whose name then stands before every other. Says so when that
  // explains all that is missing.
  void suggestPrefix(DiagnosticBuilder& built) const {
    const std::string& first = graph_.value(match_.missing.front()).name;
    for (size_t i = 0; i < std::min(match_.unknown.size(), mostCompared); ++i) {
      const std::string& candidate = tensors_[match_.unknown[i]].name;
      const std::string ofFile = prefixOf(candidate, first), ofGraph = prefixOf(first, candidate);
      if (!ofFile.empty() && explains(ofFile, "")) {
        const std::string prefix = escapeForTerminal(ofFile);
        built.help("all of them are there with '" + prefix +
                   "' before their names; save them without it, in Python {name.removeprefix(\"" + prefix +
                   "\"): tensor for name, tensor in tensors.items()}");
        return;
      }
      if (!ofGraph.empty() && explains("", ofGraph)) {
        built.help("all of them are there without '" + escapeForTerminal(ofGraph) + "' before their names");
        return;
      }
    }
  }

  // Whether every missing parameter, without `ofGraph` and with `ofFile` before its name, is an unknown
  // tensor of its shape.
  bool explains(const std::string& ofFile, const std::string& ofGraph) const {
    return std::all_of(match_.missing.begin(), match_.missing.end(), [&](graph::ValueId id) {
      const std::string& name = graph_.value(id).name;
      if (name.compare(0, ofGraph.size(), ofGraph) != 0) return false;
      const auto found = unknown_.find(ofFile + name.substr(ofGraph.size()));
      return found != unknown_.end() && tensors_[found->second].shape == shapeOf(graph_.value(id));
    });
  }

  const graph::Graph& graph_;
  const WeightsFile& file_;
  const Match& match_;
  DiagnosticEngine& diags_;
  const std::vector<StoredTensor>& tensors_;
  std::map<std::string, size_t> unknown_; // tensors by name
};

} // namespace

void reportMisfits(const graph::Graph& graph, const WeightsFile& file, const Match& match, Missing missing,
                   DiagnosticEngine& diags) {
  Misfits misfits(graph, file, match, diags);
  misfits.reportMissing(missing);
  misfits.reportShapes();
  misfits.reportElements();
  misfits.reportUnknown();
}

} // namespace convoy::weights
