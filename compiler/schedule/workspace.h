// What lies where in a workspace, as code of the entry functions. Private to schedule/.
#pragma once
#include "schedule/image_choice.h"
#include "schedule/memory.h"

namespace convoy::schedule {

// A run-time size from the caller's table, whose order is that of the graph's symbols; and a number that
// follows from such sizes.
Reg loadSize(Builder& b, const Graph& graph, Reg sizes, const std::string& symbol);
Reg sizeFrom(Builder& b, const Graph& graph, Reg sizes, const Size& size);

class WorkspaceCode {
public:
  WorkspaceCode(const Graph& graph, const Schedule& schedule, const MemoryPlan& plan)
      : graph_(graph), schedule_(schedule), plan_(plan) {}

  // How many items the first kernels take at a time, where the schedule does not say it as many as fit: at
  // least one, at most all.
  Reg itemsOfGroup(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) const;
  // Elements before each slot and border row, then before the rings of groups.
  std::vector<Reg> offsets(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) const;

  bool hasRings() const { return plan_.ringElements != Size(0); }
  // Bytes of a workspace whose rings are at an offset, for so many threads.
  Reg bytes(Builder& b, Reg sizes, Reg rings, Reg threads) const;
  // How many threads have rings in so many bytes of workspace; perhaps none.
  Reg threadsIn(Builder& b, Reg sizes, Reg rings, Reg bytes) const;

private:
  Reg size(Builder& b, Reg sizes, const Size& size) const { return sizeFrom(b, graph_, sizes, size); }
  Reg elementsOf(Builder& b, Reg sizes, const Slot& slot, const ImageChoice& choice) const;
  Reg elementsBesideGroup(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) const;

  const Graph& graph_;
  const Schedule& schedule_;
  const MemoryPlan& plan_;
};

} // namespace convoy::schedule
