// Which layers of a network are computed with 8-bit numbers, and which values share a scale.
#pragma once
#include "graph/graph.h"
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace convoy::quantize {

using graph::ValueId;

// What becomes of a node.
enum class Role {
  Float, // as it is
  Sum,   // a convolution or dense layer with 8-bit operands and results
  Add,   // the sum of two values in 8 bits
  Keep,  // chooses or moves the 8-bit numbers
  Fused, // an activation that is the limits of the layer before it
};

struct Layer {
  Role role = Role::Float;
  std::string reason; // why a layer that could have been is not in 8 bits
  // Sum and Add: the value that they make in 8 bits, which is the activation's when one is fused.
  ValueId result = 0;
};

// A value whose numbers are looked at.
struct Observed {
  ValueId value;
  double most = INFINITY; // what its activation limits it to
};

// Values that share a scale, and those whose numbers decide it.
struct Group {
  std::vector<Observed> observed;
  bool hasNegative = false; // whatever is observed
  bool isImage = false;     // of 0..1, in steps of 1/255
};

struct Plan {
  std::vector<Layer> layers;                // by ValueId; meaningless for what is no node
  std::vector<std::optional<size_t>> group; // by ValueId: of values in 8 bits
  std::vector<Group> groups;

  bool empty() const; // no layer is computed with 8-bit numbers
  // Made by a layer in 8 bits, and not converted to them.
  bool isMade(const graph::Graph& graph, ValueId id) const;
};

// The largest result of an activation that can be fused; all are at least 0.
double mostOf(const graph::Value& activation);

// batch_norm is folded already, and parameters have their numbers.
Plan makePlan(const graph::Graph& graph);

} // namespace convoy::quantize
