#include "schedule/memory.h"
#include "support/internal_error.h"
#include <algorithm>
#include <set>

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

int64_t aligned(int64_t elements) { return (elements + alignElements - 1) / alignElements * alignElements; }

class Planner {
public:
  Planner(const Graph& graph, const Schedule& schedule, const Machine& machine, const Storage& storage,
          const Images& images, const ProgramCalls& calls)
      : graph_(graph), schedule_(schedule), storage_(storage), images_(images), calls_(calls) {
    auto together = [](const std::vector<KernelCall>& kernel) {
      return std::any_of(kernel.begin(), kernel.end(),
                         [](const KernelCall& call) { return call.ofWholeBatch; });
    };
    plan_.groups.kernels =
        static_cast<size_t>(std::find_if(calls.begin(), calls.end(), together) - calls.begin());
    // A share of the last cache, which is not ours alone.
    plan_.groups.elements = std::max(machine.level2, machine.level3 / 8) / 4;
  }

  MemoryPlan run() {
    places_.resize(storage_.pieces.size());
    std::vector<size_t> constant, others, ofBatch; // pieces of the workspace
    for (size_t i = 0; i < storage_.pieces.size(); ++i) {
      const Storage::Piece& piece = storage_.pieces[i];
      if (piece.ringOf)
        places_[i] = {Place::Ring, *piece.ringOf};
      else if (piece.input)
        places_[i] = {Place::Input, *piece.input};
      else if (piece.output)
        places_[i] = {Place::Output, *piece.output};
      else if (piece.last >= static_cast<int>(plan_.groups.kernels))
        ofBatch.push_back(i);
      else
        (piece.elements.isConstant() ? constant : others).push_back(i);
    }
    placeConstant(std::move(constant));
    placeOthers(others, /*ofGroup=*/true);
    placeOthers(ofBatch, /*ofGroup=*/false);
    placeRings();
    placeImages();
    for (size_t i = 0; i < graph_.inputs.size(); ++i) place({graph_.inputs[i], Layout::Planar});
    for (size_t i = 0; i < calls_.size(); ++i) {
      place(resultBuffer(graph_, schedule_.kernels[i]));
      for (const KernelCall& call : calls_[i]) {
        arguments(call, static_cast<int>(i));
        for (const KernelCall& onBytes : call.onBytes) arguments(onBytes, static_cast<int>(i));
      }
    }
    for (const Kernel& kernel : schedule_.kernels)
      plan_.behind = std::max(plan_.behind, aligned(readBehind(kernel)));
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      Place from = plan_.place(graph_.outputs[i].value, Layout::Planar);
      if (from.kind != Place::Output || from.index != i) plan_.copies.push_back({from, i});
    }
    return std::move(plan_);
  }

private:
  // Whole tiles of positions are read, also where there are only some.
  int64_t readBehind(const Kernel& kernel) const {
    if (!readsFrame(graph_, kernel)) return 0;
    const int64_t step = windowOf(graph_.value(kernel.anchor()).attributes).stride.back();
    return (kernel.algorithm == Algorithm::Tiles ? 16 : 1) * kernel.tile[0] * step * schedule_.lanes;
  }

  const Storage::Piece& piece(size_t i) const { return storage_.pieces[i]; }

  // ---- slots ----

  // Large ones first, each into the smallest gap between those that are needed at the same time (Y.
  // Pisarchyk, J. Lee: Efficient memory management for deep neural net inference, 2020).
  void placeConstant(std::vector<size_t> pieces) {
    std::sort(pieces.begin(), pieces.end(), [&](size_t x, size_t y) {
      const int64_t sizeX = piece(x).elements.known(), sizeY = piece(y).elements.known();
      return sizeX != sizeY ? sizeX > sizeY : x < y;
    });
    struct Placed {
      int64_t begin, end;
      size_t piece;
    };
    std::vector<Placed> placed; // by begin
    for (size_t i : pieces) {
      const int64_t size = aligned(piece(i).elements.known());
      int64_t end = 0, best = -1, bestGap = 0;
      for (const Placed& other : placed) {
        if (!piece(other.piece).overlaps(piece(i))) continue;
        const int64_t gap = other.begin - end;
        if (gap >= size && (best < 0 || gap < bestGap)) best = end, bestGap = gap;
        end = std::max(end, other.end);
      }
      const int64_t begin = best < 0 ? end : best;
      auto before = [](const Placed& p, int64_t at) { return p.begin < at; };
      placed.insert(std::lower_bound(placed.begin(), placed.end(), begin, before), {begin, begin + size, i});
      plan_.constantElements = std::max(plan_.constantElements, begin + size);
      places_[i] = {Place::Slot, plan_.slots.size()};
      plan_.slots.push_back({piece(i).elements, begin, true, std::nullopt});
    }
  }

  // Pieces of run-time size that share a slot. It is as large as the largest of them; `sizes` are those that
  // none of the others is surely as large as.
  struct Sharers {
    std::vector<size_t> pieces;
    std::vector<Size> sizes;
  };

  // How well a piece of so many elements fits: 3 when the slot is surely large enough, 2 when it surely is
  // the largest then, 1 otherwise. Whatever the sizes are, sharing never takes more than memory of its own.
  static int fit(const Sharers& slot, const Size& elements) {
    bool enough = false, largest = true;
    for (const Size& size : slot.sizes) {
      enough |= Size::max(size, elements) == size;
      largest &= Size::max(size, elements) == elements;
    }
    return enough ? 3 : largest ? 2 : 1;
  }

  void placeOthers(const std::vector<size_t>& pieces, bool ofGroup) {
    const size_t first = plan_.slots.size();
    std::vector<Sharers> slots;
    for (size_t i : pieces) {
      const Size& elements = piece(i).elements;
      size_t best = slots.size();
      int bestFit = 0;
      for (size_t s = 0; s < slots.size(); ++s) {
        const std::vector<size_t>& others = slots[s].pieces;
        bool taken = std::any_of(others.begin(), others.end(),
                                 [&](size_t other) { return piece(other).overlaps(piece(i)); });
        if (!taken && fit(slots[s], elements) > bestFit) best = s, bestFit = fit(slots[s], elements);
      }
      if (bestFit == 0) slots.emplace_back();
      Sharers& slot = slots[best];
      slot.pieces.push_back(i);
      if (bestFit != 3) {
        auto smaller = [&](const Size& size) { return Size::max(size, elements) == elements; };
        slot.sizes.erase(std::remove_if(slot.sizes.begin(), slot.sizes.end(), smaller), slot.sizes.end());
        slot.sizes.push_back(elements);
      }
      places_[i] = {Place::Slot, first + best};
    }
    for (const Sharers& slot : slots) {
      Size largest = slot.sizes.front();
      for (const Size& size : slot.sizes) largest = Size::max(largest, size);
      plan_.slots.push_back({largest, std::nullopt, ofGroup, std::nullopt});
    }
  }

  // Those of a group lie side by side.
  void placeRings() {
    std::map<size_t, Size> ends; // by group
    for (size_t i = 0; i < storage_.pieces.size(); ++i) {
      if (!piece(i).ringOf) continue;
      Size& end = ends[*piece(i).ringOf];
      places_[i].offset = end;
      end = end + Size::ceilDiv(piece(i).elements, alignElements) * alignElements;
    }
    for (const auto& [group, end] : ends) plan_.ringElements = Size::max(plan_.ringElements, end);
  }

  void placeImages() {
    for (size_t i = 0; i < images_.all.size(); ++i) {
      const Image& image = images_.all[i];
      const bool ofGroup = image.last < static_cast<int>(plan_.groups.kernels);
      plan_.imageSlots.push_back(plan_.slots.size());
      plan_.slots.push_back({graph_.value(image.value).type.elements(), std::nullopt, ofGroup, i});
    }
  }

  void place(Buffer buffer) {
    Place at = places_[storage_.pieceOf(buffer)];
    const TensorType& type = graph_.value(buffer.value).type;
    at.offset = at.offset + storage_.plane(buffer) * storage_.firstChannel(buffer);
    bool taken = at.kind == Place::Ring || (at.kind == Place::Slot && plan_.slots[at.index].ofGroup);
    if (!taken && !type.scalar) at.perItem = piece(storage_.pieceOf(buffer)).elements;
    plan_.places[buffer] = at;
  }

  // ---- what kernels are given ----

  void arguments(const KernelCall& call, int number) {
    for (const Argument& a : call.arguments) {
      switch (a.kind) {
      case Argument::Read:
      case Argument::Write: {
        const Storage::Piece& used = piece(storage_.pieceOf({a.value, a.layout}));
        require(used.first <= number && number <= used.last, "a kernel uses memory that is not its value's");
        break;
      }
      case Argument::BorderRow:
        plan_.borderRow(graph_.value(a.value).type.dims.back() * a.perColumn, a.border);
        break;
      case Argument::Weights: parameter(a); break;
      case Argument::Scratch:
        plan_.places[scratchOf(a.value)] = places_[storage_.pieceOf(scratchOf(a.value))];
        break;
      case Argument::Ahead:
      case Argument::Rings:
      case Argument::Batch:
      case Argument::From:
      case Argument::To:
      case Argument::Parts: break;
      }
    }
  }

  void parameter(const Argument& a) {
    for (const PackedParameter& p : plan_.packed)
      if (p.parameter == a.value && p.packing == a.packing) return;
    plan_.packed.push_back({a.value, a.packing, plan_.preparedElements});
    plan_.preparedElements += aligned(packedElements(graph_.value(a.value), a.packing, schedule_.lanes));
  }

  const Graph& graph_;
  const Schedule& schedule_;
  const Storage& storage_;
  const Images& images_;
  const ProgramCalls& calls_;
  MemoryPlan plan_;
  std::vector<Place> places_; // of pieces
};

} // namespace

Workspace workspaceOf(const MemoryPlan& plan, const Storage& storage) {
  auto bytes = [](const Size& elements) {
    return Size::ceilDiv(elements, alignElements) * (alignElements * 4);
  };
  Workspace workspace;
  for (const Storage::Piece& piece : storage.pieces)
    if (!piece.input && !piece.output) ++(piece.ringOf ? workspace.rings : workspace.buffers);
  workspace.bufferBytes = (plan.constantElements + plan.behind) * 4;
  workspace.ringBytes = plan.ringElements * 4;
  for (const Slot& slot : plan.slots)
    if (!slot.begin && !slot.image) workspace.bufferBytes = workspace.bufferBytes + bytes(slot.elements);
  workspace.borderRows = static_cast<int64_t>(plan.borderRows.size());
  for (const BorderRow& row : plan.borderRows)
    workspace.borderBytes = workspace.borderBytes + bytes(row.width);
  return workspace;
}

std::vector<HeldBuffer> heldBuffers(const Graph& graph, const Schedule& schedule, const Storage& storage) {
  std::vector<HeldBuffer> held;
  std::set<size_t> known;
  for (const Kernel& kernel : schedule.kernels) {
    const Buffer buffer = resultBuffer(graph, kernel);
    const size_t number = storage.pieceOf(buffer);
    const Storage::Piece& piece = storage.pieces[number];
    if (piece.input || piece.output || !known.insert(number).second) continue;
    held.push_back({buffer.value, piece.elements * 4, piece.ringOf.has_value()});
  }
  return held;
}

MemoryPlan planMemory(const Graph& graph, const Schedule& schedule, const Machine& machine,
                      const Storage& storage, const Images& images, const ProgramCalls& calls) {
  return Planner(graph, schedule, machine, storage, images, calls).run();
}

} // namespace convoy::schedule
