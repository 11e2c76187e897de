// The scripts that a graph was made of, as one text, and where in it each layer stands. Private to explore/.
#pragma once
#include "graph/graph.h"

namespace convoy::explore {

struct ScriptSpan {
  uint32_t begin = 0, end = 0; // in UTF-16 units, as the page counts
  size_t node = 0;             // as `nodes` number them
};

struct ScriptText {
  std::string text;
  std::vector<ScriptSpan> spans; // the outer ones first
};

// `script` comes first, then every other file that `nodes` point into, each after a line with its name. The
// text is valid UTF-8.
ScriptText scriptTextOf(const SourceFile& script, const std::vector<const graph::Value*>& nodes);

} // namespace convoy::explore
