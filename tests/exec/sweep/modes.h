// Arithmetics other than direct sums in float32: what schedules are made for though they may cost more, or
// the processor may have no instructions for them, so that all of them run everywhere.
#pragma once
#include "reference/interpreter.h"
#include "schedule/schedule.h"

namespace convoy::sweep {

struct Mode {
  const char* name;
  schedule::Choices choices;
  int64_t winogradTile = 0; // results of a tile along an axis
};
// bf16 in vectors, bf16 and split bf16 on matrix tiles, Winograd's algorithm with each size of its
// tiles; and the compiler's own choice, which is the last.
const std::vector<Mode>& modes();
// Matrix tiles need vectors of 16, and are taken where there is a unit for them.
bool canRun(const Mode& mode, const Target& target);
// What is the same everywhere: direct sums in float32, which whole numbers make exact.
schedule::Choices directSums();

// Tiles of so many results along an axis for all kernels on Winograd tiles, in a schedule that fits.
void setWinogradTiles(schedule::Schedule& schedule, const graph::Graph& graph, int64_t results);

schedule::Schedule scheduleOf(const graph::Graph& rewritten, const Target& target, const Mode& mode);
// What is rounded where, by the values of a graph as it was written; empty where the mode changes nothing.
reference::GraphForms formsOf(const graph::Graph& written, const Target& target, const Mode& mode);

} // namespace convoy::sweep
