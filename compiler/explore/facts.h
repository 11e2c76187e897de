// What the page tells about a pipeline, as JSON: its layers and kernels, the texts of its stages, and which
// of their lines belong together.
#pragma once
#include "explore/page.h"
#include "inspect/plan.h"

namespace convoy::explore {

// The texts of one compiled unit, with the lines of loop IR as their debug information.
struct UnitTexts {
  std::string llvm, optimized, assembly;
};

// A text of the compilation after one of its phases.
struct PassText {
  std::string name, why;
  std::string stage; // of which its text is: "graph", "schedule", "loops"
  std::string text;
};

// What the page is about. The caller's, and outlives the making of the page.
struct Subject {
  std::string file;             // as the user names it
  const SourceFile* script;     // null: it is none
  const graph::Graph& written;  // before layers were folded; its locations point into scripts
  const graph::Graph& computed; // that was scheduled
  const schedule::Schedule& schedule;
  const schedule::ProgramCalls& calls;
  const loop::Module& loops;
  const inspect::Plan& plan; // with numbers for run-time sizes
  std::vector<UnitTexts> units = {};
  std::vector<PassText> passes = {};                           // in order
  std::vector<std::pair<std::string, std::string>> facts = {}; // for the page's head: "math", "fast"
};

// Adds the sections `core` and `text.STAGE` of each stage, and `passes`.
void addFacts(Page& page, const Subject& subject);

} // namespace convoy::explore
