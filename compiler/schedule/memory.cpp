#include "schedule/memory.h"
#include "support/internal_error.h"

namespace convoy::schedule {

size_t MemoryPlan::borderRow(const Size& width, double number) {
  for (size_t i = 0; i < borderRows.size(); ++i)
    if (borderRows[i].width == width && borderRows[i].number == number) return i;
  borderRows.push_back({width, number});
  return borderRows.size() - 1;
}

int64_t MemoryPlan::packedOffset(ValueId parameter, const Packing& packing) const {
  for (const PackedParameter& p : packed)
    if (p.parameter == parameter && p.packing == packing) return p.offset;
  internalError("a parameter is not packed as its kernel wants it");
}

namespace {

using Buffer = std::pair<ValueId, Layout>;

Size elementsOf(const TensorType& type, Layout layout, int64_t lanes) {
  int64_t channels = type.channels();
  if (layout == Layout::Blocked) channels = (channels + lanes - 1) / lanes * lanes;
  return spatialSize(type) * channels;
}

class Planner {
public:
  Planner(const Graph& graph, const Schedule& schedule, const std::vector<std::vector<KernelCall>>& calls)
      : graph_(graph), schedule_(schedule), calls_(calls) {}

  MemoryPlan run() {
    for (size_t i = 0; i < graph_.inputs.size(); ++i)
      plan_.places[{graph_.inputs[i], Layout::Planar}] = {Place::Input, i};
    findLastReads();
    for (size_t i = 0; i < calls_.size(); ++i) {
      placeResult(i);
      parameters(calls_[i]);
      for (const auto& [buffer, slot] : slotOf_)
        if (lastRead_[buffer] == static_cast<int>(i)) free_.insert(slot);
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      Place from = plan_.places.at({graph_.outputs[i].value, Layout::Planar});
      if (from.kind != Place::Output || from.index != i) plan_.copies.push_back({from, i});
    }
    return std::move(plan_);
  }

private:
  const Kernel& kernel(size_t i) const { return schedule_.kernels[i]; }

  // The buffer whose memory an alias shares.
  Buffer root(Buffer buffer) const {
    for (auto it = aliases_.find(buffer); it != aliases_.end(); it = aliases_.find(buffer))
      buffer = it->second;
    return buffer;
  }

  void findLastReads() {
    for (size_t i = 0; i < calls_.size(); ++i) {
      if (kernel(i).algorithm == Algorithm::Alias) {
        const graph::Value& node = graph_.value(kernel(i).anchor());
        aliases_[{kernel(i).result(), Layout::Planar}] = {node.operands[0], Layout::Planar};
      }
      for (const KernelCall& call : calls_[i])
        for (const Argument& a : call.arguments)
          if (a.kind == Argument::Read || a.kind == Argument::Write) {
            int& last = lastRead_.emplace(root({a.value, a.layout}), -1).first->second;
            last = std::max(last, static_cast<int>(i));
          }
    }
    for (const graph::Output& o : graph_.outputs) // copied, or read by the caller, after all kernels
      lastRead_[root({o.value, Layout::Planar})] = static_cast<int>(calls_.size());
  }

  void placeResult(size_t i) {
    ValueId id = kernel(i).result();
    Layout layout = layoutFor(kernel(i).resultLayout(), graph_.value(id).type);
    Buffer buffer{id, layout};
    if (kernel(i).algorithm == Algorithm::Alias) {
      plan_.places[buffer] = plan_.places.at(root(buffer));
      return;
    }
    if (layout == Layout::Planar)
      for (size_t o = 0; o < graph_.outputs.size(); ++o)
        if (graph_.outputs[o].value == id) {
          plan_.places[buffer] = {Place::Output, o};
          return;
        }
    Size elements = elementsOf(graph_.value(id).type, layout, schedule_.lanes);
    size_t slot = plan_.slots.size();
    for (size_t candidate : free_)
      if (plan_.slots[candidate] == elements) slot = candidate;
    if (slot == plan_.slots.size()) plan_.slots.push_back(elements);
    free_.erase(slot);
    slotOf_.push_back({buffer, slot});
    plan_.places[buffer] = {Place::Slot, slot};
  }

  void parameters(const std::vector<KernelCall>& calls) {
    for (const KernelCall& call : calls)
      for (const Argument& a : call.arguments) {
        if (a.kind == Argument::BorderRow) {
          plan_.borderRow(graph_.value(a.value).type.dims.back() * a.perColumn, a.border);
          continue;
        }
        if (a.kind != Argument::Weights) continue;
        bool known = false;
        for (const PackedParameter& p : plan_.packed)
          known |= p.parameter == a.value && p.packing == a.packing;
        if (known) continue;
        plan_.packed.push_back({a.value, a.packing, plan_.preparedElements});
        int64_t elements = packedElements(graph_.value(a.value), a.packing, schedule_.lanes);
        plan_.preparedElements += (elements + alignElements - 1) / alignElements * alignElements;
      }
  }

  const Graph& graph_;
  const Schedule& schedule_;
  const std::vector<std::vector<KernelCall>>& calls_;
  MemoryPlan plan_;
  std::map<Buffer, Buffer> aliases_;
  std::map<Buffer, int> lastRead_;
  std::vector<std::pair<Buffer, size_t>> slotOf_;
  std::set<size_t> free_;
};

} // namespace

Size workspaceElements(const MemoryPlan& plan) {
  auto aligned = [](const Size& elements) { return Size::ceilDiv(elements, alignElements) * alignElements; };
  Size total = 0;
  for (const Size& slot : plan.slots) total = total + aligned(slot);
  for (const BorderRow& row : plan.borderRows) total = total + aligned(row.width);
  return total;
}

MemoryPlan planMemory(const Graph& graph, const Schedule& schedule,
                      const std::vector<std::vector<KernelCall>>& calls) {
  return Planner(graph, schedule, calls).run();
}

} // namespace convoy::schedule
