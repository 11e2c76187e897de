#include "schedule/whole_sums.h"
#include "schedule/vector_layers.h"

namespace convoy::schedule {

WholeSums::WholeSums(KernelBuilder& k)
    : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())),
      zero_(k.kernel.layout == Layout::Int8 ? storedZero(k.graph, node_) : 0),
      whole_(k.vector.withScalar(Scalar::I32)) {}

void WholeSums::declare() {
  multiplier_ = k_.weights(node_.operands[2], {});
  if (const auto bias = biasOf(node_)) bias_ = k_.weights(*bias, {});
  if (zero_ != 0) weightSums_ = k_.weights(node_.operands[1], {Packing::Sums});
}

// A tile's vectors behind the last one read that again.
Reg WholeSums::existing(Reg block) { return b_.min(block, b_.index(k_.blocks(node_.type.channels()) - 1)); }

Reg WholeSums::numbers(Reg pointer, Reg block) {
  return k_.channelNumbers(pointer, node_.type.channels(), existing(block));
}

Reg WholeSums::start(Reg block) {
  Reg sums = bias_ ? b_.cast(whole_, numbers(bias_, block)) : b_.number(0, whole_);
  if (!weightSums_) return sums;
  Reg ofWeights = b_.load(whole_, weightSums_, Index(existing(block), k_.lanes));
  return b_.sub(sums, b_.mul(ofWeights, b_.number(static_cast<double>(zero_), whole_)));
}

Reg WholeSums::result(Reg sums, Reg block) {
  return toSteps(k_, node_, b_.mul(b_.cast(k_.vector, sums), numbers(multiplier_, block)));
}

} // namespace convoy::schedule
