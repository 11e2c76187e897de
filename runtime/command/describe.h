// What a compiled program says about itself.
#ifndef CONVOY_COMMAND_DESCRIBE_H
#define CONVOY_COMMAND_DESCRIBE_H
#include "convoy/runtime.h"

#include <string>

namespace convoy::command {

// The text of --help.
std::string helpText(const convoy_pipeline& pipeline, const std::string& program);

// The JSON of --describe. A dimension is a number, the name of a run-time size, or null when it follows from
// them.
std::string describeJson(const convoy_pipeline& pipeline);

} // namespace convoy::command
#endif
