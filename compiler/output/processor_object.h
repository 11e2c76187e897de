// The code that chooses a version, for artifacts that have several: runtime/core/processor.cpp, as an object.
#pragma once
#include "output/compile.h"
#include <cstddef>

namespace convoy {

// Whether there is such an object for the target: this machine's, of a kind whose processors can be told
// apart when code runs.
bool canChooseVersions(const Target& target);

// Defines convoy_choose_version, hidden and weak: the one of a runtime library that is linked too stands for
// it.
CompiledUnit makeProcessorObject();

// The object's bytes.
extern const unsigned char processorObject[];
extern const std::size_t processorObjectBytes;

} // namespace convoy
