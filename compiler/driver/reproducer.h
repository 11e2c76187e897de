// A file that shows an internal error again: the script, with the command line in its first lines.
#pragma once
#include "driver/compilation.h"
#include <string>
#include <vector>

namespace convoy::driver {

struct Reproducer {
  std::string path; // in the temporary folder
  std::string text;
};
// `file` may be null (then there is no script). Ready to be written at the moment of need.
Reproducer makeReproducer(const std::vector<std::string>& arguments, const Options& options,
                          const SourceFile* file);

// Says what happened and where the reproducer is, on standard error.
void reportInternalError(const std::string& what, const Reproducer& reproducer);

// While it lives, a crash (segmentation fault, abort, ...) ends the process with status 3, after a message
// and with the reproducer written. Signal handlers take no context, so this keeps a pointer for them; one at
// a time.
class CrashGuard {
public:
  explicit CrashGuard(const Reproducer& reproducer);
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

private:
  std::vector<char> stack_; // of the handler: the crash may be an overflow of the usual one
};

} // namespace convoy::driver
