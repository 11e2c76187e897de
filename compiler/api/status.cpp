#include "convoy/status.h"

namespace convoy {
inline namespace v1 {

Status::Status(StatusCode code, const std::string& message) noexcept : code_(code) {
  try {
    message_ = std::make_shared<const std::string>(message);
  } catch (const std::exception&) {
    // The code's own words will do.
  }
}

const char* Status::message() const noexcept {
  if (message_) return message_->c_str();
  switch (code_) {
  case StatusCode::Ok: return "no error";
  case StatusCode::Argument: return "an argument does not fit the pipeline";
  case StatusCode::Shape: return "a shape does not fit the pipeline";
  case StatusCode::TooLarge: return "a tensor is too large";
  case StatusCode::Memory: return "not enough memory";
  case StatusCode::Cancelled: return "the run was cancelled";
  case StatusCode::Executor: return "the executor failed";
  case StatusCode::Internal: return "internal error";
  }
  return "unknown error";
}

struct Error::State {
  std::vector<Diagnostic> diagnostics;
  std::string text;
};

Error::Error(std::vector<Diagnostic> diagnostics) {
  auto state = std::make_shared<State>();
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity == Severity::Error) state->text += diagnostic.rendered;
  state->diagnostics = std::move(diagnostics);
  state_ = std::move(state);
}

Error::Error(const Error&) = default;
Error& Error::operator=(const Error&) = default;
Error::~Error() = default;
const char* Error::what() const noexcept { return state_->text.c_str(); }
const std::vector<Diagnostic>& Error::diagnostics() const { return state_->diagnostics; }

} // namespace v1
} // namespace convoy
