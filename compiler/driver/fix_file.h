// `convoy check --fix`: the changes that diagnostics propose, made in the script itself.
#pragma once
#include "driver/options.h"

namespace convoy::driver {

// Checks options.file, makes the fixes, and checks again until nothing is left that has one. The file is
// written once, whole, and only when something changed; imported files stay as they are. Returns the number
// of fixes made. What is still wrong is not reported here: whoever checks the file next will say it.
size_t fixFile(const Options& options, DiagnosticEngine& diags);

} // namespace convoy::driver
