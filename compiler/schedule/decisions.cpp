#include "schedule/decisions.h"
#include "schedule/request.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

using graph::Graph;
using graph::ValueId;

// All that the line of this kernel says when it is printed.
KernelRequest requestFor(const Graph& graph, const Kernel& kernel, int lanes) {
  KernelRequest request;
  request.nodes = kernel.nodes;
  request.algorithm = kernel.algorithm;
  request.layout = kernel.layout;
  if (!kernel.tile.empty()) request.tile = kernel.tile;
  if (hasOrder(graph, kernel, lanes)) request.order = kernel.order;
  if (kernel.writes || mayWriteOthers(graph, kernel)) request.writes = kernel.resultLayout();
  request.threads = kernel.threads;
  request.storesPast = kernel.storesPast;
  request.prefetches = kernel.prefetches;
  return request;
}

std::string namesOf(const Graph& graph, const std::vector<ValueId>& nodes) {
  std::string text;
  for (ValueId node : nodes) text += (text.empty() ? "" : ", ") + graph::nameText(graph.value(node).name);
  return "[" + text + "]";
}

std::string formText(const KernelRequest& request) {
  return std::string(nameOf(*request.algorithm)) + " " + nameOf(*request.layout);
}

std::string tileText(const KernelRequest& request) {
  std::string text;
  for (int64_t extent : request.tile.value_or(std::vector<int64_t>()))
    text += (text.empty() ? "tile " : "x") + std::to_string(extent);
  return text;
}

// The words behind the tile.
std::string otherText(const KernelRequest& request) {
  Kernel kernel;
  kernel.threads = request.threads, kernel.storesPast = request.storesPast,
  kernel.prefetches = request.prefetches;
  std::string text;
  if (request.order) text += std::string(" order ") + nameOf(*request.order);
  if (request.writes) text += std::string(" writes ") + nameOf(*request.writes);
  text += requestsText(kernel);
  return text.empty() ? "" : text.substr(1);
}

// The smallest tile, the plainest order; results in the layout of the work. Winograd's results of a tile
// stay: they are a part of the algorithm.
void makePlain(const Graph& graph, Kernel& kernel, int lanes) {
  std::vector<int64_t> tile(extentsOfTile(kernel), 1);
  if (kernel.algorithm == Algorithm::Winograd) tile[0] = kernel.tile.at(0);
  kernel.tile = std::move(tile);
  kernel.order = Order::Filters;
  kernel.writes.reset();
  kernel.threads = 0, kernel.storesPast.reset(), kernel.prefetches.reset();
  if (!tileFaults(graph, kernel, lanes).empty()) kernel.tile.clear(); // some other, which is chosen
}

// Alone, in planes if it can be.
KernelRequest plainest(const Graph& graph, ValueId node, int lanes) {
  KernelRequest request;
  request.nodes = {node};
  std::vector<Algorithm> algorithms = algorithmsFor(graph.value(node).op);
  algorithms.insert(algorithms.begin(), algorithmOf(opInfo(graph.value(node).op)));
  for (Algorithm algorithm : algorithms) {
    Kernel kernel;
    kernel.nodes = {node};
    kernel.algorithm = algorithm;
    if (!formFaults(graph, kernel, lanes).empty()) continue;
    makePlain(graph, kernel, lanes);
    return requestFor(graph, kernel, lanes);
  }
  return request; // as it is chosen
}

} // namespace

// Kernels that compute the same layers; each form is one decision away from the one before it.
struct Decisions::Ladder {
  std::vector<std::vector<KernelRequest>> forms;
  size_t first = 0;                        // of all_: the decision that leads to forms[1]
  std::optional<KernelRequest> conversion; // then it has no forms

  size_t height(const std::vector<bool>& taken) const {
    size_t height = 0;
    while (height + 1 < forms.size() && taken[first + height]) ++height;
    return height;
  }
};

Decisions::~Decisions() = default;

Decisions::Decisions(const Graph& graph, const Target& target, Schedule schedule, const Choices& choices)
    : graph_(graph), target_(target), schedule_(std::move(schedule)), choices_(choices) {
  choices_.groups = GroupChoice::Never;
  for (const Kernel& kernel : schedule_.kernels) {
    if (kernel.algorithm != Algorithm::Reorder) {
      addKernel(kernel);
      continue;
    }
    ladders_.emplace_back().conversion = requestFor(graph_, kernel, schedule_.lanes);
  }
  conversions_ = all_.size();
  all_.push_back({"", "conversions of layouts where they are", "only where a kernel needs them"});
  groups_ = all_.size();
  for (const Group& group : schedule_.groups) {
    std::string text;
    for (size_t i = group.first; i < group.end(); ++i)
      text += (text.empty() ? "" : ", ") + namesOf(graph_, schedule_.kernels[i].nodes);
    all_.push_back({"", "group rows " + std::to_string(group.rows) + " of " + text, "one after the other"});
  }
}

void Decisions::addKernel(const Kernel& kernel) {
  Ladder& ladder = ladders_.emplace_back();
  ladder.first = all_.size();
  std::vector<KernelRequest> form;
  for (ValueId node : kernel.nodes) form.push_back(plainest(graph_, node, schedule_.lanes));
  ladder.forms.push_back(form);
  const std::string name = namesOf(graph_, kernel.nodes);
  auto decide = [&](std::string what, std::string instead) {
    ladder.forms.push_back(form);
    all_.push_back({name, std::move(what), std::move(instead)});
  };

  Kernel alone = kernel;
  alone.nodes = {kernel.anchor()};
  const KernelRequest wanted = requestFor(graph_, alone, schedule_.lanes);
  KernelRequest& anchor = form.front();
  if (anchor.algorithm != wanted.algorithm || anchor.layout != wanted.layout) {
    const std::string instead = anchor.algorithm ? formText(anchor) : "another form";
    makePlain(graph_, alone, schedule_.lanes);
    anchor = requestFor(graph_, alone, schedule_.lanes);
    decide(formText(wanted), instead);
  }
  if (anchor.tile != wanted.tile) {
    const std::string instead = tileText(anchor);
    anchor.tile = wanted.tile;
    decide(tileText(wanted), instead.empty() ? "another tile" : instead);
  }
  if (const std::string words = otherText(wanted), instead = otherText(anchor); words != instead) {
    anchor = wanted;
    decide(words, instead.empty() ? "nothing of that" : instead);
  }
  for (size_t i = 1; i < kernel.nodes.size(); ++i) {
    form.front().nodes.push_back(kernel.nodes[i]);
    form.erase(form.begin() + 1);
    decide(graph::nameText(graph_.value(kernel.nodes[i]).name) + " fused", "a kernel of its own");
  }
}

Schedule Decisions::grouped(const std::vector<bool>& taken) const {
  Schedule schedule = schedule_;
  schedule.groups.clear();
  for (size_t i = 0; i < schedule_.groups.size(); ++i)
    if (taken[groups_ + i]) schedule.groups.push_back(schedule_.groups[i]);
  return schedule;
}

std::optional<Schedule> Decisions::with(const std::vector<bool>& taken) const {
  if (std::all_of(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(groups_),
                  [](bool is) { return is; }))
    return grouped(taken);
  Request request;
  request.lanes = schedule_.lanes;
  request.items = schedule_.items;
  std::vector<size_t> place; // of each of the schedule's kernels among those requested
  std::vector<bool> whole;   // it is as in the schedule
  for (const Ladder& ladder : ladders_) {
    place.push_back(request.kernels.size());
    if (ladder.conversion) {
      whole.push_back(taken[conversions_]);
      if (taken[conversions_]) request.kernels.push_back(*ladder.conversion);
      continue;
    }
    const size_t form = ladder.height(taken);
    whole.push_back(form + 1 == ladder.forms.size());
    request.kernels.insert(request.kernels.end(), ladder.forms[form].begin(), ladder.forms[form].end());
  }
  place.push_back(request.kernels.size());
  for (size_t i = 0; i < schedule_.groups.size(); ++i) {
    const Group& group = schedule_.groups[i];
    bool can = taken[groups_ + i];
    for (size_t k = group.first; k < group.end(); ++k) can = can && whole[k];
    if (can) request.groups.push_back({place[group.first], place[group.end()], group.rows});
  }
  Fulfilled made = fulfil(request, graph_, target_, choices_);
  if (!made.problems.empty()) return std::nullopt;
  return std::move(made.schedule);
}

} // namespace convoy::schedule
