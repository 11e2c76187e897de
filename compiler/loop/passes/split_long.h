// Takes calls out of long functions: what calls a thousand kernels one after the other is compiled in parts,
// side by side, in time that grows with its length, as that of a single function does not. Before: any loop
// IR that verifies. After: the same results; where a function had more than `longFunction` instructions, runs
// of about `longPart` of them that contain calls, and whose values nothing behind them uses, are functions of
// their own, NAME.part0 and so on, that stand before it.
#pragma once
#include "loop/ir.h"

namespace convoy::loop {

// More than programs of a hundred layers have, which stay as they are.
constexpr size_t longFunction = 8192, longPart = 1024;

void splitLong(Module& module, size_t most = longFunction, size_t part = longPart);

} // namespace convoy::loop
