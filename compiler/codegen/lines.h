// What the line tables of compiled code speak of.
#pragma once
#include "loop/ir.h"

namespace convoy {

// None: there are none. Script: the file that the pipeline is written in. Loops: the text of the loop IR as
// loop::print() gives it, so that each instruction of the machine is found there.
enum class Lines { None, Script, Loops };

// The lines of one program.
struct SourceLines {
  Lines of = Lines::None;
  loop::LineNumbers loops; // for Lines::Loops
};

} // namespace convoy
