// What --help and --version print.
#pragma once
#include "driver/options.h"

namespace convoy::driver {

std::string helpText();                // `convoy --help`
std::string helpText(Command command); // `convoy build --help`
std::string versionText();

} // namespace convoy::driver
