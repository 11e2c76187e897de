// What was decided about each layer and kernel, and what was not done and why, as sentences about places of
// the script (docs/remarks.md).
#pragma once
#include "inspect/plan.h"

namespace convoy::inspect {

struct Remark {
  enum Kind { Passed, Missed, Analysis } kind = Passed;
  std::string decision; // one of remarkDecisions()
  std::string name;     // of this kind of sentence: "FusedInRegisters"
  Location location;    // nowhere where the script does not say it
  std::string layer;    // that it is about, or the kernel
  // The sentence in pieces. A fact has a key, plain text has none.
  struct Piece {
    std::string key, text;
  };
  std::vector<Piece> pieces;

  std::string text() const;
};

// Where it is in a text that was read; none: the script does not say it, or it is a model, which is no text.
std::optional<SourceFile::Position> positionOf(const Remark& remark);

// "fuse", "tile", "layout", "algorithm".
const std::vector<std::string>& remarkDecisions();
// "passed", "missed", "analysis"
const char* nameOf(Remark::Kind kind);

// In the order of the script. `plan` has predictions and the fusion report; `graph` is the one that was
// scheduled.
std::vector<Remark> makeRemarks(const Plan& plan, const graph::Graph& graph);

// As LLVM's tools read them: a YAML document each (llvm-remarkutil, opt-viewer).
std::string remarksYaml(const std::vector<Remark>& remarks);
Json remarksJson(const std::vector<Remark>& remarks);

} // namespace convoy::inspect
