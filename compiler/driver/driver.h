// The command `convoy`, from arguments to exit status.
#pragma once
#include <string>
#include <vector>

namespace convoy::driver {

// `arguments`: without the name of the program. Exit status: 0 success, 1 the program or its input is wrong,
// 2 wrong usage, 3 an internal error.
int runCommand(const std::vector<std::string>& arguments);

} // namespace convoy::driver
