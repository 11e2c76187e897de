// Making the changes that diagnostics propose.
#pragma once
#include "support/diagnostics.h"
#include <memory>
#include <string>
#include <vector>

namespace convoy {

struct FixedText {
  std::string text;   // of the file, changed
  size_t applied = 0; // fixes that are in it
};

// Makes the first fix of each diagnostic that has one and is sure of it, as far as it changes `file` alone
// and does not overlap a change that is already made: those come out in the next round, when the new text is
// looked at. Equal edits of several diagnostics are made once.
FixedText applyFixes(const SourceFile& file, const std::vector<std::unique_ptr<Diagnostic>>& diagnostics);

} // namespace convoy
