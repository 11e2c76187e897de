// Which machine a set of features means. Private to target/.
#pragma once
#include "target/target.h"
#include <set>

namespace convoy {

// The model whose scheduling fits the features of this machine best: as LLVM names processors. `name` is what
// the machine calls itself, which stands where the features do not tell.
std::string modelOf(const std::set<std::string>& features, const std::string& name);

Machine machineOf(const std::set<std::string>& features, int vectorBits);
Machine machineOfAarch64();
// This machine's cache sizes, where the system tells them.
void measureCaches(Machine& machine);
// Its highest clock, likewise; what is usual stands otherwise, as in most virtual machines.
void measureClock(Machine& machine);

} // namespace convoy
