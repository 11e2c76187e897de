#include "schedule/fusion.h"
#include "schedule/strips.h"
#include "support/internal_error.h"
#include <algorithm>
#include <optional>
#include <set>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

namespace {

constexpr int64_t floatBytes = 4;
// Rows so far from the ends of every value that no border is near; a multiple of all strides there are.
constexpr int64_t farRow = 5040 * 64;

class Report {
public:
  Report(const Graph& graph, const Schedule& schedule, const std::vector<Apart>& apart)
      : graph_(graph), schedule_(schedule), apart_(apart), storage_(graph, schedule) {
    for (size_t i = 0; i < schedule.kernels.size(); ++i) {
      const Kernel& kernel = schedule.kernels[i];
      facts_.push_back(stripKernel(graph, kernel, storage_));
      if (kernel.algorithm == Algorithm::Alias) { // whoever made the memory
        for (const StripKernel::Read& read : facts_[i].reads)
          if (const auto producer = producers_.find(read.buffer); producer != producers_.end())
            producers_[facts_[i].result] = producer->second;
      } else {
        producers_[facts_[i].result] = i;
      }
    }
  }

  Fusion run() {
    Fusion fusion;
    for (size_t g = 0; g < schedule_.groups.size(); ++g) fusion.groups.push_back(groupFacts(g));
    for (size_t i = 0; i < facts_.size(); ++i)
      if (schedule_.kernels[i].algorithm != Algorithm::Alias)
        for (const StripKernel::Read& read : facts_[i].reads) addEdge(i, read, fusion.edges);
    return fusion;
  }

private:
  Size bytesOf(ValueId value) const { return graph_.value(value).type.elements() * floatBytes; }
  // The kernel reads or writes the value where it lies, and moves nothing.
  bool isInPlace(size_t kernel, ValueId operand) const {
    const Kernel& k = schedule_.kernels[kernel];
    return k.algorithm == Algorithm::Alias ||
           (k.algorithm == Algorithm::Concat && storage_.isPart(k, operand));
  }

  // ---- groups ----

  GroupFacts groupFacts(size_t number) const {
    const Strips& strips = storage_.strips(number);
    GroupFacts facts;
    facts.group = schedule_.groups[number];
    facts.strips = strips.stripCount();
    facts.stripsAgain = strips.stripsAgain();
    facts.stripsPerPart = Strips::stripsPerPart(strips.stripsAgain());
    const std::vector<int64_t> kept = keptRows(strips);
    for (size_t i = 0; i < strips.rings.size(); ++i) {
      const Ring& ring = strips.rings[i];
      RingFacts of{ring.holder.value, ring.rows, kept[i], storage_.itemElements(ring.holder) * floatBytes};
      facts.rings.push_back(of);
    }
    facts.halos = halosOf(facts.group, strips);
    for (size_t i = facts.group.first; i < facts.group.end(); ++i) {
      const Kernel& kernel = schedule_.kernels[i];
      if (kernel.algorithm == Algorithm::Winograd && kernel.order == Order::Filters)
        facts.scratchBytes =
            facts.scratchBytes +
            storage_.pieces[storage_.pieceOf(scratchOf(kernel.result()))].elements * floatBytes;
      const bool copies = kernel.algorithm != Algorithm::Alias && kernel.algorithm != Algorithm::Concat;
      if (copies && storage_.isRing(facts_[i].result))
        facts.savedBytes = facts.savedBytes + bytesOf(kernel.result());
      for (const StripKernel::Read& read : facts_[i].reads)
        if (storage_.isRing(read.buffer) && !isInPlace(i, read.need.value))
          facts.savedBytes = facts.savedBytes + bytesOf(read.need.value);
    }
    return facts;
  }

  struct Rows {
    int64_t begin, end;
  };
  static int64_t number(const Size& size, const Rows& rows) {
    std::map<std::string, int64_t> bindings;
    for (const std::string& symbol : size.symbols()) bindings[symbol] = 2 * farRow;
    bindings[firstRow] = rows.begin + 1, bindings[endRow] = rows.end;
    const auto number = size.evaluate(bindings);
    require(number.has_value(), "the rows of a group can be told");
    return *number;
  }
  static void join(std::optional<Rows>& all, const Rows& more) {
    all = all ? Rows{std::min(all->begin, more.begin), std::max(all->end, more.end)} : more;
  }

  // Of each ring, before a strip in the middle.
  static std::vector<int64_t> keptRows(const Strips& strips) {
    const Strips::Rows<int64_t> rows = Strips::inNumbers(
        [](const Size& size, int64_t first, int64_t end) { return number(size, {first, end}); });
    const int64_t strip = number(strips.stripCount(), {0, 0}) / 2;
    const std::vector<int64_t> done = strips.targets(rows, strip - 1), first = strips.ringBegins(rows, done);
    std::vector<int64_t> kept;
    for (size_t i = 0; i < strips.rings.size(); ++i) {
      int64_t end = 0;
      for (size_t writer : strips.rings[i].writers) end = std::max(end, done[writer]);
      kept.push_back(std::max<int64_t>(0, end - first[i]));
    }
    return kept;
  }

  // What one strip needs by itself, in the middle of everything, less what it advances by.
  std::vector<HaloFacts> halosOf(const Group& group, const Strips& strips) const {
    std::vector<std::optional<Rows>> rows(group.count);
    std::map<Buffer, std::optional<Rows>> outside;
    std::map<Buffer, int64_t> advance;
    std::vector<Buffer> order;
    const int64_t strip = farRow / strips.steps.back().rows;
    for (size_t i = group.count; i-- > 0;) {
      const Strips::Step& step = strips.steps[i];
      if (step.isWhole) join(rows[i], {strip * step.rows, (strip + 1) * step.rows});
      if (!rows[i]) continue; // nothing of the group reads it
      rows[i]->begin = rows[i]->begin / step.granule * step.granule;
      for (const StripKernel::Read& read : facts_[group.first + i].reads) {
        const auto producer = producers_.find(read.buffer);
        const bool within = producer != producers_.end() && group.has(producer->second);
        if (!read.need.rows) continue; // a value without rows
        const Rows needed{number(read.need.unclipped.begin, *rows[i]),
                          number(read.need.unclipped.end, *rows[i])};
        if (within) {
          join(rows[producer->second - group.first], needed);
          continue;
        }
        if (!outside.count(read.buffer)) order.push_back(read.buffer);
        join(outside[read.buffer], needed);
        advance[read.buffer] = step.rows * read.rows / read.perRows;
      }
    }
    std::vector<HaloFacts> halos;
    for (const Buffer& buffer : order)
      halos.push_back({buffer.value, std::max<int64_t>(0, outside[buffer]->end - outside[buffer]->begin -
                                                              advance[buffer])});
    return halos;
  }

  // ---- edges ----

  void addEdge(size_t consumer, const StripKernel::Read& read, std::vector<EdgeFacts>& edges) const {
    const auto found = producers_.find(read.buffer);
    if (found == producers_.end() || storage_.isRing(read.buffer) || isInPlace(consumer, read.need.value))
      return;
    EdgeFacts edge{found->second, consumer, read.need.value, bytesOf(read.need.value), "", ""};
    explain(edge, read);
    edges.push_back(std::move(edge));
  }

  const std::string& nameOf(size_t kernel) const { return facts_[kernel].name; }

  void explain(EdgeFacts& edge, const StripKernel::Read& read) const {
    auto because = [&](const std::string& why, const std::string& change) {
      edge.why = why, edge.change = change;
    };
    const Group *from = schedule_.groupOf(edge.producer), *to = schedule_.groupOf(edge.consumer);
    if (from && from == to) return explainWhole(edge);
    for (size_t kernel : {edge.consumer, edge.producer})
      if (const std::string& why = facts_[kernel].whyNot; !why.empty())
        return because("'" + nameOf(kernel) + "' cannot be in a group: " + why, changeOf(kernel));
    if (!read.need.rows) return because(read.need.whole, changeOf(edge.consumer));
    for (const Apart& apart : apart_)
      if (apart.producer == edge.producer && apart.consumer == edge.consumer)
        return because(apart.why, apart.change);
    const auto inside = [](Buffer) { return false; };
    const Strips both({&facts_[edge.producer], &facts_[edge.consumer]}, 0, inside);
    if (!both.fault().empty())
      return because("they cannot be in one group: " + both.fault(), "strides that go together");
    because("the schedule keeps them apart", "a `group` of both in a schedule (--schedule)");
  }

  // Of a value in one group.
  void explainWhole(EdgeFacts& edge) const {
    for (const graph::Output& output : graph_.outputs)
      if (output.value == edge.value) {
        edge.why = "it is a result of the pipeline, so that it is written; what reads it finds its rows in "
                   "the caches";
        edge.change = "another result";
        return;
      }
    edge.why = "it is read outside of the group too, and whole";
    edge.change = "what reads it outside in the group too";
  }

  // What would let the kernel be in a group; empty: nothing.
  std::string changeOf(size_t number) const {
    const Kernel& kernel = schedule_.kernels[number];
    const Value& anchor = graph_.value(kernel.anchor());
    for (ValueId id : kernel.nodes) {
      const Value& node = graph_.value(id);
      if (node.attributes.has("border") && node.attributes.get<Border>("border").mode == BorderMode::Wrap)
        return "another border than 'wrap'";
    }
    if (graph_.value(kernel.result()).type.spatialRank() != 2 || anchor.type.spatialRank() != 2) return "";
    const bool another = kernel.algorithm == Algorithm::Tiles || kernel.layout != Layout::Planar;
    if (another && takesTail(kernel.algorithm))
      return "a kernel in planes, such as `window planar` in a schedule";
    return "";
  }

  const Graph& graph_;
  const Schedule& schedule_;
  const std::vector<Apart>& apart_;
  const Storage storage_;
  std::vector<StripKernel> facts_;     // of the schedule's kernels
  std::map<Buffer, size_t> producers_; // the kernel whose numbers a buffer holds
};

} // namespace

double shareAgain(const GroupFacts& group, int64_t strips, int64_t threads) {
  const int64_t parts = std::min(threads, strips / group.stripsPerPart);
  return parts <= 1 ? 0 : static_cast<double>(parts - 1) * group.stripsAgain / static_cast<double>(strips);
}

Fusion fusionOf(const Graph& graph, const Schedule& schedule, const std::vector<Apart>& apart) {
  return Report(graph, schedule, apart).run();
}

} // namespace convoy::schedule
