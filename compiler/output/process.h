// Other programs: finding and running them.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace convoy {

// The folder of the running command; empty when the system does not tell.
std::string commandFolder();

// The path of a program, sought in `folders` and then in PATH.
std::optional<std::string> findProgram(const std::string& name, const std::vector<std::string>& folders);

struct ProcessResult {
  int status = 0;     // of exit; 128 + N after signal N; -1 when it could not be started
  std::string output; // what it wrote to standard output and error (the first 64 KiB)
};
// command[0] is a path. Standard input is empty.
ProcessResult runProcess(const std::vector<std::string>& command);

} // namespace convoy
