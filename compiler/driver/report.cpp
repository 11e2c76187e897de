#include "driver/report.h"
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace convoy::driver {

namespace {

bool isSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

bool useColor(ColorMode mode) {
  switch (mode) {
  case ColorMode::Always: return true;
  case ColorMode::Never: return false;
  case ColorMode::Auto: break;
  }
  if (isSet("NO_COLOR")) return false;
  if (isSet("CLICOLOR_FORCE") && std::string_view(std::getenv("CLICOLOR_FORCE")) != "0") return true;
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal && std::string_view(terminal) != "dumb";
}

} // namespace

void report(const DiagnosticEngine& diags, const Options& options) {
  const bool color = useColor(options.color);
  for (const auto& diagnostic : diags.all()) {
    const std::string text = options.format == DiagnosticsFormat::Json ? renderJson(*diagnostic) + "\n"
                                                                       : renderText(*diagnostic, color);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
}

bool wrote(const std::optional<std::string>& error, const std::string& path, DiagnosticEngine& diags) {
  if (error) diags.report(diag::CannotWrite, {}, path == "-" ? "standard output" : path, *error);
  return !error;
}

} // namespace convoy::driver
