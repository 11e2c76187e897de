// Remarks about whatever is compiled: --remarks=FILE, -Rpass and its kin (docs/remarks.md).
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

// Whether a regular expression (ECMAScript's) finds something in `text`. One that is none finds nothing.
bool finds(const std::string& expression, const std::string& text);

// Before any work: the plan is wanted when an option is there that needs it. False after a diagnostic.
bool checkRemarks(Compilation& compilation);
// Afterwards; does nothing without such options. False after a diagnostic.
bool writeRemarks(Compilation& compilation, const inspect::Plan& plan,
                  const std::vector<inspect::Remark>& remarks);
bool writeRemarks(Compilation& compilation); // of compilation.plan

} // namespace convoy::driver
