#include "schedule/predict.h"
#include "schedule/layouts.h"
#include "schedule/memory.h"
#include "schedule/residence.h"
#include "schedule/window_shape.h"
#include <algorithm>
#include <set>

namespace convoy::schedule {

namespace {

// The addresses of all that a program touches, one region behind the other: workspace, inputs, results,
// weights.
class Addresses {
public:
  Addresses(const graph::Graph& graph, const Schedule& schedule, const Costs& costs,
            const ProgramCalls& calls)
      : graph_(graph), schedule_(schedule), costs_(costs), storage_(graph, schedule),
        images_(graph, schedule, storage_),
        plan_(planMemory(graph, schedule, costs.target.machine, storage_, images_, calls)) {
    const double workspace = 0;
    end_ = workspace + 4 * real(plan_.constantElements);
    for (const Slot& slot : plan_.slots)
      slots_.push_back(slot.begin ? 4 * real(*slot.begin) : take(real(costs.usual(slot.elements)) * 4));
    for (size_t i = 0; i < graph.inputs.size(); ++i) inputs_.push_back(take(costs.bytesOf(graph.inputs[i])));
    for (const graph::Output& output : graph.outputs) outputs_.push_back(take(costs.bytesOf(output.value)));
    weights_ = take(4 * real(plan_.preparedElements));
    rings_ = take(4 * real(costs.usual(plan_.ringElements)));
  }

  double end() const { return end_; }

  // What a kernel reads and writes, each once.
  std::vector<Range> rangesOf(size_t number, const std::vector<KernelCall>& calls) const {
    std::vector<Range> ranges;
    auto add = [&](const Range& range) {
      for (Range& known : ranges)
        if (known.begin == range.begin) {
          known.bytes = std::max(known.bytes, range.bytes);
          return;
        }
      if (range.bytes > 0) ranges.push_back(range);
    };
    for (const KernelCall& call : calls)
      for (const Argument& a : call.arguments) {
        if (a.kind == Argument::Weights) {
          Range range{weights_ + 4 * real(plan_.packedOffset(a.value, a.packing)),
                      4 * real(packedElements(graph_.value(a.value), a.packing, schedule_.lanes))};
          range.parameter = true;
          add(range);
        }
        if (a.kind == Argument::Scratch) {
          const Buffer buffer = scratchOf(a.value);
          add({addressOf(buffer), 4 * real(costs_.usual(storage_.pieces[storage_.pieceOf(buffer)].elements)),
               /*written=*/true});
        }
        if ((a.kind == Argument::Read || a.kind == Argument::Write) && storage_.isRing({a.value, a.layout})) {
          add({addressOf({a.value, a.layout}),
               4 * real(costs_.usual(storage_.itemElements({a.value, a.layout}))),
               a.kind == Argument::Write});
          continue;
        }
        if (a.kind == Argument::Read)
          add({addressOf({a.value, a.layout}), costs_.bytesIn(a.layout, a.value)});
        if (a.kind == Argument::Write) {
          Range range{addressOf({a.value, a.layout}), costs_.bytesIn(a.layout, a.value), /*written=*/true};
          range.streamed = streams(schedule_.kernels[number], range.bytes);
          add(range);
        }
      }
    return ranges;
  }

private:
  double take(double bytes) {
    const double begin = end_;
    end_ += bytes;
    return begin;
  }

  double addressOf(Buffer buffer) const {
    const Place& place = plan_.places.at(buffer);
    if (place.kind == Place::Ring) return rings_ + 4 * real(costs_.usual(place.offset));
    const std::vector<double>& regions = place.kind == Place::Slot    ? slots_
                                         : place.kind == Place::Input ? inputs_
                                                                      : outputs_;
    return regions.at(place.index) + 4 * real(place.offset.constant().value_or(0));
  }

  // Large planes are written past the caches (elementwise.h).
  bool streams(const Kernel& kernel, double bytes) const {
    const bool planes = kernel.layout == Layout::Planar &&
                        (kernel.algorithm == Algorithm::Window || kernel.algorithm == Algorithm::Separable ||
                         kernel.algorithm == Algorithm::Pointwise || kernel.algorithm == Algorithm::Resample);
    return planes && bytes > real(costs_.target.machine.level3) / 2;
  }

  const graph::Graph& graph_;
  const Schedule& schedule_;
  const Costs& costs_;
  Storage storage_;
  Images images_;
  MemoryPlan plan_;
  std::vector<double> slots_, inputs_, outputs_;
  double weights_ = 0, rings_ = 0, end_ = 0;
};

// Of the kernel itself, with what it reads from near and far left out.
Estimate workOfKernel(const Costs& costs, const Kernel& kernel, const std::vector<KernelCall>& calls) {
  if (calls.empty()) return {}; // another view of the same memory
  Estimate work = costs.work(kernel);
  if (kernel.algorithm == Algorithm::Concat) // a call for each operand that is copied
    work *= real(static_cast<int64_t>(calls.size())) /
            real(static_cast<int64_t>(costs.graph.value(kernel.anchor()).operands.size()));
  work.start = startOfKernel;
  return work;
}

// Of a kernel as it is scheduled.
std::optional<Prediction::OtherTile> otherTile(const Costs& costs, const Kernel& kernel) {
  if (!isWindowed(kernel.algorithm) || kernel.tile.empty()) return std::nullopt;
  std::set<std::vector<int64_t>> tiles{kernel.tile};
  std::optional<Kernel> other;
  double least = 0;
  costs.eachTile(kernel, std::nullopt,
                 [&](const std::vector<int64_t>& extents, const Estimate&, Order order, double share) {
                   tiles.insert(extents);
                   if (extents == kernel.tile || (other && share >= least)) return;
                   other = kernel, other->tile = extents, other->order = order, least = share;
                 });
  if (!other) return std::nullopt;
  const double more = costs.estimate(*other).cycles() - costs.estimate(kernel).cycles();
  return Prediction::OtherTile{other->tile, other->order, more, static_cast<int64_t>(tiles.size())};
}

} // namespace

std::vector<Prediction> predict(const graph::Graph& graph, const Target& target, const Choices& choices,
                                const Schedule& schedule, const ProgramCalls& calls,
                                const std::map<std::string, int64_t>& sizes) {
  const Costs costs(graph, target, schedule.lanes, sizes);
  const Addresses addresses(graph, schedule, costs, calls);
  Residence residence(target.machine, addresses.end());
  std::vector<Prediction> predictions(schedule.kernels.size());
  for (int run = 0; run < 2; ++run) // the first one leaves everything where the second one finds it
    for (size_t i = 0; i < schedule.kernels.size(); ++i) {
      Estimate estimate = workOfKernel(costs, schedule.kernels[i], calls[i]);
      const double core = estimate.cycles();
      const Residence::Touched touched = residence.touch(addresses.rangesOf(i, calls[i]), core);
      estimate.once = touched.values, estimate.parameters = touched.parameters;
      residence.pass(estimate.cycles() - core);
      predictions[i].estimate = estimate;
    }

  std::vector<Kernel> kernels;
  std::vector<size_t> numbers;
  for (size_t i = 0; i < schedule.kernels.size(); ++i)
    if (schedule.kernels[i].algorithm != Algorithm::Reorder)
      kernels.push_back(schedule.kernels[i]), numbers.push_back(i);
  const std::vector<std::optional<Prediction::Other>> others = runnersUp(costs, choices, kernels);
  for (size_t i = 0; i < others.size(); ++i) {
    predictions[numbers[i]].runnerUp = others[i];
    predictions[numbers[i]].otherTile = otherTile(costs, kernels[i]);
  }
  return predictions;
}

} // namespace convoy::schedule
