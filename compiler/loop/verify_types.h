// The verifier's rules about one instruction's operands, result and constants. Private to the verifier.
#pragma once
#include "loop/static_indices.h"
#include <functional>

namespace convoy::loop {

// Calls `report` with a sentence for each problem. Covers everything but control flow, calls, yield and
// return.
void verifyTypes(const Inst& inst, const StaticIndices& indices,
                 const std::function<void(const std::string&)>& report);

std::vector<Type> typesOf(const std::vector<Value*>& values, size_t from = 0);
std::string textOf(const std::vector<Type>& types); // "(f32, i64)"

} // namespace convoy::loop
