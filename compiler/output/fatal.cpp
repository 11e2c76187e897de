#include "output/fatal.h"
#include "llvm/Support/ErrorHandling.h"
#include <cstdio>
#include <mutex>

namespace convoy {

namespace {

struct Failure {
  std::string reason;
};

thread_local bool isCaught = false;

// LLVM goes on to end the process when this comes back.
void onFailure(void*, const char* reason, bool) {
  if (isCaught) throw Failure{reason};
  std::fprintf(stderr, "LLVM ERROR: %s\n", reason);
}

struct Catching {
  Catching() { isCaught = true; }
  ~Catching() { isCaught = false; }
};

} // namespace

std::optional<std::string> reasonOfFailure(const std::function<void()>& work) {
  static std::once_flag once;
  std::call_once(once, [] { llvm::install_fatal_error_handler(onFailure); });
  const Catching catching;
  try {
    work();
    return std::nullopt;
  } catch (const Failure& failure) {
    return failure.reason;
  }
}

} // namespace convoy
