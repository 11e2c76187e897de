// Our own mistakes. The driver catches InternalError, writes a reproducer and exits with 3.
#pragma once
#include <stdexcept>
#include <string>

namespace convoy {

class InternalError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void internalError(const std::string& what) { throw InternalError(what); }

// Checks what the code before has promised. Never for a user's input: that gets a diagnostic.
inline void require(bool condition, const char* what) {
  if (!condition) internalError(what);
}

} // namespace convoy
