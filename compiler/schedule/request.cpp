// One kernel as it is wanted: what its line leaves open.
#include "schedule/request.h"
#include "schedule/separable.h"

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

bool agrees(const Kernel& kernel, const KernelRequest& request) {
  return (!request.algorithm || *request.algorithm == kernel.algorithm) &&
         (!request.layout || *request.layout == kernel.layout) &&
         (!request.writes || *request.writes == kernel.resultLayout());
}

bool saysAll(const Graph& graph, const Kernel& kernel, const KernelRequest& request, int lanes) {
  return request.algorithm && request.layout && (request.tile || extentsOfTile(kernel) == 0) &&
         (request.order || !hasOrder(graph, kernel, lanes)) &&
         (request.writes || !mayWriteOthers(graph, kernel));
}

namespace {

// For a tile that somebody wants.
Order bestOrder(const Costs& costs, Kernel kernel) {
  std::optional<Order> best;
  double least = 0;
  for (Order order : {Order::Positions, Order::Filters}) {
    kernel.order = order;
    if (!tileFaults(costs.graph, kernel, costs.lanes).empty()) continue;
    const double cycles = costs.cycles(kernel);
    if (!best || cycles < least) best = order, least = cycles;
  }
  return best.value_or(Order::Filters); // where the tile itself is wrong
}

} // namespace

void decide(const Costs& costs, Kernel& kernel, const KernelRequest* request) {
  const Graph& graph = costs.graph;
  const Value& anchor = graph.value(kernel.anchor());
  const bool mayTakeApart = !request || (!request->algorithm && !request->tile);
  if (mayTakeApart && kernel.algorithm == Algorithm::Window && kernel.layout == Layout::Planar &&
      filterFrame(graph, kernel.nodes))
    kernel.algorithm = Algorithm::Separable;
  if (isWindowed(kernel.algorithm) && !(request && request->tile)) {
    const Costs::Tile best = costs.windowTile(kernel, request ? request->order : std::nullopt);
    kernel.tile = best.extents, kernel.order = best.order;
  }
  if (kernel.algorithm == Algorithm::Separable) { // the sums of a column stay in registers
    const auto frame = filterFrame(graph, kernel.nodes);
    const int64_t rows = costs.target.vectorRegisters >= 32 ? 4 : 2;
    kernel.tile = {std::max<int64_t>(1, rows / (frame ? static_cast<int64_t>(frame->filters.size()) : 1))};
  }
  if (kernel.algorithm == Algorithm::Dense) {
    // Three vectors keep the units of one item busy, and leave registers for the sums of several items.
    int64_t vectors = (anchor.type.channels() + costs.lanes - 1) / costs.lanes, tiles = (vectors + 2) / 3;
    kernel.tile = {(vectors + tiles - 1) / tiles};
  }
  if (!request) return;
  kernel.tile = request->tile.value_or(kernel.tile);
  if (request->order)
    kernel.order = *request->order;
  else if (request->tile && hasOrder(graph, kernel, costs.lanes))
    kernel.order = bestOrder(costs, kernel);
  kernel.threads = request->threads;
  kernel.storesPast = request->storesPast;
  kernel.prefetches = request->prefetches;
}

std::vector<Kernel> formsOf(const Costs& costs, const KernelRequest& request,
                            const std::vector<Layout>& works, const std::vector<Layout>& writes,
                            std::vector<Fault>& faults) {
  const Graph& graph = costs.graph;
  std::vector<Kernel> forms;
  // A form that fails says why; that of the one which went furthest counts.
  int furthest = -1;
  auto add = [&](Kernel kernel) {
    std::vector<Fault> wrong = formFaults(graph, kernel, costs.lanes);
    int went = 0;
    if (wrong.empty()) {
      decide(costs, kernel, &request);
      wrong = tileFaults(graph, kernel, costs.lanes);
      went = request.tile && request.tile->size() != extentsOfTile(kernel) ? 1 : 2;
    }
    if (wrong.empty())
      forms.push_back(std::move(kernel));
    else if (went > furthest)
      faults = std::move(wrong), furthest = went;
  };
  auto orSaid = [](const std::optional<Layout>& said, const std::vector<Layout>& open) {
    return said ? std::vector<Layout>{*said} : open;
  };
  for (Algorithm algorithm : request.algorithm ? std::vector<Algorithm>{*request.algorithm}
                                               : algorithmsFor(graph.value(request.nodes.front()).op)) {
    if (algorithm == Algorithm::Tiles && !request.algorithm && !forms.empty())
      continue; // perhaps in software
    for (Layout layout : orSaid(request.layout, works)) {
      Kernel kernel;
      kernel.nodes = request.nodes;
      kernel.algorithm = algorithm;
      kernel.layout = layout;
      if (request.writes.value_or(layout) == layout) add(kernel);
      for (Layout to : orSaid(request.writes, writes)) {
        kernel.writes = to;
        if (to != layout) add(kernel);
      }
    }
  }
  return forms;
}

} // namespace convoy::schedule
