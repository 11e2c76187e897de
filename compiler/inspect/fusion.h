// The fusion report (docs/fusion.md) as tables and as JSON.
#pragma once
#include "schedule/fusion.h"
#include "support/json.h"
#include <optional>

namespace convoy::inspect {

struct FusionReport {
  std::string pipeline;
  schedule::Fusion facts;
  std::vector<std::string> kernels;                // their names, in the schedule's order
  std::map<schedule::ValueId, std::string> values; // names of those in `facts`
  int64_t threads = 1;                             // that share the work of a group
};

FusionReport fusionReport(const graph::Graph& graph, const schedule::Schedule& schedule,
                          const std::vector<schedule::Apart>& apart);
// Of a kernel: that of its last layer; of a conversion, "conv_1 to planar".
std::string kernelName(const graph::Graph& graph, const schedule::Kernel& kernel);

// The group that a kernel is in.
std::optional<size_t> groupOf(const FusionReport& report, size_t kernel);

// Puts numbers for run-time sizes.
void bindSizes(FusionReport& report, const std::map<std::string, Size>& sizes);

// A table of groups and one of edges, each with a line of its own before it; empty where there are none.
std::string fusionText(const FusionReport& report);
// `groups` and `edges`, as docs/command.md describes them.
Json groupsJson(const FusionReport& report);
Json edgesJson(const FusionReport& report);
Json remarksJson(const FusionReport& report); // what --remarks writes

} // namespace convoy::inspect
