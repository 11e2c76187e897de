#include "inspect/fusion.h"
#include "inspect/size_text.h"
#include "inspect/table.h"
#include "support/text.h"
#include <cmath>

namespace convoy::inspect {

using schedule::EdgeFacts;
using schedule::GroupFacts;
using schedule::HaloFacts;
using schedule::RingFacts;

std::string kernelName(const graph::Graph& graph, const schedule::Kernel& kernel) {
  std::string name = graph.value(kernel.result()).name;
  if (kernel.algorithm == schedule::Algorithm::Reorder) name += std::string(" to ") + nameOf(kernel.layout);
  return name;
}

FusionReport fusionReport(const graph::Graph& graph, const schedule::Schedule& schedule,
                          const std::vector<schedule::Apart>& apart) {
  FusionReport report;
  report.pipeline = graph.name;
  report.facts = schedule::fusionOf(graph, schedule, apart);
  for (const schedule::Kernel& kernel : schedule.kernels) report.kernels.push_back(kernelName(graph, kernel));
  auto name = [&](schedule::ValueId value) { report.values[value] = graph.value(value).name; };
  for (const GroupFacts& group : report.facts.groups) {
    for (const RingFacts& ring : group.rings) name(ring.value);
    for (const HaloFacts& halo : group.halos) name(halo.value);
  }
  for (const EdgeFacts& edge : report.facts.edges) name(edge.value);
  return report;
}

std::optional<size_t> groupOf(const FusionReport& report, size_t kernel) {
  for (size_t g = 0; g < report.facts.groups.size(); ++g)
    if (report.facts.groups[g].group.has(kernel)) return g;
  return std::nullopt;
}

void bindSizes(FusionReport& report, const std::map<std::string, Size>& sizes) {
  auto bind = [&](Size& size) { size = size.substitute(sizes); };
  for (GroupFacts& group : report.facts.groups) {
    bind(group.strips), bind(group.scratchBytes), bind(group.savedBytes);
    for (RingFacts& ring : group.rings) bind(ring.bytes);
  }
  for (EdgeFacts& edge : report.facts.edges) bind(edge.bytes);
}

namespace {

// What threads compute twice, as a share of a group's work; none: its strips are not known.
std::optional<double> shareAgain(const FusionReport& report, const GroupFacts& group) {
  if (!group.strips.isConstant()) return std::nullopt;
  return schedule::shareAgain(group, group.strips.known(), report.threads);
}

std::string percent(double share) { return share == 0 ? "0" : fixedText(share * 100, 2) + " %"; }

std::string groupsText(const FusionReport& report) {
  Table table({{"group"},
               {"kernel"},
               {"strips"},
               {"ring of"},
               {"rows", true},
               {"kept", true},
               {"bytes", true},
               {"halo"},
               {"again", true},
               {"scratch", true},
               {"bytes saved", true}});
  for (size_t g = 0; g < report.facts.groups.size(); ++g) {
    const GroupFacts& group = report.facts.groups[g];
    const std::optional<double> again = shareAgain(report, group);
    const std::vector<std::string> once{again ? percent(*again) : "", bytesText(group.scratchBytes),
                                        countText(group.savedBytes)};
    const size_t lines = std::max({group.group.count, group.rings.size(), group.halos.size()});
    for (size_t i = 0; i < lines; ++i) {
      std::vector<std::string> cells(11);
      if (i < group.group.count) {
        const size_t kernel = group.group.first + i;
        cells[1] = std::to_string(kernel) + " " + report.kernels[kernel];
      }
      if (i < group.rings.size()) {
        const RingFacts& ring = group.rings[i];
        cells[3] = report.values.at(ring.value), cells[4] = std::to_string(ring.rows);
        cells[5] = std::to_string(ring.kept), cells[6] = countText(ring.bytes);
      }
      if (i < group.halos.size())
        cells[7] = report.values.at(group.halos[i].value) + ": " + counted(group.halos[i].rows, "row");
      if (i == 0) {
        cells[0] = std::to_string(g);
        cells[2] = countText(group.strips) + " of " + counted(group.group.rows, "row");
        std::copy(once.begin(), once.end(), cells.begin() + 8);
      }
      table.add(std::move(cells));
    }
  }
  return table.str();
}

std::string edgesText(const FusionReport& report) {
  Table table({{"from"},
               {"to"},
               {"bytes", true},
               {"through memory because", false, true},
               {"what would change it", false, true}});
  for (const EdgeFacts& edge : report.facts.edges)
    table.add({report.kernels[edge.producer], report.kernels[edge.consumer], countText(edge.bytes), edge.why,
               edge.change.empty() ? "nothing" : edge.change});
  return table.str();
}

} // namespace

std::string fusionText(const FusionReport& report) {
  std::string text;
  if (!report.facts.groups.empty())
    text += "\nkernels that run together, strip by strip of rows, on " + counted(report.threads, "thread") +
            "\n" + groupsText(report);
  if (!report.facts.edges.empty()) text += "\nvalues that go through memory\n" + edgesText(report);
  return text;
}

Json groupsJson(const FusionReport& report) {
  return arrayOf(report.facts.groups, [&](const GroupFacts& group) {
    Json json = Json::object();
    json.set("first_kernel", static_cast<int64_t>(group.group.first));
    Json kernels = Json::array();
    for (size_t i = group.group.first; i < group.group.end(); ++i) kernels.push(report.kernels[i]);
    json.set("kernels", std::move(kernels));
    json.set("rows", group.group.rows);
    json.set("strips", sizeJson(group.strips));
    json.set("rings", arrayOf(group.rings, [&](const RingFacts& ring) {
               Json one = Json::object();
               one.set("value", report.values.at(ring.value));
               one.set("rows", ring.rows).set("kept", ring.kept).set("bytes", sizeJson(ring.bytes));
               return one;
             }));
    json.set("halo", arrayOf(group.halos, [&](const HaloFacts& halo) {
               Json one = Json::object();
               one.set("value", report.values.at(halo.value)).set("rows", halo.rows);
               return one;
             }));
    const std::optional<double> again = shareAgain(report, group);
    json.set("strips_again", std::round(group.stripsAgain * 1e6) / 1e6);
    json.set("strips_per_part", group.stripsPerPart);
    json.set("share_again", again ? Json(std::round(*again * 1e6) / 1e6) : Json());
    json.set("scratch_bytes", sizeJson(group.scratchBytes));
    json.set("saved_bytes", sizeJson(group.savedBytes));
    return json;
  });
}

Json edgesJson(const FusionReport& report) {
  return arrayOf(report.facts.edges, [&](const EdgeFacts& edge) {
    Json json = Json::object();
    json.set("from", report.kernels[edge.producer]).set("to", report.kernels[edge.consumer]);
    json.set("value", report.values.at(edge.value)).set("bytes", sizeJson(edge.bytes));
    json.set("why", edge.why).set("change", edge.change.empty() ? Json() : Json(edge.change));
    return json;
  });
}

Json remarksJson(const FusionReport& report) {
  Json json = Json::object();
  json.set("pipeline", report.pipeline).set("threads", report.threads);
  json.set("groups", groupsJson(report)).set("edges", edgesJson(report));
  return json;
}

} // namespace convoy::inspect
