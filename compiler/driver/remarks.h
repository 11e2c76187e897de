// --remarks=FILE: the fusion report of whatever is compiled.
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

// Before any work: the report is wanted when the option is there. False after a diagnostic.
bool checkRemarks(Compilation& compilation);
// Afterwards; does nothing without the option. False after a diagnostic.
bool writeRemarks(Compilation& compilation, const inspect::FusionReport& report);
bool writeRemarks(Compilation& compilation); // of compilation.fusion

} // namespace convoy::driver
