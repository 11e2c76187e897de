// Takes parallel calls out of functions that have very many: what hands on a thousand kernels one after the
// other is compiled in parts, side by side, in time that grows with its length, as that of a single function
// does not. Before: any loop IR that verifies. After: the same results; where a function had more than `most`
// parallel calls, runs of about `part` of them are functions of their own, NAME.part0 and so on, that stand
// before it.
#pragma once
#include "loop/ir.h"

namespace convoy::loop {

// Programs of a few hundred layers stay as they are.
constexpr size_t longCalls = 256, longPart = 64;

void splitLong(Module& module, size_t most = longCalls, size_t part = longPart);

} // namespace convoy::loop
