#include "inspect/remarks.h"
#include "inspect/size_text.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace convoy::inspect {

std::string Remark::text() const {
  std::string all;
  for (const Piece& piece : pieces) all += piece.text;
  return all;
}

const char* nameOf(Remark::Kind kind) {
  switch (kind) {
  case Remark::Passed: return "passed";
  case Remark::Missed: return "missed";
  case Remark::Analysis: return "analysis";
  }
  return "";
}

std::optional<SourceFile::Position> positionOf(const Remark& remark) {
  const Location& at = remark.location;
  if (!at.valid() || at.file->text().empty()) return std::nullopt; // a model is not read as a text
  return at.file->position(at.begin);
}

const std::vector<std::string>& remarkDecisions() {
  static const std::vector<std::string> decisions = {"fuse", "tile", "layout", "algorithm"};
  return decisions;
}

namespace {

using schedule::Algorithm;
using schedule::Layout;

// Adds to the last one of some remarks.
class Sentence {
public:
  explicit Sentence(Remark& remark) : remark_(remark) {}
  Sentence& operator<<(const std::string& text) { return fact("", text); }
  Sentence& fact(const char* key, const std::string& text) {
    std::vector<Remark::Piece>& pieces = remark_.pieces;
    if (!*key && !pieces.empty() && pieces.back().key.empty())
      pieces.back().text += text;
    else
      pieces.push_back({key, text});
    return *this;
  }
  Sentence& quoted(const char* key, const std::string& name) { return *this << "'", fact(key, name) << "'"; }

private:
  Remark& remark_;
};

std::string placeText(Layout layout, int lanes) {
  const std::string blocks = "blocks of " + std::to_string(lanes);
  switch (layout) {
  case Layout::Planar: return "planes";
  case Layout::Blocked: return blocks + " channels";
  case Layout::Bf16: return blocks + " pairs of channels in bf16";
  case Layout::Split: return blocks + " pairs of channels as sums of two bf16 numbers";
  case Layout::Int8: return blocks + " times four channels of 8-bit numbers";
  }
  return "";
}

class Teller {
public:
  Teller(const Plan& plan, const graph::Graph& graph) : plan_(plan), graph_(graph) {}

  std::vector<Remark> run() {
    for (const LayerPlan& layer : plan_.layers) tell(layer);
    for (size_t i = 0; i < plan_.kernels.size(); ++i) tell(i);
    for (const schedule::GroupFacts& group : plan_.fusion.facts.groups) tell(group);
    for (const schedule::EdgeFacts& edge : plan_.fusion.facts.edges) tell(edge);
    if (!plan_.remark.empty())
      add(Remark::Missed, "algorithm", "OptionWithoutEffect", {}, "") << plan_.remark;
    return inOrderOfScript();
  }

private:
  // What is nowhere stands at the end; what is at one place, as it was told.
  std::vector<Remark> inOrderOfScript() {
    std::vector<size_t> order(remarks_.size());
    std::iota(order.begin(), order.end(), 0);
    auto key = [this](size_t number) {
      const Location& at = remarks_[number].location;
      return std::make_tuple(!at.valid(), at.valid() ? at.file->path() : std::string(), at.begin, number);
    };
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
    std::vector<Remark> sorted;
    for (size_t number : order) sorted.push_back(std::move(remarks_[number]));
    return sorted;
  }

  Sentence add(Remark::Kind kind, const char* decision, const char* name, Location location,
               const std::string& layer) {
    Remark remark;
    remark.kind = kind, remark.decision = decision, remark.name = name;
    remark.location = location, remark.layer = layer;
    remarks_.push_back(std::move(remark));
    return Sentence(remarks_.back());
  }

  Location placeOf(size_t kernel) const {
    return graph_.value(plan_.kernels[kernel].kernel.anchor()).location;
  }
  std::string milliseconds(double cycles) const {
    return fixedText(secondsOf(cycles, plan_.machine) * 1e3, 4);
  }

  // ---- layers that are part of something else ----

  void tell(const LayerPlan& layer) {
    if (!layer.kernel) {
      add(Remark::Passed, "algorithm", "NotComputed", layer.location, layer.name).quoted("Layer", layer.name)
          << " is not computed: no result depends on it";
      return;
    }
    if (!layer.foldedInto.empty()) {
      Sentence says = add(Remark::Passed, "fuse", "Folded", layer.location, layer.name);
      says.quoted("Layer", layer.name) << " is folded into the weights of ";
      says.quoted("Into", layer.foldedInto);
      return;
    }
    const KernelFacts& facts = plan_.kernels[*layer.kernel];
    if (facts.layers.empty() || facts.layers.front() == layer.name) return;
    Sentence says = add(Remark::Passed, "fuse", "FusedInRegisters", layer.location, layer.name);
    says.quoted("Layer", layer.name) << " is computed in the registers of ";
    says.quoted("Into", facts.layers.front());
  }

  // ---- kernels ----

  void tell(size_t number) {
    const KernelFacts& facts = plan_.kernels[number];
    const Location location = placeOf(number);
    const bool concat = facts.kernel.algorithm == Algorithm::Concat && facts.traffic.total() == Size(0);
    if (facts.kernel.algorithm == Algorithm::Alias || concat) {
      add(Remark::Passed, "fuse", "InPlace", location, facts.name).quoted("Layer", facts.name)
          << (concat ? " takes no time: its operands are computed at their place in it"
                     : " takes no time: it is another view of the same memory");
      return;
    }
    if (!facts.prediction) return;
    if (facts.kernel.algorithm == Algorithm::Reorder) return tellConversion(number);
    tellAlgorithm(facts, facts.prediction->estimate, location);
    tellLayout(facts, location);
    tellTile(facts, facts.prediction->otherTile, location);
    tellRunnerUp(facts, facts.prediction->runnerUp, location);
  }

  void tellConversion(size_t number) {
    const KernelFacts& facts = plan_.kernels[number];
    const std::string& value = graph_.value(facts.kernel.anchor()).name;
    Sentence says = add(Remark::Analysis, "layout", "Conversion", placeOf(number), value);
    says.quoted("Layer", value) << " is converted to ";
    says.fact("Layout", placeText(facts.kernel.layout, plan_.lanes)) << " by a kernel of its own: ";
    says.fact("Bytes", countText(facts.bytes())) << " bytes, ";
    says.fact("Milliseconds", milliseconds(facts.cycles())) << " ms";
  }

  void tellAlgorithm(const KernelFacts& facts, const schedule::Estimate& estimate, Location location) {
    Sentence says = add(Remark::Passed, "algorithm", "Algorithm", location, facts.name);
    says.quoted("Layer", facts.name) << " is computed by ";
    says.fact("Algorithm", nameOf(facts.kernel.algorithm)) << " in ";
    says.fact("Milliseconds", milliseconds(estimate.cycles())) << " ms, as predicted";

    Sentence why = add(Remark::Analysis, "algorithm", "Bound", location, facts.name);
    why.quoted("Layer", facts.name) << " is bound by ";
    why.fact("Bound", nameOf(estimate.bound())) << ": ";
    if (facts.multiplyAdds != Size(0))
      why.fact("MultiplyAdds", countText(facts.multiplyAdds)) << " multiply-adds, ";
    why.fact("Bytes", countText(facts.bytes())) << " bytes";
    if (const auto flops = intensity(facts.multiplyAdds, facts.bytes())) {
      why << ", ";
      why.fact("FlopsPerByte", fixedText(*flops, 1)) << " FLOP for each";
    }
    if (facts.vectorized) return;
    add(Remark::Missed, "algorithm", "NotVectorized", location, facts.name).quoted("Layer", facts.name)
        << " computes with single numbers: its hot loop is not vectorized";
  }

  void tellLayout(const KernelFacts& facts, Location location) {
    Sentence says = add(Remark::Passed, "layout", "Layout", location, facts.name);
    says.quoted("Layer", facts.name) << " works in ";
    says.fact("Layout", placeText(facts.kernel.layout, plan_.lanes));
    if (facts.kernel.resultLayout() == facts.kernel.layout) return;
    says << ", and writes its result in ";
    says.fact("Writes", placeText(facts.kernel.resultLayout(), plan_.lanes));
  }

  static std::string tileText(const std::vector<int64_t>& extents) {
    std::string text;
    for (int64_t extent : extents) text += (text.empty() ? "" : "x") + std::to_string(extent);
    return text;
  }

  void tellTile(const KernelFacts& facts, const std::optional<schedule::Prediction::OtherTile>& other,
                Location location) {
    if (facts.kernel.tile.empty()) return;
    Sentence says = add(Remark::Passed, "tile", "Tile", location, facts.name);
    says.quoted("Layer", facts.name) << " has register tiles of ";
    says.fact("Tile", tileText(facts.kernel.tile));
    if (!other) return;
    says << ", the best of ";
    says.fact("Tiles", std::to_string(other->tiles));
    Sentence missed = add(Remark::Missed, "tile", "OtherTile", location, facts.name);
    missed.quoted("Layer", facts.name) << " does not have tiles of ";
    missed.fact("Tile", tileText(other->extents));
    tellTime(missed, facts, other->more);
    // Its tiles are chosen with an eye to that.
    if (other->more < 0 && facts.kernel.algorithm == Algorithm::Winograd)
      missed << ", but several threads share it less evenly";
  }

  // Of another way.
  void tellTime(Sentence& says, const KernelFacts& facts, double more) const {
    says << ": it would take ";
    says.fact("Milliseconds", milliseconds(facts.cycles() + more)) << " ms, ";
    says.fact("Difference", milliseconds(std::abs(more))) << (more < 0 ? " ms less" : " ms more");
  }

  void tellRunnerUp(const KernelFacts& facts, const std::optional<schedule::Prediction::Other>& other,
                    Location location) {
    if (!other) return;
    const bool algorithm = other->kernel.algorithm != facts.kernel.algorithm;
    Sentence says = add(Remark::Missed, algorithm ? "algorithm" : "layout",
                        algorithm ? "OtherAlgorithm" : "OtherLayout", location, facts.name);
    says.quoted("Layer", facts.name) << (algorithm ? " is not computed by " : " does not work in ");
    if (!algorithm) says.fact("Layout", placeText(other->kernel.layout, plan_.lanes)) << ", by ";
    says.fact("Algorithm", algorithmText(other->kernel));
    tellTime(says, facts, other->more);
  }

  // ---- what runs together ----

  void tell(const schedule::GroupFacts& group) {
    const size_t first = group.group.first;
    Sentence says = add(Remark::Passed, "fuse", "Group", placeOf(first), plan_.kernels[first].name);
    for (size_t i = first; i < group.group.end(); ++i) {
      if (i > first) says << (i + 1 == group.group.end() ? " and " : ", ");
      says.quoted("Layer", plan_.kernels[i].name);
    }
    says << " run together, ";
    says.fact("Rows", counted(group.group.rows, "row")) << " at a time: ";
    says.fact("BytesSaved", countText(group.savedBytes)) << " bytes stay in the caches";
    for (const schedule::RingFacts& ring : group.rings) {
      const graph::Value& value = graph_.value(ring.value);
      Sentence keeps = add(Remark::Analysis, "fuse", "Ring", value.location, value.name);
      keeps << "of ";
      keeps.quoted("Layer", value.name) << " there are ";
      keeps.fact("Rows", counted(ring.rows, "row")) << " at a time, in ";
      keeps.fact("Bytes", countText(ring.bytes)) << " bytes of each thread; ";
      keeps.fact("Kept", std::to_string(ring.kept)) << " of them are kept for the next strip";
    }
  }

  void tell(const schedule::EdgeFacts& edge) {
    Sentence says = add(Remark::Missed, "fuse", "ThroughMemory", placeOf(edge.consumer),
                        plan_.kernels[edge.consumer].name);
    says.quoted("Value", plan_.fusion.values.at(edge.value)) << " goes through memory to ";
    says.quoted("Layer", plan_.kernels[edge.consumer].name) << " (";
    says.fact("Bytes", countText(edge.bytes)) << " bytes): ";
    says.fact("Why", edge.why) << "; ";
    if (edge.change.empty())
      says << "nothing would change it";
    else
      says << "what would change it: ", says.fact("Change", edge.change);
  }

  const Plan& plan_;
  const graph::Graph& graph_;
  std::vector<Remark> remarks_;
};

// A text of YAML: as LLVM's tools read it, in single quotes wherever that can be.
std::string yamlText(const std::string& text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
  if (!plain) return Json(text).str();
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

} // namespace

std::vector<Remark> makeRemarks(const Plan& plan, const graph::Graph& graph) {
  return Teller(plan, graph).run();
}

std::string remarksYaml(const std::vector<Remark>& remarks) {
  std::string all;
  for (const Remark& remark : remarks) {
    const char* tag = remark.kind == Remark::Passed   ? "Passed"
                      : remark.kind == Remark::Missed ? "Missed"
                                                      : "Analysis";
    all += std::string("--- !") + tag + "\nPass:            " + remark.decision +
           "\nName:            " + remark.name + "\n";
    if (const auto at = positionOf(remark))
      all += "DebugLoc:        { File: " + yamlText(remark.location.file->path()) +
             ", Line: " + std::to_string(at->line) + ", Column: " + std::to_string(at->column) + " }\n";
    all += "Function:        " + yamlText(remark.layer) + "\nArgs:\n";
    for (const Remark::Piece& piece : remark.pieces)
      all += "  - " + (piece.key.empty() ? "String" : piece.key) + ": " + yamlText(piece.text) + "\n";
    all += "...\n";
  }
  return all;
}

Json remarksJson(const std::vector<Remark>& remarks) {
  return arrayOf(remarks, [](const Remark& remark) {
    Json json = Json::object(), facts = Json::array();
    json.set("kind", nameOf(remark.kind)).set("decision", remark.decision).set("name", remark.name);
    if (const auto at = positionOf(remark))
      json.set("file", remark.location.file->path()).set("line", at->line).set("column", at->column);
    for (const Remark::Piece& piece : remark.pieces)
      if (!piece.key.empty()) facts.push(Json::object().set("key", piece.key).set("value", piece.text));
    json.set("layer", remark.layer).set("message", remark.text()).set("facts", std::move(facts));
    return json;
  });
}

} // namespace convoy::inspect
