#include "support/diagnostics.h"
#include "support/internal_error.h"
#include <cctype>
#include <utility>

namespace convoy {

const std::vector<DiagnosticRow>& diagnosticTable() {
  static const std::vector<DiagnosticRow> table = {
#define CONVOY_DIAGNOSTIC(code, severity, name, format, ...) {#code, #name, Severity::severity, format},
#include "support/diagnostics.def"
#undef CONVOY_DIAGNOSTIC
  };
  return table;
}

DiagnosticBuilder& DiagnosticBuilder::primary(std::string text) {
  target_->labels.front().text = std::move(text);
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::label(Location where, std::string text) {
  target_->labels.push_back({where, std::move(text), false});
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::note(std::string text) {
  target_->notes.push_back(std::move(text));
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::help(std::string text) {
  target_->helps.push_back(std::move(text));
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::fix(std::string text, Location where, std::string replacement) {
  return fix(std::move(text), {{where, std::move(replacement)}});
}

DiagnosticBuilder& DiagnosticBuilder::fix(std::string text, std::vector<Edit> edits) {
  target_->fixes.push_back({std::move(text), std::move(edits)});
  return *this;
}

bool DiagnosticBuilder::suggest(const std::string& nearest, Location where, std::string_view written) {
  if (nearest.empty()) return false;
  std::string text = "did you mean '" + nearest + "'?";
  const Location word = where.first(written.size());
  const bool there = where.valid() && where.file->text().substr(word.begin, word.end - word.begin) == written;
  if (there)
    fix(std::move(text), word, nearest);
  else
    help(std::move(text));
  return true;
}

DiagnosticBuilder& DiagnosticBuilder::propose(std::string text, std::vector<Edit> edits) {
  target_->fixes.push_back({std::move(text), std::move(edits), /*sure=*/false});
  return *this;
}

// Replaces {0}, {1}, ...; any other brace stands for itself.
static std::string fillIn(std::string_view format, const std::vector<std::string>& args) {
  std::string result;
  for (size_t i = 0; i < format.size(); ++i) {
    bool placeholder = format[i] == '{' && i + 2 < format.size() && format[i + 2] == '}' &&
                       std::isdigit(static_cast<unsigned char>(format[i + 1]));
    if (!placeholder) {
      result += format[i];
      continue;
    }
    size_t index = static_cast<size_t>(format[i + 1] - '0');
    require(index < args.size(), "a diagnostic's message names an argument that its row does not declare");
    result += escapeForTerminal(args[index]);
    i += 2;
  }
  return result;
}

DiagnosticBuilder DiagnosticEngine::add(const char* code, const char* name, Severity severity,
                                        const char* format, Location where, std::vector<std::string> args) {
  auto diagnostic = std::make_unique<Diagnostic>();
  diagnostic->code = code;
  diagnostic->name = name;
  diagnostic->severity = severity;
  diagnostic->message = fillIn(format, args);
  diagnostic->labels.push_back({where, "", true});
  return adopt(std::move(diagnostic));
}

DiagnosticBuilder DiagnosticEngine::adopt(std::unique_ptr<Diagnostic> diagnostic) {
  const bool isWarning = diagnostic->severity == Severity::Warning;
  if (isWarning && warnings_ == WarningMode::Ignore) {
    ignored_ = std::move(diagnostic);
    return DiagnosticBuilder(ignored_.get());
  }
  if (isWarning && warnings_ == WarningMode::AsErrors) diagnostic->severity = Severity::Error;
  if (diagnostic->severity == Severity::Error) ++errorCount_;
  all_.push_back(std::move(diagnostic));
  return DiagnosticBuilder(all_.back().get());
}

std::vector<std::unique_ptr<Diagnostic>> DiagnosticEngine::release() {
  errorCount_ = 0;
  return std::exchange(all_, {});
}

} // namespace convoy
