#include "schedule/workspace.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

Reg aligned(Builder& b, Reg elements) { return b.mul(b.ceilDiv(elements, alignElements), alignElements); }

} // namespace

Reg loadSize(Builder& b, const Graph& graph, Reg sizes, const std::string& symbol) {
  std::vector<std::string> order = graph.symbols();
  auto at = std::find(order.begin(), order.end(), symbol);
  require(at != order.end(), "a size is no symbol of the graph");
  return b.load(loop::Type::index(), sizes, static_cast<int64_t>(at - order.begin()));
}

Reg sizeFrom(Builder& b, const Graph& graph, Reg sizes, const Size& size) {
  return sizeValue(b, size, [&](const std::string& symbol) { return loadSize(b, graph, sizes, symbol); });
}

Reg WorkspaceCode::itemsOfGroup(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) const {
  Reg all = b.max(batch, b.index(1)), elements = b.index(plan_.constantElements);
  if (schedule_.items > 0) return b.min(b.index(schedule_.items), all);
  for (const Slot& slot : plan_.slots)
    if (slot.ofGroup && !slot.begin) elements = b.add(elements, elementsOf(b, sizes, slot, choice));
  Reg room = b.index(plan_.groups.elements);
  if (plan_.memoryLimit > 0)
    room = b.min(room, b.sub(b.index(plan_.memoryLimit / 4), elementsBesideGroup(b, sizes, batch, choice)));
  Reg fitting = b.binary(Op::Div, b.max(room, b.index(0)), b.max(elements, b.index(1)));
  return b.min(b.max(fitting, b.index(1)), all);
}

// What does not depend on how many items run together, and what aligning the rest takes at most.
Reg WorkspaceCode::elementsBesideGroup(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) const {
  Reg all = b.add(size(b, sizes, plan_.ringElements), plan_.behind);
  for (const Slot& slot : plan_.slots) {
    if (!slot.ofGroup) all = b.add(all, b.mul(batch, elementsOf(b, sizes, slot, choice)));
    all = b.add(all, alignElements);
  }
  for (const BorderRow& row : plan_.borderRows) all = b.add(all, aligned(b, size(b, sizes, row.width)));
  return all;
}

// Planes of an image take no room when there are none.
Reg WorkspaceCode::elementsOf(Builder& b, Reg sizes, const Slot& slot, const ImageChoice& choice) const {
  Reg elements = size(b, sizes, slot.elements);
  return slot.image ? b.select(choice.planes[*slot.image], elements, b.index(0)) : elements;
}

std::vector<Reg> WorkspaceCode::offsets(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) const {
  std::vector<Reg> at;
  Reg group = itemsOfGroup(b, sizes, batch, choice), end = b.mul(group, plan_.constantElements);
  auto append = [&](Reg elements) {
    at.push_back(end);
    end = b.add(end, aligned(b, elements));
  };
  for (const Slot& slot : plan_.slots) {
    if (slot.begin)
      at.push_back(b.mul(group, *slot.begin));
    else
      append(b.mul(slot.ofGroup ? group : batch, elementsOf(b, sizes, slot, choice)));
  }
  for (const BorderRow& row : plan_.borderRows) append(size(b, sizes, row.width));
  at.push_back(end);
  return at;
}

Reg WorkspaceCode::bytes(Builder& b, Reg sizes, Reg rings, Reg threads) const {
  Reg end = hasRings() ? b.add(rings, b.mul(threads, size(b, sizes, plan_.ringElements))) : rings;
  return b.mul(b.add(end, plan_.behind), 4);
}

Reg WorkspaceCode::threadsIn(Builder& b, Reg sizes, Reg rings, Reg bytes) const {
  Reg free = b.sub(b.floorDiv(bytes, 4), b.add(rings, plan_.behind));
  return b.binary(Op::Div, free, b.max(size(b, sizes, plan_.ringElements), b.index(1)));
}

} // namespace convoy::schedule
