// The rules that one kernel must keep, whatever the others are. Private to schedule/.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

struct Fault {
  Part part; // of the kernel's line
  std::string text;
  std::string help = {}; // what is possible; may be empty
};

// The algorithms that can have such a layer as anchor, conversions aside.
std::vector<Algorithm> algorithmsFor(OpKind op);

// What a kernel's line may say, of its algorithm and layout.
size_t extentsOfTile(const Kernel& kernel); // 0: it has no tile
bool hasOrder(const graph::Graph& graph, const Kernel& kernel, int lanes);
bool mayWriteOthers(const graph::Graph& graph, const Kernel& kernel);

// Of the layers alone: each continues the one before it, and nobody else needs what is inside. No algorithm:
// some that there is. `live` says which layers are computed.
std::vector<Fault> chainFaults(const graph::Graph& graph, const std::vector<graph::ValueId>& nodes,
                               std::optional<Algorithm> algorithm, const std::vector<bool>& live);
// Of algorithm, layout and `writes`: without these there is no tile.
std::vector<Fault> formFaults(const graph::Graph& graph, const Kernel& kernel, int lanes);
// Of all else, where there are no faults of form.
std::vector<Fault> tileFaults(const graph::Graph& graph, const Kernel& kernel, int lanes);

// Layers on which a result or one of `wanted` depends.
std::vector<bool> liveNodes(const graph::Graph& graph, const std::vector<graph::ValueId>& wanted = {});

} // namespace convoy::schedule
