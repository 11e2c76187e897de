// The network with its planned layers in 8 bits.
#pragma once
#include "quantize/histogram.h"
#include "quantize/plan.h"
#include <map>

namespace convoy::quantize {

// What whole numbers of a group stand for: themselves times the scale. 0 stands for 0.
struct Scale {
  double scale = 1;
  Element element = Element::U8;
};

// Of each group. `histograms`: of the observed values.
std::vector<Scale> chooseScales(const Plan& plan, const std::map<ValueId, Histogram>& histograms);

struct Rewritten {
  graph::Graph graph;
  std::map<ValueId, ValueId> whole; // a value of the network: the 8-bit numbers that stand for it
};

// Layers keep their names. Conversions are added where the arithmetic changes.
Rewritten rewrite(const graph::Graph& graph, const Plan& plan, const std::vector<Scale>& scales);

} // namespace convoy::quantize
