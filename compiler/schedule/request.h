// A schedule as somebody wants it, or a part of one: what is not said is chosen. Private to schedule/.
#pragma once
#include "schedule/rules.h"
#include "schedule/tiles.h"

namespace convoy::schedule {

struct KernelRequest {
  std::vector<graph::ValueId> nodes;
  std::optional<Algorithm> algorithm;
  std::optional<Layout> layout, writes;
  std::optional<std::vector<int64_t>> tile;
  std::optional<Order> order;
  int64_t threads = 0; // this and the following as in Kernel
  std::optional<bool> storesPast, prefetches;

  graph::ValueId result() const { return nodes.back(); }
  bool converts() const { return algorithm == Algorithm::Reorder; }
};

// Neighbours that run strip by strip.
struct GroupRequest {
  size_t first, end; // of the requested kernels
  int64_t rows = 0;  // 0: some
};

struct Request {
  std::optional<int> lanes; // 4, 8 or 16
  int64_t items = 0;
  std::vector<KernelRequest> kernels; // in order of execution; others may run between them
  std::vector<GroupRequest> groups;   // likewise; a kernel in none of them runs by itself
};

// The kernel does what is wanted, as far as layouts go.
bool agrees(const Kernel& kernel, const KernelRequest& request);
// Everything that a line could say of this kernel is said.
bool saysAll(const graph::Graph& graph, const Kernel& kernel, const KernelRequest& request, int lanes);

// Sets what is wanted or else best for the kernel's algorithm and layout: tile and order. A planar window may
// become a separable one.
void decide(const Costs& costs, Kernel& kernel, const KernelRequest* request);

// Every form that a kernel may have as it is wanted, whether this processor is good at it or not. Layouts
// that are not said are among `works` and `writes`. None: then `faults` says why.
std::vector<Kernel> formsOf(const Costs& costs, const KernelRequest& request,
                            const std::vector<Layout>& works, const std::vector<Layout>& writes,
                            std::vector<Fault>& faults);

// A schedule that does all that is requested. Problems are of kernels of the request.
struct Fulfilled {
  Schedule schedule;
  std::vector<Problem> problems;
};
Fulfilled fulfil(const Request& request, const graph::Graph& graph, const Target& target,
                 const Choices& choices);

} // namespace convoy::schedule
