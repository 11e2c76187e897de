#include "schedule/groups.h"
#include "schedule/window_shape.h"
#include "schedule/work.h"
#include <algorithm>
#include <cmath>

namespace convoy::schedule {

namespace {

using graph::Value;

constexpr size_t mostKernels = 48;   // of a group
constexpr double callOfStrip = 250;  // cycles: what a kernel does before it computes anything
constexpr double worth = 0.02;       // of the time: what is not known better is left as it is
constexpr double rowsTie = 0.03;     // likewise: fewer rows leave more of the second cache to all else
constexpr int64_t usualLarge = 2048; // of extents that are known only at run time: groups are for large ones

// Costs for sizes that are large where they are not known.
Costs forLarge(const Costs& costs) {
  std::map<std::string, int64_t> sizes = costs.sizes;
  for (const std::string& symbol : costs.graph.symbols()) sizes.insert({symbol, usualLarge});
  return Costs(costs.graph, costs.target, costs.lanes, std::move(sizes));
}

// How long kernels take with one thread and with two, in cycles. Choices go by the sum: what only one thread
// can compute must save more than sharing the work would.
struct Times {
  double one = 0, two = 0;
  double sum() const { return one + two; }
};

// What a group of some kernels would cost.
class Groups {
public:
  Groups(const Costs& costs, const Schedule& schedule)
      : costs_(forLarge(costs)), schedule_(schedule),
        bare_{schedule.lanes, schedule.items, schedule.kernels, {}}, storage_(costs.graph, bare_) {
    for (size_t i = 0; i < schedule.kernels.size(); ++i) {
      kernels_.push_back(stripKernel(costs.graph, bare_.kernels[i], storage_));
      const StripKernel& kernel = kernels_.back();
      use(kernel.result, i);
      for (const StripKernel::Read& read : kernel.reads) use(read.buffer, i);
    }
    for (ValueId input : costs.graph.inputs) outside_.insert({input, Layout::Planar});
    for (const graph::Output& output : costs.graph.outputs)
      outside_.insert(storage_.holder({output.value, Layout::Planar}));
    for (const Kernel& kernel : schedule.kernels) {
      estimates_.push_back(costs_.estimate(kernel));
      parameterBytes_.push_back(costs_.parameterBytes(kernel));
    }
    single_.resize(kernels_.size());
  }

  const std::vector<StripKernel>& kernels() const { return kernels_; }
  const Costs& costs() const { return costs_; }

  bool isInside(Buffer holder, size_t first, size_t end) const {
    const auto used = uses_.find(holder);
    return !outside_.count(holder) && used != uses_.end() && used->second.first >= first &&
           used->second.second < end;
  }

  Strips strips(size_t first, size_t end, int64_t rows) const {
    std::vector<const StripKernel*> all;
    for (size_t i = first; i < end; ++i) all.push_back(&kernels_[i]);
    return Strips(all, rows, [&](Buffer holder) { return isInside(holder, first, end); });
  }

  // A kernel by itself.
  double alone(size_t number) {
    if (single_[number]) return *single_[number];
    double values = bytes(kernels_[number].result);
    for (const StripKernel::Read& read : kernels_[number].reads) values += bytes(read.buffer);
    Estimate estimate = estimates_[number];
    estimate.once = transfer(costs_.target.machine, values, costs_.levelOf(values));
    single_[number] = estimate.cycles();
    return *single_[number];
  }
  Times apart(size_t first, size_t end) {
    Times times;
    for (size_t i = first; i < end; ++i) {
      const double cycles = alone(i);
      times.one += cycles;
      times.two += cycles < 2 * real(cyclesWorthHanding) ? cycles : cycles / 2;
    }
    return times;
  }

  // Kernels first..end in strips of so many rows of the last result, whose steps are `strips`.
  Times together(size_t first, size_t end, const Strips& strips) {
    const Machine& machine = costs_.target.machine;
    const double count = real(costs_.usual(strips.stripCount()));
    // What is touched in a strip, and so before the next one comes back to the same place.
    std::vector<double> ofStrip(end - first, 0);
    double parameters = 0, touched = 0;
    for (size_t i = first; i < end; ++i) {
      parameters += parameterBytes_[i];
      const Strips::Step& step = strips.steps[i - first];
      ofStrip[i - first] = real(step.rows) * bytesOfRow(i);
      touched += ofStrip[i - first];
    }
    const bool weightsStay = parameters + touched <= 0.75 * real(machine.level2);
    std::set<Buffer> met; // what some kernel of the group has read or written already
    double cycles = startOfKernel;
    for (size_t i = first; i < end; ++i) {
      const size_t own = i - first;
      const Kernel& kernel = schedule_.kernels[i];
      const Strips::Step& step = strips.steps[own];
      Estimate estimate = estimates_[i];
      estimate *= unfilled(kernel, step.rows);
      estimate.start = callOfStrip * count;
      Moves once;
      auto move = [&](Buffer buffer, size_t producer) {
        const bool inside = isInside(storage_.holder(buffer), first, end);
        const bool isNew = met.insert(buffer).second;
        const double all = bytes(buffer);
        if (!inside && isNew) return once += transfer(machine, all, costs_.levelOf(all)), void();
        // Since its producer, or another reader, touched it.
        double since = 0;
        for (size_t k = std::max(producer, first); k <= i; ++k) since += ofStrip[k - first];
        once += transfer(machine, all, costs_.levelOf(since + (weightsStay ? 0 : parameters)));
      };
      for (const StripKernel::Read& read : kernels_[i].reads)
        move(read.buffer, producerOf(read.buffer, first));
      move(kernels_[i].result, i);
      estimate.once = once;
      const double weights = parameterBytes_[i];
      if (!weightsStay && weights > 0) { // they come again for each strip
        const Level level = costs_.levelOf(parameters);
        estimate.parameters +=
            transfer(machine, weights * (count - 1), level == Level::Level2 ? Level::Level3 : level);
      }
      cycles += estimate.cycles();
    }
    // Small kernels stay with one thread, in a group or not: that they would share it is no reason for one.
    const Times kernels = apart(first, end);
    const double shared = cycles * kernels.two / kernels.one;
    if (cycles >= kernels.one) return {cycles, shared}; // too long already
    const double again = strips.stripsAgain(costs_.sizes);
    return {cycles, count < 2 * real(Strips::stripsPerPart(again)) ? cycles : shared * (1 + again / count)};
  }

  // The cheapest rows, or fewer that cost hardly more; as few as there may be unless `byCost`.
  struct Candidate {
    int64_t rows = 0;
    Times times;
  };
  Candidate best(size_t first, size_t end, bool byCost) {
    const int64_t unit = strips(first, end, 0).unit();
    if (!byCost) return {unit, {}};
    const int64_t all = costs_.usual(kernels_[end - 1].rowCount);
    std::vector<Candidate> candidates;
    double least = 0;
    for (int64_t rows = unit; rows == unit || rows <= std::min<int64_t>(all, 64); rows *= 2) {
      candidates.push_back({rows, together(first, end, strips(first, end, rows))});
      const double cycles = candidates.back().times.sum();
      if (rows == unit || cycles < least) least = cycles;
    }
    return *std::find_if(candidates.begin(), candidates.end(),
                         [&](const Candidate& c) { return c.times.sum() <= (1 + rowsTie) * least; });
  }

private:
  static double real(int64_t n) { return static_cast<double>(n); }
  void use(Buffer buffer, size_t kernel) {
    const Buffer holder = storage_.holder(buffer);
    auto [known, isNew] = uses_.insert({holder, {kernel, kernel}});
    if (!isNew) known->second.second = kernel;
    if (kernels_.back().result == buffer) producers_[buffer] = kernel;
  }
  size_t producerOf(Buffer buffer, size_t otherwise) const {
    const auto producer = producers_.find(buffer);
    return producer == producers_.end() ? otherwise : producer->second;
  }
  double bytes(Buffer buffer) const { return costs_.bytesIn(buffer.layout, buffer.value); }
  double bytesOfRow(size_t kernel) const {
    return bytes(kernels_[kernel].result) / real(costs_.usual(kernels_[kernel].rowCount));
  }
  // What a strip of so many rows costs more because they do not fill tiles.
  double unfilled(const Kernel& kernel, int64_t rows) const {
    if (kernel.algorithm != Algorithm::Tiles) {
      const double partial = std::fmod(real(rows), real(tileRows(kernel)));
      return (real(rows) + 0.6 * partial) / real(rows);
    }
    // Positions are numbered through where the window moves by 1: only the last tile of a strip is not full.
    const Value& anchor = costs_.graph.value(kernel.anchor());
    double positions = real(rows) * real(costs_.usual(anchor.type.dims.back()));
    for (int64_t step : windowOf(anchor.attributes).stride) {
      if (anchor.op != OpKind::TransposedConv && step > 1) return 1;
      positions /= real(step);
    }
    const double tile = real(16 * kernel.tile[0]);
    return std::ceil(positions / tile) * tile / positions;
  }
  int64_t tileRows(const Kernel& kernel) const {
    if (kernel.algorithm == Algorithm::Separable) return kernel.tile[0];
    if (kernel.algorithm != Algorithm::Window) return 1;
    if (kernel.layout == Layout::Planar) return kernel.tile[1];
    return isChannelwise(costs_.graph, costs_.graph.value(kernel.anchor()), costs_.lanes) ? kernel.tile[0]
                                                                                          : 1;
  }

  const Costs costs_;
  const Schedule& schedule_;
  const Schedule bare_; // without groups
  const Storage storage_;
  std::vector<StripKernel> kernels_;
  std::map<Buffer, std::pair<size_t, size_t>> uses_; // of holders: the first and the last kernel
  std::map<Buffer, size_t> producers_;
  std::set<Buffer> outside_;        // holders that are the caller's
  std::vector<Estimate> estimates_; // of each kernel, whatever group it is in
  std::vector<double> parameterBytes_;
  std::vector<std::optional<double>> single_;
};

} // namespace

std::vector<Group> chooseGroups(const Costs& costs, const Schedule& schedule, const std::vector<bool>& free,
                                GroupChoice choice) {
  std::vector<Group> chosen;
  if (choice == GroupChoice::Never) return chosen;
  const bool byCost = choice == GroupChoice::ByCost;
  Groups groups(costs, schedule);
  const size_t count = schedule.kernels.size();
  for (size_t first = 0; first < count;) {
    std::optional<Group> best;
    double saved = 0;
    // A range of which some kernels are not connected yet may become a group further on.
    for (size_t end = first + 1; end <= std::min(count, first + mostKernels); ++end) {
      if (!free[end - 1] || !groups.kernels()[end - 1].whyNot.empty()) break;
      if (end < first + 2) continue;
      const Strips strips = groups.strips(first, end, 0);
      if (!strips.fault().empty()) {
        if (strips.isOpen()) continue;
        break;
      }
      const auto [rows, times] = groups.best(first, end, byCost);
      const double apart = groups.apart(first, end).sum();
      const double gain = byCost ? apart - times.sum() : static_cast<double>(end - first);
      if (gain <= saved || (byCost && gain < worth * apart)) continue;
      best = Group{first, end - first, rows}, saved = gain;
    }
    if (best) chosen.push_back(*best);
    first = best ? best->end() : first + 1;
  }
  return chosen;
}

void regroup(Schedule& schedule, const graph::Graph& graph, const Target& target, GroupChoice choice) {
  schedule.groups.clear();
  const Costs costs(graph, target, schedule.lanes);
  schedule.groups = chooseGroups(costs, schedule, std::vector<bool>(schedule.kernels.size(), true), choice);
}

int64_t rowsOfGroup(const Costs& costs, const Schedule& schedule, const Group& group, GroupChoice choice) {
  Groups groups(costs, schedule);
  if (!groups.strips(group.first, group.end(), 0).fault().empty()) return 1;
  return groups.best(group.first, group.end(), choice == GroupChoice::ByCost).rows;
}

std::vector<Apart> whyApart(const graph::Graph& graph, const Target& target, const Schedule& schedule) {
  Groups groups(Costs(graph, target, schedule.lanes), schedule);
  const std::vector<StripKernel>& kernels = groups.kernels();
  std::map<Buffer, size_t> producers;
  std::vector<Apart> all;
  for (size_t i = 0; i < kernels.size(); ++i) {
    for (const StripKernel::Read& read : kernels[i].reads) {
      const auto producer = producers.find(read.buffer);
      if (producer == producers.end()) continue;
      const size_t from = producer->second;
      const Group* group = schedule.groupOf(i);
      if (group && group->has(from)) continue;
      auto blocks = [&](size_t kernel) { return !kernels[kernel].whyNot.empty(); };
      if (blocks(i) || blocks(from) || !read.need.rows) continue;
      Apart apart{from, i, "", ""};
      if (i - from >= mostKernels) {
        apart.why = "more than " + std::to_string(mostKernels) + " kernels lie between them";
      } else {
        const Strips strips = groups.strips(from, i + 1, 0);
        for (size_t k = from + 1; apart.why.empty() && k < i; ++k)
          if (blocks(k))
            apart.why = "'" + kernels[k].name + "': " + kernels[k].whyNot + ", and runs between them";
        if (apart.why.empty() && !strips.fault().empty()) {
          apart.why = strips.fault();
        } else if (apart.why.empty()) {
          const Times together = groups.best(from, i + 1, true).times, alone = groups.apart(from, i + 1);
          const double perMs = target.machine.clock * 1e6;
          auto ms = [&](double cycles) {
            char text[32];
            std::snprintf(text, sizeof text, "%.4f ms", cycles / perMs);
            return std::string(text);
          };
          // On one thread, or where that would be right, on two.
          auto wouldBe = [&](double group, double kernels, const char* threads) {
            return std::string("it would ") + (group < kernels ? "hardly" : "not") + " be faster" + threads +
                   ": " + ms(group) + " together, " + ms(kernels) + " apart";
          };
          auto isWorth = [](double group, double kernels) { return kernels - group >= worth * kernels; };
          if (isWorth(together.sum(), alone.sum()))
            apart.why = "they are in different groups, or one is written outside of any";
          else if (isWorth(together.one, alone.one))
            apart.why = wouldBe(together.two, alone.two, " with two threads");
          else
            apart.why = wouldBe(together.one, alone.one, "");
          apart.change = "--schedule with both in one 'group'";
        }
      }
      all.push_back(std::move(apart));
    }
    producers[kernels[i].result] = i;
  }
  return all;
}

} // namespace convoy::schedule
