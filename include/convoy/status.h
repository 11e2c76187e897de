// How calls say what went wrong: diagnostics for a compilation, a status for a run. Nothing here throws but
// value().
#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy {
inline namespace v1 {

// ---- compiling ----

enum class Severity { Error, Warning, Note };

// A place in a script. Lines and columns count from 1, columns count bytes, the end is one past the last
// byte.
struct Label {
  std::string file;
  std::uint32_t line = 0, column = 0, endLine = 0, endColumn = 0;
  std::string text;     // beside the marks; may be empty
  bool primary = false; // where the mistake is; the others explain it
};

// Replaces what is from line and column to endLine and endColumn, counted as in labels.
struct Edit {
  std::string file;
  std::uint32_t line = 0, column = 0, endLine = 0, endColumn = 0;
  std::string replacement;
};

// A change of the script that repairs it. Edits do not overlap.
struct Fix {
  std::string text; // "did you mean 'relu'?"
  std::vector<Edit> edits;
};

struct Diagnostic {
  std::string code; // "E0202": for programs, and for looking it up
  std::string name; // "UnknownLayer"
  Severity severity = Severity::Error;
  std::string message;       // one line, no code, no place
  std::vector<Label> labels; // the primary one first; none when the mistake is in no file
  std::vector<std::string> notes, helps;
  std::vector<Fix> fixes; // the best first
  // All of it as people read it, with the lines of the script and without colours; ends with a line end.
  std::string rendered;
};

// What Expected::value() throws, and nothing else does. what() is the rendered text of all errors.
class Error : public std::exception {
public:
  explicit Error(std::vector<Diagnostic> diagnostics);
  Error(const Error&);
  Error& operator=(const Error&);
  ~Error() override;
  const char* what() const noexcept override;
  const std::vector<Diagnostic>& diagnostics() const;

private:
  struct State;
  std::shared_ptr<const State> state_;
};

// A T, or the errors that prevented it. Warnings are in diagnostics() either way. What is taken out of a
// temporary is a value of its own: `for (auto& d : convoy::compileFile(path).diagnostics())` is safe.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(std::optional<T> value, std::vector<Diagnostic> diagnostics)
      : value_(std::move(value)), diagnostics_(std::move(diagnostics)) {}

  explicit operator bool() const { return value_.has_value(); }
  bool hasValue() const { return value_.has_value(); }
  // Only of one that has a value.
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

  const std::vector<Diagnostic>& diagnostics() const& { return diagnostics_; }
  std::vector<Diagnostic> diagnostics() && { return std::move(diagnostics_); }

#if defined(__cpp_exceptions)
  // The value, or an Error thrown: for programs that like exceptions.
  T& value() & {
    if (!value_) throw Error(diagnostics_);
    return *value_;
  }
  const T& value() const& {
    if (!value_) throw Error(diagnostics_);
    return *value_;
  }
  T value() && {
    if (!value_) throw Error(std::move(diagnostics_));
    return std::move(*value_);
  }
#endif

private:
  std::optional<T> value_;
  std::vector<Diagnostic> diagnostics_;
};

// ---- running ----

enum class StatusCode {
  Ok,
  Argument,  // a name, an element type, a null or misaligned pointer, strides, memory that overlaps
  Shape,     // rank or extents do not fit the pipeline, or each other
  TooLarge,  // a tensor larger than 2^47 bytes, or a width above 2^31 - 1
  Memory,    // the allocator has no more
  Cancelled, // by a Cancellation; the outputs are then unspecified
  Executor,  // the caller's executor or progress function failed; the outputs are then unspecified
  Internal,  // a mistake of Convoy's
};

// Whether a call did what it was asked to, and else why not. Cheap: a success allocates nothing.
class [[nodiscard]] Status {
public:
  Status() noexcept = default; // success
  // A failure; without a message, when there is no memory for it, that of the code.
  Status(StatusCode code, const std::string& message) noexcept;

  explicit operator bool() const noexcept { return code_ == StatusCode::Ok; }
  bool ok() const noexcept { return code_ == StatusCode::Ok; }
  StatusCode code() const noexcept { return code_; }
  // A sentence that names the tensor and the numbers involved, without an end mark: "input 'photo': channels
  // are 1, but the pipeline takes 3". "no error" on success. Lives as long as the status.
  const char* message() const noexcept;

private:
  StatusCode code_ = StatusCode::Ok;
  std::shared_ptr<const std::string> message_;
};

// A T, or the status that says why there is none.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) {}

  explicit operator bool() const { return value_.has_value(); }
  // Only of one that has a value.
  const T& operator*() const& { return *value_; }
  T operator*() && { return std::move(*value_); }
  const T* operator->() const { return &*value_; }
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }

private:
  std::optional<T> value_;
  Status status_;
};

} // namespace v1
} // namespace convoy
