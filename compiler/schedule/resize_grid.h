// What results of resize and upsample are made of (ops/resample.h says where they lie). Private to schedule/.
#pragma once
#include "ops/resample.h"
#include "schedule/kernel.h"

namespace convoy::schedule {

// What each tap counts, for a result that lies `fraction` behind a position; of the fraction's type.
std::vector<Reg> tapWeights(Builder& b, Interpolation how, Reg fraction);

// So many results lie over so many positions of the operand as those before them do, in the same way.
struct ResizePeriod {
  int64_t results, positions;
};
// Along an axis, where it is known when compiling and short.
std::optional<ResizePeriod> resizePeriod(const graph::Value& node, const TensorType& input, int axis);

} // namespace convoy::schedule
