// The rules that a schedule must keep to be lowered. Our own schedules and those that people write pass the
// same ones.
#include "schedule/schedule.h"
#include "schedule/separable.h"
#include "schedule/transposed.h"
#include "schedule/winograd.h"
#include <set>

namespace convoy::schedule {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

bool fits(Algorithm algorithm, OpKind op) {
  if (algorithm == Algorithm::Reorder) return true;
  if (algorithm == Algorithm::Separable || algorithm == Algorithm::Winograd) return op == OpKind::Conv;
  if (algorithm == Algorithm::Tiles)
    return op == OpKind::Conv || op == OpKind::QuantizedConv || op == OpKind::TransposedConv;
  if (algorithm == Algorithm::Window && op == OpKind::QuantizedConv) return true; // in Int8 layout
  if (algorithm == Algorithm::Dense && op == OpKind::QuantizedDense) return true; // likewise
  return algorithm == algorithmOf(opInfo(op));
}

class Checker {
public:
  Checker(const Schedule& schedule, const Graph& graph)
      : schedule_(schedule), graph_(graph), written_(graph.values.size()) {
    for (ValueId id : graph.inputs) written_[id].insert(Layout::Planar);
  }

  std::vector<Problem> run() {
    if (schedule_.lanes != 4 && schedule_.lanes != 8 && schedule_.lanes != 16)
      problem("vectors have 4, 8 or 16 lanes, not " + std::to_string(schedule_.lanes));
    for (size_t i = 0; i < schedule_.kernels.size(); ++i) {
      current_ = i;
      check(schedule_.kernels[i]);
    }
    current_.reset();
    for (const graph::Output& o : graph_.outputs)
      if (graph_.value(o.value).kind == Value::Node && !written_[o.value].count(Layout::Planar))
        problem("result '" + o.name + "' is not written in planar layout");
    return std::move(problems_);
  }

private:
  void problem(const std::string& what) { problems_.push_back({what, current_}); }
  const std::string& name(ValueId id) const { return graph_.value(id).name; }

  void check(const Kernel& kernel) {
    std::string who = "kernel '" + name(kernel.result()) + "'";
    const Value& anchor = graph_.value(kernel.anchor());
    if (!fits(kernel.algorithm, anchor.op))
      return problem(who + ": " + opInfo(anchor.op).name + " cannot be computed as " +
                     nameOf(kernel.algorithm));
    if (kernel.algorithm == Algorithm::Reorder) {
      if (kernel.nodes.size() != 1) problem(who + ": a conversion has one value");
    } else {
      for (ValueId id : kernel.nodes)
        if (!computed_.insert(id).second) problem(who + ": '" + name(id) + "' is computed twice");
    }
    if (opInfo(anchor.op).elements == Elements::Whole && kernel.layout != Layout::Int8 &&
        (kernel.algorithm == Algorithm::Window || kernel.algorithm == Algorithm::Dense) &&
        !(kernel.layout == Layout::Blocked && isExactInFloat32(graph_, anchor)))
      return problem(who + ": " + opInfo(anchor.op).name + " is a " + nameOf(kernel.algorithm) +
                     " kernel in int8 layout only");
    tail(kernel, who);
    operands(kernel, who);
    if (kernel.algorithm == Algorithm::Window) window(kernel, anchor, who);
    if (kernel.algorithm == Algorithm::Tiles) tiles(kernel, anchor, who);
    if (kernel.algorithm == Algorithm::Winograd) winograd(kernel, anchor, who);
    if (kernel.algorithm == Algorithm::Transposed) transposed(kernel, anchor, who);
    if (kernel.algorithm == Algorithm::Separable) separable(kernel, anchor, who);
    if (inBlocks(kernel.layout)) blocked(kernel, anchor, who);
    if (unitChannels(kernel.layout) > 1) units(kernel, anchor, who);
    if (kernel.writes) writes(kernel, who);
    if (kernel.algorithm == Algorithm::Dense &&
        (kernel.tile.size() != 1 || kernel.tile[0] < 1 || kernel.tile[0] > 16))
      problem(who + ": a dense tile is 1 to 16 vectors");
    Layout layout = layoutFor(kernel.resultLayout(), graph_.value(kernel.result()).type);
    if (!written_[kernel.result()].insert(layout).second && kernel.algorithm == Algorithm::Reorder)
      problem(who + ": '" + name(kernel.result()) + "' is there in " + nameOf(layout) + " layout already");
  }

  void tail(const Kernel& kernel, const std::string& who) {
    if (kernel.nodes.size() > 1 && !takesTail(kernel.algorithm))
      problem(who + ": nothing can be fused behind " + nameOf(kernel.algorithm));
    for (size_t i = 1; i < kernel.nodes.size(); ++i) {
      const Value& node = graph_.value(kernel.nodes[i]);
      ValueId before = kernel.nodes[i - 1];
      bool reads = false;
      for (ValueId operand : node.operands) reads |= operand == before;
      const bool pools = pooledBy(graph_, kernel) == i;
      if (!opInfo(node.op).isElementwise() && !pools)
        problem(who + ": '" + node.name + "' is not element-wise and cannot be fused");
      else if (!reads || (!pools && !graph_.value(before).type.sameDims(node.type)))
        problem(who + ": '" + node.name + "' does not continue '" + name(before) + "'");
      // What is inside a kernel is not written, so that nobody else can read it.
      for (const graph::Output& o : graph_.outputs)
        if (o.value == before) problem(who + ": '" + name(before) + "' is a result and must end its kernel");
    }
  }

  void operands(const Kernel& kernel, const std::string& who) {
    std::set<ValueId> own(kernel.nodes.begin(), kernel.nodes.end());
    std::vector<ValueId> reads;
    if (kernel.algorithm == Algorithm::Reorder)
      reads = {kernel.anchor()};
    else
      for (ValueId node : kernel.nodes)
        for (ValueId operand : graph_.value(node).operands)
          if (!own.count(operand)) reads.push_back(operand);
    for (ValueId operand : reads) {
      if (graph_.value(operand).kind == Value::Parameter) continue;
      auto needed = neededLayout(graph_, schedule_, kernel, operand);
      if (written_[operand].empty())
        problem(who + ": '" + name(operand) + "' is not computed before it");
      else if (needed && !written_[operand].count(*needed))
        problem(who + ": '" + name(operand) + "' is not there in " + nameOf(*needed) + " layout");
      else if (!needed && !written_[operand].count(Layout::Planar) &&
               !written_[operand].count(Layout::Blocked))
        problem(who + ": '" + name(operand) + "' is not there in planar or blocked layout");
    }
  }

  // The kernel's numbers are units of several channels.
  void units(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (kernel.algorithm == Algorithm::Reorder) return;
    if (!canWorkInUnits(graph_, kernel, schedule_.lanes))
      problem(who + ": " + opInfo(anchor.op).name + " cannot work in " + nameOf(kernel.layout) + " layout");
  }

  void writes(const Kernel& kernel, const std::string& who) {
    if (kernel.layout == Layout::Planar || !takesTail(kernel.algorithm))
      problem(
          who +
          ": only kernels that work in blocks, and may have others behind them, can write another layout");
    else if (*kernel.writes == Layout::Planar && kernel.algorithm != Algorithm::Window &&
             kernel.algorithm != Algorithm::Winograd)
      problem(who + ": only a window can write planes");
  }

  void blocked(const Kernel& kernel, const Value& anchor, const std::string& who) {
    switch (kernel.algorithm) {
    case Algorithm::Tiles:
      if (unitChannels(kernel.layout) == 1) problem(who + ": matrix tiles hold bf16, split or int8 numbers");
      return;
    case Algorithm::Winograd:
    case Algorithm::Window:
    case Algorithm::Transposed:
    case Algorithm::Separable: // say so themselves
    case Algorithm::Standardize:
    case Algorithm::Reorder: return;
    case Algorithm::Pointwise:
      if (opInfo(anchor.op).form == OpForm::Pixelwise)
        problem(who + ": " + opInfo(anchor.op).name + " works in planar layout only");
      if (opInfo(anchor.op).form == OpForm::ChannelWindow && !windowsBlocks(anchor, schedule_.lanes))
        problem(who + ": its window reaches further than the blocks beside it");
      return;
    case Algorithm::Adaptive:
    case Algorithm::Resample:
    case Algorithm::Concat:
      if (!isAllBlocks(graph_, anchor))
        problem(who + ": not all that it reads and writes lies in blocks of channels");
      return;
    case Algorithm::Dense:
      if (unitChannels(kernel.layout) == 1) problem(who + ": dense works in planar, bf16 or int8 layout");
      return;
    case Algorithm::Interleave:
    case Algorithm::Softmax:
    case Algorithm::Reduction:
    case Algorithm::Integer:
    case Algorithm::Alias: problem(who + ": " + nameOf(kernel.algorithm) + " works in planar layout only");
    }
  }

  void window(const Kernel& kernel, const Value& anchor, const std::string& who) {
    bool planar = kernel.layout == Layout::Planar, byChannel = isChannelwise(graph_, anchor, schedule_.lanes);
    if (kernel.tile.size() != (planar ? 3u : 2u))
      return problem(who + (planar      ? ": a planar tile is filters x rows x vectors"
                            : byChannel ? ": a blocked tile without mixed channels is rows x pixels"
                                        : ": a blocked tile is pixels x vectors"));
    int64_t accumulators = 1;
    for (int64_t extent : kernel.tile) {
      if (extent < 1 || extent > 64) return problem(who + ": a tile's extent is 1 to 64");
      accumulators *= extent;
    }
    if (accumulators > 64) problem(who + ": more than 64 accumulators");
    if (kernel.order != Order::Filters && (planar || byChannel))
      problem(who + ": only a blocked convolution that mixes channels has an order");
    if (!planar && byChannel) return channelwise(kernel, anchor, who);
    if (planar && anchor.op != OpKind::Conv) return planarPool(kernel, anchor, who);
    int64_t channels = graph_.value(anchor.operands[0]).type.channels(), filters = anchor.type.channels();
    int64_t groups = anchor.attributes.get<int64_t>("groups"), lanes = schedule_.lanes;
    if (planar) {
      if ((filters / groups) % kernel.tile[0] != 0)
        problem(who + ": the tile's filters do not divide those of a group");
      rowsOrVectors(kernel, who);
    } else if (groups > 1 && ((channels / groups) % lanes || (filters / groups) % lanes)) {
      problem(who + ": blocked layout needs groups of whole vectors of channels");
    } else if (groups > 1 && (filters / groups / lanes) % kernel.tile[1]) {
      problem(who + ": the tile's vectors do not divide those of a group");
    }
  }

  void winograd(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (kernel.layout != Layout::Blocked) return problem(who + ": winograd works in blocked layout");
    if (!canUseWinograd(graph_, anchor))
      return problem(who +
                     ": winograd needs a 3x3 kernel, steps of 1, one group, a border of zeros whose width is "
                     "known, and several channels");
    const std::vector<int64_t>& tile = kernel.tile;
    if (tile.size() != 4)
      return problem(who + ": a winograd tile is results along an axis x tiles x vectors x blocks of tiles");
    if (tile[0] != 2 && tile[0] != 4 && tile[0] != 6)
      return problem(who + ": a winograd tile has 2, 4 or 6 results along an axis");
    for (size_t i = 1; i < 4; ++i)
      if (tile[i] < 1 || tile[i] > 64) return problem(who + ": a tile's extent is 1 to 64");
    if (tile[1] * tile[2] > 64) return problem(who + ": more than 64 accumulators");
    const int64_t bytes = WinogradShape(graph_, kernel, schedule_.lanes).stackBytes(kernel.order);
    if (bytes > winogradStackBytes)
      problem(who + ": its tiles take " + std::to_string(bytes >> 10) + " KiB of the stack, more than " +
              std::to_string(winogradStackBytes >> 10));
  }

  // A matrix unit has eight registers: sums, and a row and a column of what is multiplied.
  void tiles(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (kernel.tile.size() != 2)
      return problem(who + ": a tile of a matrix unit is 16 pixels x 16 filters, so many times");
    const int64_t pixels = kernel.tile[0], filters = kernel.tile[1];
    if (pixels < 1 || filters < 1 || pixels > 3 || filters > 3 || pixels * filters + pixels + filters > 8)
      problem(who + ": the sums, a row and a column of its tile take more than the eight matrix registers");
    const int64_t groups = anchor.attributes.get<int64_t>("groups");
    if (groups > 1 && (anchor.type.channels() / groups / schedule_.lanes) % filters != 0)
      problem(who + ": the tile's filters do not divide those of a group");
  }

  void transposed(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (kernel.layout == Layout::Planar) {
      if (!kernel.tile.empty()) problem(who + ": planar transposed convolution has no tile");
      return;
    }
    if (!canBlockTransposed(graph_, anchor, schedule_.lanes))
      return problem(who + ": blocked layout needs whole vectors of channels in each group, and at most " +
                     std::to_string(mostPhases) + " phases");
    if (kernel.tile.size() != 2) return problem(who + ": a blocked transposed tile is pixels x vectors");
    const int64_t pixels = kernel.tile[0], vectors = kernel.tile[1];
    if (pixels < 1 || vectors < 1 || pixels > 64 || vectors > 64 || pixels * vectors > 64)
      return problem(who + ": a tile has 1 to 64 accumulators");
    const int64_t groups = anchor.attributes.get<int64_t>("groups"), filters = anchor.type.channels();
    if (groups > 1 &&
        (isDepthwise(graph_, anchor) ? vectors != 1 : (filters / groups / schedule_.lanes) % vectors != 0))
      problem(who + ": the tile's vectors do not divide those of a group");
  }

  void separable(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (kernel.layout != Layout::Planar) problem(who + ": separable kernels work in planar layout");
    if (kernel.tile.size() != 1 || kernel.tile[0] < 1 || kernel.tile[0] > 8)
      problem(who + ": a separable tile is 1 to 8 rows");
    if (!separate(graph_, anchor))
      problem(who + ": its kernel is not one that can be taken apart into a column and a row");
  }

  void channelwise(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (layoutFor(Layout::Blocked, graph_.value(anchor.operands[0]).type) == Layout::Planar)
      problem(who + ": its input has no blocks of channels");
    if (kernel.tile[0] > mostTileRows(graph_, anchor))
      problem(who + ": a tile of this window has at most " + std::to_string(mostTileRows(graph_, anchor)) +
              " rows");
  }

  void planarPool(const Kernel& kernel, const Value& anchor, const std::string& who) {
    if (kernel.tile[0] != 1) problem(who + ": a pooling tile has one channel");
    if (!isSmallWindow(anchor)) return rowsOrVectors(kernel, who);
    if (kernel.tile[1] > mostTileRows(graph_, anchor))
      problem(who + ": a tile of this window has at most " + std::to_string(mostTileRows(graph_, anchor)) +
              " rows");
  }

  void rowsOrVectors(const Kernel& kernel, const std::string& who) {
    if (kernel.tile[1] > 1 && kernel.tile[2] > 1)
      problem(who + ": a tile has several rows or several vectors, not both");
  }

  const Schedule& schedule_;
  const Graph& graph_;
  std::vector<std::set<Layout>> written_;
  std::set<ValueId> computed_;
  std::vector<Problem> problems_;
  std::optional<size_t> current_; // the kernel that is looked at
};

} // namespace

std::vector<Problem> problems(const Schedule& schedule, const Graph& graph) {
  return Checker(schedule, graph).run();
}

} // namespace convoy::schedule
