// Phases that go on from the text of a stage: FILE itself, or one that takes the place of what was made of
// FILE.
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

// All are false after a diagnostic.

// FILE is the text.
bool readGraph(Compilation& compilation);
bool readLoops(Compilation& compilation);
bool readLlvm(Compilation& compilation);

// The text is beside FILE. Numbers that it leaves out, and where layers are in the script, are as FILE has
// them.
bool resumeGraph(Compilation& compilation);
// Functions that the text leaves out are as they were made, and so are modules of LLVM IR.
bool resumeLoops(Compilation& compilation);
bool resumeLlvm(Compilation& compilation);

// Code that was made of a text of LLVM IR: whether it can be linked.
bool checkCode(Compilation& compilation);

} // namespace convoy::driver
