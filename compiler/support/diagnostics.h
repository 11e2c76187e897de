// Diagnostics: declared once in diagnostics.def with typed arguments, collected by an engine, rendered as
// text (with carets) or JSON. A user's mistake is a diagnostic; ours is an InternalError.
#pragma once
#include "support/source.h"
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace convoy {

enum class Severity { Error, Warning, Note };

// One row of the registry. Args are the types of {0}, {1}, ... in the message.
template <typename... Args> struct DiagnosticKind {
  const char* code; // "E0101"
  const char* name; // "UnknownLayer"
  Severity severity;
  const char* format;
};

namespace diag {
#define CONVOY_DIAGNOSTIC(code, severity, name, format, ...)                                                   \
  inline constexpr DiagnosticKind<__VA_ARGS__> name{#code, #name, Severity::severity, format};
#include "support/diagnostics.def"
#undef CONVOY_DIAGNOSTIC
} // namespace diag

struct Label {
  Location location;
  std::string text;
  bool primary = false;
};

struct Diagnostic {
  std::string code, name;
  Severity severity = Severity::Error;
  std::string message;
  std::vector<Label> labels;      // the first is the primary one
  std::vector<std::string> notes; // "= note: ..."
  std::vector<std::string> helps; // "= help: ..."
};

// Adds to a diagnostic that was just reported.
class DiagnosticBuilder {
public:
  explicit DiagnosticBuilder(Diagnostic* target) : target_(target) {}
  DiagnosticBuilder& primary(std::string text);              // text beside the primary caret
  DiagnosticBuilder& label(Location where, std::string text); // a secondary label
  DiagnosticBuilder& note(std::string text);
  DiagnosticBuilder& help(std::string text);

private:
  Diagnostic* target_;
};

class DiagnosticEngine {
public:
  template <typename... Args>
  DiagnosticBuilder report(const DiagnosticKind<Args...>& kind, Location where,
                           const std::common_type_t<Args>&... args) {
    return add(kind.code, kind.name, kind.severity, kind.format, where, {toText(args)...});
  }
  bool hasErrors() const { return errorCount_ > 0; }
  size_t errorCount() const { return errorCount_; }
  const std::vector<std::unique_ptr<Diagnostic>>& all() const { return all_; }

private:
  DiagnosticBuilder add(const char* code, const char* name, Severity severity, const char* format, Location where,
                        std::vector<std::string> args);
  static std::string toText(std::string_view s) { return std::string(s); }
  static std::string toText(int64_t n) { return std::to_string(n); }
  std::vector<std::unique_ptr<Diagnostic>> all_;
  size_t errorCount_ = 0;
};

// rustc's shape: headline, location, source lines with carets and labels, notes, helps.
std::string renderText(const Diagnostic& diagnostic, bool color);
// One JSON object on one line, in the shape of rustc's --error-format=json.
std::string renderJson(const Diagnostic& diagnostic);

// Escapes control characters and invalid UTF-8 of a name that came from a file, before it is printed.
std::string escapeForTerminal(std::string_view text);

// The candidate nearest to `name` by edit distance, or "" when none is near enough to be meant.
std::string nearestName(std::string_view name, const std::vector<std::string>& candidates);

} // namespace convoy
