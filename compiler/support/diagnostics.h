// Diagnostics: declared once in diagnostics.def with typed arguments, collected by an engine, rendered as
// text (with carets) or JSON. A user's mistake is a diagnostic; ours is an InternalError.
#pragma once
#include "support/source.h"
#include "support/text.h"
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace convoy {

// Remarks are said of what is right, when they are asked for, and are no rows of the registry.
enum class Severity { Error, Warning, Note, Remark };

// One row of the registry. Args are the types of {0}, {1}, ... in the message: std::string_view or int64_t.
// Text arguments are escaped, so a name from a file can be passed as it is.
template <typename... Args> struct DiagnosticKind {
  const char* code; // "E0101"
  const char* name; // "UnknownLayer"
  Severity severity;
  const char* format;
};

namespace diag {
#define CONVOY_DIAGNOSTIC(code, severity, name, format, ...)                                                 \
  inline constexpr DiagnosticKind<__VA_ARGS__> name{#code, #name, Severity::severity, format};
#include "support/diagnostics.def"
#undef CONVOY_DIAGNOSTIC
} // namespace diag

// The registry as data, in its order.
struct DiagnosticRow {
  const char* code;
  const char* name;
  Severity severity;
  const char* format;
};
const std::vector<DiagnosticRow>& diagnosticTable();

struct Label {
  Location location;
  std::string text;
  bool primary = false;
};

// Replaces the bytes at `where`; an empty range inserts.
struct Edit {
  Location where;
  std::string replacement;
};

// A change of the source that repairs it: shown as a help with the line as it would be, and made by
// `convoy check --fix`. Edits do not overlap.
struct Fix {
  std::string text; // "did you mean 'conv'?"
  std::vector<Edit> edits;
  bool sure = true; // else it changes what the script means: it is proposed, and not made without asking
};

struct Diagnostic {
  std::string code, name;
  Severity severity = Severity::Error;
  std::string message;
  std::vector<Label> labels;      // the first is the primary one
  std::vector<std::string> notes; // "= note: ..."
  std::vector<std::string> helps; // "= help: ..."
  std::vector<Fix> fixes;         // the best first; only the first is made without asking, if it is sure
};

// Adds to a diagnostic that was just reported.
class DiagnosticBuilder {
public:
  explicit DiagnosticBuilder(Diagnostic* target) : target_(target) {}
  DiagnosticBuilder& primary(std::string text);               // text beside the primary caret
  DiagnosticBuilder& label(Location where, std::string text); // a secondary label
  DiagnosticBuilder& note(std::string text);
  DiagnosticBuilder& help(std::string text);
  DiagnosticBuilder& fix(std::string text, Location where, std::string replacement);
  DiagnosticBuilder& fix(std::string text, std::vector<Edit> edits);
  DiagnosticBuilder& propose(std::string text, std::vector<Edit> edits); // a fix that is not sure
  // "did you mean 'conv'?" for `written`, with which `where` begins in the source: a fix. A help where
  // something else stands there, as behind an escape in a string. False, and nothing is added, when `nearest`
  // is empty.
  bool suggest(const std::string& nearest, Location where, std::string_view written);

private:
  Diagnostic* target_;
};

// What becomes of warnings: -w and -Werror.
enum class WarningMode { Show, Ignore, AsErrors };

class DiagnosticEngine {
public:
  explicit DiagnosticEngine(WarningMode warnings = WarningMode::Show) : warnings_(warnings) {}
  template <typename... Args>
  DiagnosticBuilder report(const DiagnosticKind<Args...>& kind, Location where,
                           const std::common_type_t<Args>&... args) {
    return add(kind.code, kind.name, kind.severity, kind.format, where, {toText(args)...});
  }
  // Moves every diagnostic out, so that a phase can collect its own, order them and pass them on.
  std::vector<std::unique_ptr<Diagnostic>> release();
  DiagnosticBuilder adopt(std::unique_ptr<Diagnostic> diagnostic);

  bool hasErrors() const { return errorCount_ > 0; }
  size_t errorCount() const { return errorCount_; }
  const std::vector<std::unique_ptr<Diagnostic>>& all() const { return all_; }

private:
  DiagnosticBuilder add(const char* code, const char* name, Severity severity, const char* format,
                        Location where, std::vector<std::string> args);
  static std::string toText(std::string_view s) { return std::string(s); }
  static std::string toText(int64_t n) { return std::to_string(n); }
  std::vector<std::unique_ptr<Diagnostic>> all_;
  std::unique_ptr<Diagnostic> ignored_; // the last one: it may still be added to
  WarningMode warnings_;
  size_t errorCount_ = 0;
};

// rustc's shape: headline, location, source lines with carets and labels, notes, helps. Ends with a line end.
// A span of several lines is marked on its first and last line; long lines are cut around the marks.
std::string renderText(const Diagnostic& diagnostic, bool color);
// One JSON object on one line (no line end), in the shape of rustc's --error-format=json. Columns count bytes
// from 1, `column_end` is one past the last byte; `rendered` is renderText without colour.
std::string renderJson(const Diagnostic& diagnostic);

} // namespace convoy
