// Arithmetics other than float32: what schedules are made for though the processor may have no instructions
// for them, so that all of them run everywhere.
#pragma once
#include "reference/interpreter.h"
#include "schedule/schedule.h"

namespace convoy::sweep {

struct Mode {
  const char* name;
  schedule::Choices choices;
};
// bf16 in vectors, and bf16 and split bf16 on matrix tiles.
const std::vector<Mode>& modes();
// Matrix tiles need vectors of 16, and are taken where there is a unit for them.
bool canRun(const Mode& mode, const Target& target);

schedule::Schedule scheduleOf(const graph::Graph& rewritten, const Target& target, const Mode& mode);
// What is rounded where, by the values of a graph as it was written; empty where the mode changes nothing.
reference::GraphForms formsOf(const graph::Graph& written, const Target& target, const Mode& mode);

} // namespace convoy::sweep
