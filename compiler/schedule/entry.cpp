#include "schedule/entry.h"
#include "schedule/bytes.h"
#include "schedule/overlap.h"
#include "schedule/steps.h"
#include "schedule/workspace.h"
#include "support/internal_error.h"
#include <algorithm>
#include <set>

namespace convoy::schedule {

namespace {

// convoy_status
constexpr int ok = 0, errorShape = 1, errorMemory = 3, errorArgument = 4, errorOverflow = 5, errorAlias = 8,
              errorLimit = 9;
// More elements of tensors than any machine addresses; below it no address arithmetic leaves 64 bits.
constexpr int64_t largestProgram = int64_t{1} << 56;
constexpr int64_t mostThreads = 1024;         // as the runtime has
constexpr int64_t cyclesOfRound = 2000000000; // of all threads: about half a second

class Entries {
public:
  Entries(loop::Module& module, const Graph& graph, const Schedule& schedule, const Target& target,
          const Images& images, MemoryPlan& plan, const ProgramCalls& calls,
          const std::vector<KernelCall>& groups, const std::string& prefix)
      : module_(module), graph_(graph), schedule_(schedule), target_(target), images_(images), plan_(plan),
        calls_(calls), groups_(groups), prefix_(prefix) {}

  void add() {
    check();
    prepare();
    workspaceSize();
    run();
  }

private:
  loop::Function& function(const std::string& name, bool exported, std::vector<loop::Type> results) {
    module_.functions.push_back(std::make_unique<loop::Function>());
    loop::Function& f = *module_.functions.back();
    f.name = name;
    f.exported = exported;
    if (!graph_.inputs.empty()) f.location = graph_.value(graph_.inputs[0]).location; // the pipeline's head
    f.results = std::move(results);
    return f;
  }
  static Reg status(Builder& b, int n) { return b.number(n, loop::Type::of(Scalar::I32)); }

  // The number of the first check that fails, or -1; writes the extents of all outputs.
  void check() {
    loop::Function& f = function(prefix_ + "_check", true, {loop::Type::of(Scalar::I32)});
    Builder b(f);
    Reg sizes = b.parameter(loop::Type::pointer(), "sizes"),
        extents = b.parameter(loop::Type::pointer(), "extents");
    Reg result = status(b, -1);
    for (size_t i = graph_.checks.size(); i-- > 0;) {
      const auto& c = graph_.checks[i].check;
      Reg left = sizeFrom(b, graph_, sizes, c.left), right = sizeFrom(b, graph_, sizes, c.right);
      Reg failed = c.kind == ShapeRequest::RuntimeCheck::Equal ? b.compare(Op::Ne, left, right)
                                                               : b.compare(Op::Lt, left, right);
      result = b.select(failed, status(b, static_cast<int>(i)), result);
    }
    int64_t at = 0;
    for (const graph::Output& o : graph_.outputs)
      for (const Size& dim : graph_.value(o.value).type.dims)
        b.store(sizeFrom(b, graph_, sizes, dim), extents, at++);
    b.ret({result});
  }

  void prepare() {
    Builder size(function(prefix_ + "_prepared_size", true, {loop::Type::index()}));
    size.ret({size.index(plan_.preparedElements * 4)});

    std::set<std::string> packers;
    for (const PackedParameter& p : plan_.packed)
      if (const std::string name = packerOf(p.packing); packers.insert(name).second)
        addPacker(function(name, false, {}), p.packing);
    Builder b(function(prefix_ + "_prepare", true, {loop::Type::of(Scalar::I32)}));
    Reg weights = b.parameter(loop::Type::pointer(), "weights"),
        prepared = b.parameter(loop::Type::pointer(), "prepared");
    std::map<ValueId, int64_t> rawOffset; // parameters lie in the file as in the graph
    int64_t numbers = 0;
    for (ValueId id = 0; id < graph_.values.size(); ++id)
      if (graph_.value(id).kind == graph::Value::Parameter) {
        rawOffset[id] = numbers;
        numbers += graph_.value(id).type.elements().known();
      }
    auto work = [&] {
      for (const PackedParameter& p : plan_.packed) {
        const loop::FromElsewhere here(b, graph_.value(p.parameter).location);
        std::vector<Reg> arguments{b.offset(Scalar::F32, weights, rawOffset[p.parameter]),
                                   b.offset(Scalar::F32, prepared, p.offset)};
        for (int64_t number : packArguments(graph_.value(p.parameter), p.packing, schedule_.lanes))
          arguments.push_back(b.index(number));
        b.call(packerOf(p.packing), arguments);
      }
      return Builder::Values{status(b, ok)};
    };
    if (plan_.packed.empty()) return b.ret(work());
    // Weights that lie in a file, and memory that there was not, are null.
    Reg wrong = b.binary(Op::Or, misplaced(b, weights, 4), misplaced(b, prepared, 4 * alignElements));
    b.ret(b.branch(wrong, [&] { return Builder::Values{status(b, errorArgument)}; }, work));
  }

  // The function that packs parameters in this way.
  std::string packerOf(const Packing& packing) const {
    const std::string name = prefix_ + ".pack.";
    if (packing.kind == Packing::Raw) return name + "raw";
    if (packing.kind == Packing::Sums) return name + "sums";
    if (packing.kind == Packing::Winograd) return name + "winograd" + std::to_string(packing.results);
    const bool phase = !packing.taps.empty();
    if (packing.unit == Layout::Blocked) return name + (phase ? "phase" : "filters");
    return name + (phase ? "phase." : "") + nameOf(packing.unit) + (packing.low ? ".low" : "");
  }
  void addPacker(loop::Function& f, const Packing& packing) {
    if (packing.kind == Packing::Raw) return packRaw(f, schedule_.lanes);
    if (packing.kind == Packing::Sums) return packSums(f, schedule_.lanes);
    if (packing.kind == Packing::Winograd) return packWinograd(f, packing.results, schedule_.lanes);
    if (!packing.taps.empty()) return packPhase(f, packing, schedule_.lanes);
    if (packing.unit == Layout::Blocked) return packFilters(f, schedule_.lanes);
    packUnits(f, packing, schedule_.lanes);
  }

  // Whether a pointer is null or misaligned.
  static Reg misplaced(Builder& b, Reg pointer, int64_t alignment) {
    Reg number = b.addressNumber(pointer);
    Reg odd = b.compare(Op::Ne, b.binary(Op::And, number, b.index(alignment - 1)), b.index(0));
    return b.binary(Op::Or, b.compare(Op::Eq, number, b.index(0)), odd);
  }

  std::vector<Reg> offsets(Builder& b, Reg sizes, Reg batch, const ImageChoice& choice) {
    return workspace_.offsets(b, sizes, batch, choice);
  }

  // Of so many threads those that take part in groups, at least one.
  Reg threadsWithRings(Builder& b, Reg sizes, Reg rings, Reg threads) {
    Reg parts = b.min(threads, b.index(mostThreads));
    if (plan_.memoryLimit > 0 && workspace_.hasRings())
      parts = b.min(parts, workspace_.threadsIn(b, sizes, rings, b.index(plan_.memoryLimit)));
    return b.max(parts, b.index(1));
  }

  void workspaceSize() {
    Builder b(function(prefix_ + "_workspace_size", true, {loop::Type::index()}));
    Reg sizes = b.parameter(loop::Type::pointer(), "sizes"),
        batch = b.parameter(loop::Type::index(), "batch");
    Reg threads = b.parameter(loop::Type::of(Scalar::I32), "threads");
    Reg elements = b.parameter(loop::Type::pointer(), "elements");
    Reg rings = offsets(b, sizes, batch, choiceOf(b, graph_, images_, elements)).back();
    Reg parts = threadsWithRings(b, sizes, rings, b.cast(loop::Type::index(), threads));
    Reg bytes = workspace_.bytes(b, sizes, rings, parts);
    b.ret({b.select(tooLarge(b, sizes, batch), b.index(-1), bytes)});
  }

  std::string copier() const { return prefix_ + ".copy"; }
  std::string converter(bool toPlanes, int64_t channels) const {
    return prefix_ + (toPlanes ? ".to_planes" : ".from_planes") + std::to_string(channels);
  }

  struct Frame {
    Reg sizes, batch, inputs, outputs, prepared, workspace, executor;
    ImageChoice choice;
    std::vector<Reg> offsets;
    Reg from = nullptr, to = nullptr, parts = nullptr; // of a group that is called: Argument says what
    Reg threads = nullptr; // of a group: as many as there are, and have room; null: there is no group
    Reg first = nullptr;   // item of the batch; null: 0. `batch` counts from it
  };

  Reg callersPointer(Builder& b, const Frame& frame, const Place& place) {
    return b.load(loop::Type::pointer(), place.kind == Place::Input ? frame.inputs : frame.outputs,
                  static_cast<int64_t>(place.index));
  }

  // Where float32 lies.
  Reg pointerTo(Builder& b, const Frame& frame, const Place& place) {
    Reg pointer =
        place.kind == Place::Slot ? slotPointer(b, frame, place.index) : callersPointer(b, frame, place);
    auto skip = [&](Reg elements) { pointer = b.offset(Scalar::F32, pointer, Index(elements)); };
    auto skipItems = [&] {
      if (frame.first && place.perItem != Size(0))
        skip(b.mul(frame.first, sizeFrom(b, graph_, frame.sizes, place.perItem)));
    };
    skipItems();
    if (const std::optional<size_t> image = imageAt(place)) {
      Reg callers = pointer;
      const size_t slot = plan_.imageSlots[*image];
      pointer = slotPointer(b, frame, slot);
      if (!plan_.slots[slot].ofGroup) skipItems();
      pointer = b.select(frame.choice.planes[*image], pointer, callers);
    }
    if (place.offset != Size(0)) skip(sizeFrom(b, graph_, frame.sizes, place.offset));
    return pointer;
  }

  // Where the bytes of an image lie.
  Reg pointerToBytes(Builder& b, const Frame& frame, const Place& place) {
    Reg pointer = callersPointer(b, frame, place);
    if (!frame.first) return pointer;
    Reg before = b.mul(frame.first, sizeFrom(b, graph_, frame.sizes, place.perItem));
    return b.offset(Scalar::U8, pointer, Index(before));
  }

  Reg slotPointer(Builder& b, const Frame& frame, size_t slot) {
    return b.offset(Scalar::F32, frame.workspace, Index(frame.offsets[slot]));
  }
  std::optional<size_t> imageAt(const Place& place) const {
    if (place.kind == Place::Slot) return std::nullopt;
    return place.kind == Place::Input ? images_.ofInput(place.index) : images_.ofOutput(place.index);
  }

  Reg argument(Builder& b, const Frame& frame, const Argument& a) {
    switch (a.kind) {
    case Argument::Read:
    case Argument::Write: {
      const Place place = plan_.place(a.value, a.layout);
      return a.bytes ? pointerToBytes(b, frame, place) : pointerTo(b, frame, place);
    }
    case Argument::Scratch: return pointerTo(b, frame, plan_.places.at(scratchOf(a.value)));
    case Argument::Weights:
      return b.offset(Scalar::F32, frame.prepared, plan_.packedOffset(a.value, a.packing));
    case Argument::Batch: return frame.batch;
    case Argument::Rings: return b.offset(Scalar::F32, frame.workspace, Index(frame.offsets.back()));
    case Argument::From: return frame.from;
    case Argument::To: return frame.to;
    case Argument::Parts: return frame.parts;
    case Argument::Ahead: internalError("the driver of a group gives it");
    case Argument::BorderRow: break;
    }
    size_t row = plan_.borderRow(graph_.value(a.value).type.dims.back() * a.perColumn, a.border);
    return b.offset(Scalar::F32, frame.workspace, Index(frame.offsets[plan_.slots.size() + row]));
  }

  // How many of a kernel's units are worth another thread: of all, `all`, and of an item or once, `units`. A
  // range has as many parts as there are grains in it.
  Reg grain(Builder& b, const Frame& frame, const KernelCall& c, Reg units, Reg all) {
    if (c.threads > 0) return b.add(b.binary(Op::Div, all, b.index(c.threads + 1)), b.index(1));
    Reg cycles = sizeFrom(b, graph_, frame.sizes, c.cycles.perItem);
    if (c.ofWholeBatch) cycles = b.add(b.mul(frame.batch, cycles), b.index(c.cycles.once));
    Reg ofUnit = b.max(b.binary(Op::Div, cycles, b.max(units, b.index(1))), b.index(1));
    return b.binary(Op::Div, b.add(ofUnit, b.index(cyclesWorthHanding - 1)), ofUnit);
  }

  // convoy_call: sizes, batch, inputs, outputs, prepared, workspace, workspace_bytes, executor, elements; 8
  // bytes each.
  void run() {
    std::vector<std::string> fillers;
    for (const BorderRow& row : plan_.borderRows) {
      fillers.push_back(prefix_ + ".border." + std::to_string(fillers.size()));
      fillRow(function(fillers.back(), false, {}), row.number, schedule_.lanes);
    }
    if (!plan_.copies.empty()) copy(function(copier(), false, {}), schedule_.lanes);
    addConverters();

    Builder b(function(prefix_ + "_run", true, {loop::Type::of(Scalar::I32)}));
    Reg call = b.parameter(loop::Type::pointer(), "call");
    auto refuse = [&] { return Builder::Values{status(b, errorArgument)}; };
    b.ret(b.branch(misplaced(b, call, 8), refuse, [&] {
      auto pointerField = [&](int64_t i) { return b.load(loop::Type::pointer(), call, i); };
      auto indexField = [&](int64_t i) { return b.load(loop::Type::index(), call, i); };
      Frame frame{pointerField(0),
                  indexField(1),
                  pointerField(2),
                  pointerField(3),
                  pointerField(4),
                  pointerField(5),
                  pointerField(7),
                  {},
                  {}};
      Reg bytes = indexField(6), elements = pointerField(8);
      return b.branch(lacksTable(b, frame, elements), refuse, [&] {
        frame.choice = choiceOf(b, graph_, images_, elements);
        return checkedRun(b, frame, bytes, fillers);
      });
    }));
  }

  // Whether one of the tables that a call points to is null or misaligned: nothing can be looked at then.
  Reg lacksTable(Builder& b, const Frame& frame, Reg elements) {
    Reg odd = b.binary(Op::And, b.addressNumber(elements), b.index(3));
    Reg lacks = b.compare(Op::Ne, odd, b.index(0));
    auto needs = [&](bool any, Reg table) {
      if (any) lacks = b.binary(Op::Or, lacks, misplaced(b, table, 8));
    };
    needs(!graph_.symbols().empty(), frame.sizes);
    needs(!graph_.inputs.empty(), frame.inputs);
    needs(!graph_.outputs.empty(), frame.outputs);
    return lacks;
  }

  // Gives the status, after the work if there is no mistake.
  Builder::Values checkedRun(Builder& b, Frame frame, Reg workspaceBytes,
                             const std::vector<std::string>& fillers) {
    frame.offsets = offsets(b, frame.sizes, frame.batch, frame.choice);
    if (!schedule_.groups.empty()) frame.threads = threadsOf(b, frame);
    auto work = [&] {
      for (size_t i = 0; i < fillers.size(); ++i) {
        Reg row = b.offset(Scalar::F32, frame.workspace, Index(frame.offsets[plan_.slots.size() + i]));
        b.call(fillers[i], {row, sizeFrom(b, graph_, frame.sizes, plan_.borderRows[i].width)});
      }
      convert(b, frame, /*toPlanes=*/true, /*ofGroup=*/false);
      if (plan_.groups.kernels > 0) {
        Reg items = workspace_.itemsOfGroup(b, frame.sizes, frame.batch, frame.choice);
        Reg groups = b.binary(Op::Div, b.add(frame.batch, b.sub(items, b.index(1))), items);
        b.loop("group", b.index(0), groups, 1, {}, [&](Reg group, const Builder::Values&) {
          Frame part = frame;
          part.first = b.mul(group, items);
          part.batch = b.min(items, b.sub(frame.batch, part.first));
          convert(b, part, /*toPlanes=*/true, /*ofGroup=*/true);
          kernels(b, part, 0, plan_.groups.kernels);
          convert(b, part, /*toPlanes=*/false, /*ofGroup=*/true);
          return Builder::Values{};
        });
      }
      kernels(b, frame, plan_.groups.kernels, calls_.size());
      for (size_t i = 0; i < plan_.copies.size(); ++i) {
        const MemoryPlan::Copy& c = plan_.copies[i];
        const int64_t step = stepOfCopy(schedule_, images_, i);
        const TensorType& type = graph_.value(graph_.outputs[c.output].value).type;
        Reg count = b.mul(frame.batch, sizeFrom(b, graph_, frame.sizes, type.elements()));
        Reg from = pointerTo(b, frame, c.from),
            to = callersPointer(b, frame, {Place::Output, c.output, 0, 0});
        auto copyFloats = [&] {
          b.parallel(frame.executor, b.ceilDiv(count, copyChunk), b.index(1), copier(), {from, to, count},
                     step);
          return Builder::Values{};
        };
        Reg bytes = frame.choice.ports[graph_.inputs.size() + c.output];
        auto convertToBytes = [&] {
          convert(b, frame, /*toPlanes=*/false, type, from, to, step);
          return Builder::Values{};
        };
        if (bytes)
          b.branch(bytes, convertToBytes, copyFloats);
        else
          copyFloats();
      }
      convert(b, frame, /*toPlanes=*/false, /*ofGroup=*/false);
      return Builder::Values{status(b, ok)};
    };
    Reg wrong = mistake(b, frame, workspaceBytes);
    Reg fine = b.compare(Op::Eq, wrong, status(b, ok));
    return b.branch(fine, work, [&] { return Builder::Values{wrong}; });
  }

  // Calls the kernels from..to of the schedule.
  void kernels(Builder& b, const Frame& frame, size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      const loop::FromElsewhere here(b, graph_.value(schedule_.kernels[i].anchor()).location);
      for (const KernelCall& c : callsAt(i)) {
        auto run = [&](const std::vector<KernelCall>& chosen) {
          for (const KernelCall& one : chosen)
            if (!one.function.empty()) kernel(b, frame, one, stepOfKernel(i));
          return Builder::Values{};
        };
        if (c.onBytes.empty())
          run({c});
        else
          b.branch(onBytes(frame, i), [&] { return run(c.onBytes); }, [&] { return run({c}); });
      }
    }
  }

  // What is called for a kernel: for the first one of a group, its driver.
  std::vector<KernelCall> callsAt(size_t kernel) const {
    const Group* group = schedule_.groupOf(kernel);
    if (!group) return calls_[kernel];
    if (group->first != kernel) return {};
    return {groups_[static_cast<size_t>(group - schedule_.groups.data())]};
  }
  Reg onBytes(const Frame& frame, size_t kernel) const {
    const Group* group = schedule_.groupOf(kernel);
    if (!group) return frame.choice.onBytes[kernel];
    for (size_t i = group->first; i < group->end(); ++i)
      if (frame.choice.onBytes[i]) return frame.choice.onBytes[i]; // it is the same for all that may
    internalError("no kernel of a group runs on bytes");
  }

  Reg threadsOf(Builder& b, const Frame& frame) {
    Reg none = b.compare(Op::Eq, b.addressNumber(frame.executor), b.index(0));
    Reg threads = b.branch(
        none, [&] { return Builder::Values{b.index(1)}; },
        [&] {
          constexpr int64_t field = 4; // of convoy_executor: behind two pointers
          return Builder::Values{
              b.cast(loop::Type::index(), b.load(loop::Type::of(Scalar::I32), frame.executor, field))};
        })[0];
    return threadsWithRings(b, frame.sizes, frame.offsets.back(), threads);
  }

  // A part of a group's strips for each thread, unless the work is not worth it. Long work is done in rounds,
  // between which the caller may end it.
  void group(Builder& b, const Frame& frame, const KernelCall& c, int64_t step) {
    Frame parted = frame;
    Reg strips = b.mul(frame.batch, sizeFrom(b, graph_, frame.sizes, c.units));
    Reg cycles = b.mul(frame.batch, sizeFrom(b, graph_, frame.sizes, c.cycles.perItem));
    Reg worth = b.min(b.floorDiv(strips, c.stripsPerPart), b.floorDiv(cycles, 2 * cyclesWorthHanding));
    Reg parts = b.max(b.min(frame.threads, worth), b.index(1));
    parted.parts = b.min(parts, strips); // no strips: no part
    Reg rounds = b.min(b.floorDiv(cycles, cyclesOfRound),
                       b.binary(Op::Div, strips, b.mul(parts, 4 * c.stripsPerPart)));
    rounds = b.max(rounds, b.index(1));
    b.loop("round", b.index(0), rounds, 1, {}, [&](Reg round, const Builder::Values&) {
      parted.from = b.binary(Op::Div, b.mul(round, strips), rounds);
      parted.to = b.binary(Op::Div, b.mul(b.add(round, 1), strips), rounds);
      std::vector<Reg> arguments{frame.sizes};
      for (const Argument& a : c.arguments) arguments.push_back(argument(b, parted, a));
      b.parallel(frame.executor, parted.parts, b.index(1), c.function, arguments, step);
      return Builder::Values{};
    });
  }

  void kernel(Builder& b, const Frame& frame, const KernelCall& c, int64_t step) {
    if (c.stripsPerPart > 0) return group(b, frame, c, step);
    std::vector<Reg> arguments{frame.sizes};
    for (const Argument& a : c.arguments) arguments.push_back(argument(b, frame, a));
    Reg units = sizeFrom(b, graph_, frame.sizes, c.units);
    Reg all = c.ofWholeBatch ? b.select(b.compare(Op::Lt, b.index(0), frame.batch), units, b.index(0))
                             : b.mul(frame.batch, units);
    b.parallel(frame.executor, all, grain(b, frame, c, units, all), c.function, arguments, step);
  }

  // ---- images that are bytes where a kernel wants planes ----

  // Functions that may be called, one for each number of channels.
  void addConverters() {
    std::set<std::pair<bool, int64_t>> wanted;
    for (const Image& image : images_.all)
      if (mayConvert(image)) wanted.insert({image.input, graph_.value(image.value).type.channels()});
    for (const MemoryPlan::Copy& c : plan_.copies)
      if (graph_.outputs[c.output].image != ImageKind::None)
        wanted.insert({false, graph_.value(graph_.outputs[c.output].value).type.channels()});
    for (const auto& [toPlanes, channels] : wanted)
      convertImage(function(converter(toPlanes, channels), false, {}), target_, channels, toPlanes);
  }

  // Some call converts the image: not when all kernels take it as bytes, and it is their only image.
  bool mayConvert(const Image& image) const {
    bool may = image.alwaysConverted;
    for (size_t k : image.direct) may |= images_.kernels[k]->images.size() > 1;
    return may;
  }

  // The images that are converted for the items of a group, or for all items.
  void convert(Builder& b, const Frame& frame, bool toPlanes, bool ofGroup) {
    for (size_t i = 0; i < images_.all.size(); ++i) {
      const Image& image = images_.all[i];
      if (image.input != toPlanes || plan_.slots[plan_.imageSlots[i]].ofGroup != ofGroup ||
          !mayConvert(image))
        continue;
      const Place place = plan_.place(image.value, Layout::Planar);
      b.branch(
          frame.choice.converted[i],
          [&] {
            Reg bytes = pointerToBytes(b, frame, place), planes = pointerTo(b, frame, place);
            convert(b, frame, toPlanes, graph_.value(image.value).type, toPlanes ? bytes : planes,
                    toPlanes ? planes : bytes, stepOfImage(schedule_, i));
            return Builder::Values{};
          },
          [] { return Builder::Values{}; });
    }
  }

  void convert(Builder& b, const Frame& frame, bool toPlanes, const TensorType& type, Reg from, Reg to,
               int64_t step) {
    Reg plane = sizeFrom(b, graph_, frame.sizes, spatialSize(type));
    Reg units = b.mul(frame.batch, b.ceilDiv(plane, convertChunk));
    b.parallel(frame.executor, units, b.index(2), converter(toPlanes, type.channels()), {from, to, plane},
               step);
  }

  // Whether the caller's memory holds bytes; null: never.
  Reg bytesAt(const Frame& frame, const Place& place) const {
    return frame.choice.ports[place.kind == Place::Input ? place.index : graph_.inputs.size() + place.index];
  }

  // What is wrong with a call, as a status: looked at before any work, since a caller may have skipped
  // P_check.
  Reg mistake(Builder& b, const Frame& frame, Reg workspaceBytes) {
    loop::Type truth = loop::Type::of(Scalar::I1);
    Reg argument = b.compare(Op::Lt, frame.batch, b.index(0)), none = b.number(0, truth);
    argument = b.binary(Op::Or, argument, frame.choice.wrong);
    Reg some = b.compare(Op::Lt, b.index(0), frame.batch);
    // Null or misaligned. With no items and no bytes, null will do.
    auto pointer = [&](Reg p, int64_t alignment, Reg used) {
      argument = b.binary(Op::Or, argument, b.select(used, misplaced(b, p, alignment), none));
    };
    auto tensor = [&](const Place& place) {
      Reg p = callersPointer(b, frame, place), bytes = bytesAt(frame, place);
      pointer(p, 4, bytes ? b.select(bytes, none, some) : some);
      if (bytes) pointer(p, 1, some);
    };
    for (size_t i = 0; i < graph_.inputs.size(); ++i) tensor({Place::Input, i, 0, 0});
    for (size_t i = 0; i < graph_.outputs.size(); ++i) tensor({Place::Output, i, 0, 0});
    if (plan_.preparedElements > 0) pointer(frame.prepared, 4 * alignElements, some);
    Reg bytes = workspace_.bytes(b, frame.sizes, frame.offsets.back(), frame.threads);
    pointer(frame.workspace, 4 * alignElements, b.compare(Op::Lt, b.index(0), bytes));

    Reg result = b.select(b.compare(Op::Lt, workspaceBytes, bytes), status(b, errorMemory), status(b, ok));
    if (Reg shared = sharedOutput(b, frame)) result = b.select(shared, status(b, errorAlias), result);
    result = b.select(argument, status(b, errorArgument), result);
    if (plan_.memoryLimit > 0)
      result = b.select(b.compare(Op::Lt, b.index(plan_.memoryLimit), bytes), status(b, errorLimit), result);
    result = b.select(tooLarge(b, frame.sizes, frame.batch), status(b, errorOverflow), result);
    for (size_t i = 0; i < graph_.symbols().size(); ++i) {
      Reg size = b.load(loop::Type::index(), frame.sizes, static_cast<int64_t>(i));
      result = b.select(b.compare(Op::Lt, size, b.index(1)), status(b, errorShape), result);
    }
    return result;
  }

  // The caller's memory of a tensor. Sizes that are too large make it any.
  Range range(Builder& b, const Frame& frame, const Place& place, graph::ValueId value) {
    Reg begin = b.addressNumber(callersPointer(b, frame, place));
    const TensorType& type = graph_.value(value).type;
    // A scalar has no batch, but without items nobody reads it.
    Reg items = type.scalar ? b.min(frame.batch, b.index(1)) : frame.batch;
    Reg elements = b.mul(items, sizeFrom(b, graph_, frame.sizes, type.elements()));
    Reg bytes = bytesAt(frame, place);
    Reg size = bytes ? b.select(bytes, b.index(1), b.index(4)) : b.index(4);
    return {begin, b.add(begin, b.mul(elements, size))};
  }

  // Whether an output shares memory with an input or another output; null when there is nothing to compare.
  Reg sharedOutput(Builder& b, const Frame& frame) {
    std::vector<Range> ranges;
    for (size_t i = 0; i < graph_.inputs.size(); ++i)
      ranges.push_back(range(b, frame, {Place::Input, i, 0, 0}, graph_.inputs[i]));
    for (size_t i = 0; i < graph_.outputs.size(); ++i)
      ranges.push_back(range(b, frame, {Place::Output, i, 0, 0}, graph_.outputs[i].value));
    return overlap(b, ranges, graph_.inputs.size());
  }

  // Whether all tensors together have more elements than can be addressed. An upper bound in integers that
  // stop at the limit: nothing wraps, and the caller's floating-point state is not touched. What is
  // subtracted counts as 0.
  Reg tooLarge(Builder& b, Reg sizes, Reg batch) {
    Reg limit = b.index(largestProgram);
    auto positive = [&](Reg x) { return b.min(b.max(x, b.index(0)), limit); };
    auto add = [&](Reg x, Reg y) { return b.min(b.add(x, y), limit); };
    auto multiply = [&](Reg x, Reg y) {
      Reg room = b.binary(Op::Div, limit, b.max(y, b.index(1)));
      return b.select(b.compare(Op::Lt, room, x), limit, b.mul(b.min(x, room), y));
    };
    Size::Algebra<Reg> algebra;
    algebra.constant = [&](int64_t n) { return positive(b.index(n)); };
    algebra.symbol = [&](const std::string& symbol) { return positive(loadSize(b, graph_, sizes, symbol)); };
    algebra.add = add;
    algebra.mul = multiply;
    algebra.min = [&](Reg x, Reg y) { return b.min(x, y); };
    algebra.max = [&](Reg x, Reg y) { return b.max(x, y); };
    algebra.floorDiv = [&](Reg x, int64_t n) { return b.floorDiv(x, n); };
    algebra.mod = [&](Reg, int64_t n) { return b.index(n - 1); };
    Reg elements = b.index(0);
    for (const graph::Value& v : graph_.values)
      if (v.kind != graph::Value::Parameter) elements = add(elements, v.type.elements().fold(algebra));
    // The elements last: where they are constant, so is the divisor.
    return b.compare(Op::Le, limit, multiply(positive(batch), elements));
  }

  loop::Module& module_;
  const Graph& graph_;
  const Schedule& schedule_;
  const Target& target_;
  const Images& images_;
  MemoryPlan& plan_;
  const ProgramCalls& calls_;
  const std::vector<KernelCall>& groups_;
  std::string prefix_;
  const WorkspaceCode workspace_{graph_, schedule_, plan_};
};

} // namespace

void addEntryFunctions(loop::Module& module, const Graph& graph, const Schedule& schedule,
                       const Target& target, const Images& images, MemoryPlan& plan,
                       const ProgramCalls& calls, const std::vector<KernelCall>& groups,
                       const std::string& prefix) {
  Entries(module, graph, schedule, target, images, plan, calls, groups, prefix).add();
}

} // namespace convoy::schedule
