// A value or what went wrong. Mistakes of users travel as values: nothing here throws for them.
#ifndef CONVOY_COMMAND_RESULT_H
#define CONVOY_COMMAND_RESULT_H
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace convoy::command {

constexpr int exitSuccess = 0, exitFailure = 1, exitUsage = 2;

struct Error {
  std::string text; // a sentence without a full stop, names already quoted
  int exitStatus = exitFailure;
};

inline Error usageError(std::string text) { return {std::move(text), exitUsage}; }

// Nothing, or an error: `if (Outcome error = work()) return *error;`
using Outcome = std::optional<Error>;

template <typename T> class Result {
public:
  Result(T value) : state(std::move(value)) {}
  Result(Error error) : state(std::move(error)) {}
  explicit operator bool() const { return std::holds_alternative<T>(state); }
  T& operator*() { return std::get<T>(state); }
  T* operator->() { return &std::get<T>(state); }
  Error& error() { return std::get<Error>(state); }

private:
  std::variant<T, Error> state;
};

} // namespace convoy::command
#endif
