// What the families share, and the table that they make.
#include "reference/layers.h"
#include "support/internal_error.h"
#include <cmath>

namespace convoy::reference {

double LayerCall::number(const std::string& attribute) const {
  return static_cast<double>(static_cast<float>(node.attributes.get<double>(attribute)));
}

static std::vector<const LayerReference*> tableOf(const std::vector<LayerReference>& rows) {
  std::vector<const LayerReference*> table(opTable().size(), nullptr);
  for (const LayerReference& row : rows) table[static_cast<size_t>(row.op)] = &row;
  return table;
}

const LayerReference& referenceOf(OpKind op) {
  static const std::vector<LayerReference> rows = [] {
    std::vector<LayerReference> all;
    for (auto family :
         {windowLayers, transposedLayers, elementwiseLayers, activationLayers, channelLayers, reductionLayers,
          normalizationLayers, imageLayers, shapeLayers, movingLayers, quantizedLayers})
      for (const LayerReference& row : family()) all.push_back(row);
    return all;
  }();
  static const std::vector<const LayerReference*> table = tableOf(rows);
  const LayerReference* row = table[static_cast<size_t>(op)];
  require(row, "every layer has a reference");
  return *row;
}

Tensor magnitude(const Tensor& x, const Tensor& error) {
  Tensor sum = x;
  for (size_t i = 0; i < sum.data.size(); ++i) sum.data[i] = std::fabs(x.data[i]) + error.data[i];
  return sum;
}

Tensor absolute(const Tensor& x) {
  Tensor result = x;
  for (double& value : result.data) value = std::fabs(value);
  return result;
}

void asBefore(const BoundCall& call, Tensor& error) { error.data = call.ex().data; }

Broadcast broadcastOf(const Tensor& a, const Tensor& b, const Tensor& result) {
  Broadcast walk;
  walk.extent[0] = result.batch;
  // A result of rank 1 has its channels at 1 and nothing behind; spatial axes fill up from the last.
  size_t rank = result.shape.size();
  auto place = [&](size_t axis) { return axis == 0 ? size_t(1) : 5 - (rank - axis); };
  for (size_t axis = 0; axis < rank; ++axis) walk.extent[place(axis)] = result.shape[axis];
  const Tensor* operands[] = {&a, &b};
  for (int side = 0; side < 2; ++side) {
    const Tensor& operand = *operands[side];
    int64_t step = 1;
    for (size_t axis = operand.shape.size(); axis-- > 0;) {
      walk.step[side][place(axis)] = operand.shape[axis] == 1 ? 0 : step;
      step *= operand.shape[axis];
    }
    walk.step[side][0] = operand.batch == 1 ? 0 : step;
  }
  return walk;
}

} // namespace convoy::reference
