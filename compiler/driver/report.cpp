#include "driver/report.h"
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string_view>
#include <unistd.h>

namespace convoy::driver {

namespace {

bool isSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

// The line that ends the errors of a run, as rustc has it: where there is more to read about the first one.
std::string moreInformation(const DiagnosticEngine& diags) {
  std::set<std::string> codes;
  std::string first;
  for (const auto& diagnostic : diags.all()) {
    if (diagnostic->severity != Severity::Error) continue;
    if (first.empty()) first = diagnostic->code;
    codes.insert(diagnostic->code);
  }
  if (codes.empty()) return "";
  return std::string("For more information about ") + (codes.size() == 1 ? "this" : "an") +
         " error, try 'convoy explain " + first + "'.\n";
}

} // namespace

bool useColor(ColorMode mode, std::FILE* stream) {
  switch (mode) {
  case ColorMode::Always: return true;
  case ColorMode::Never: return false;
  case ColorMode::Auto: break;
  }
  if (isSet("NO_COLOR")) return false;
  if (isSet("CLICOLOR_FORCE") && std::string_view(std::getenv("CLICOLOR_FORCE")) != "0") return true;
  const char* terminal = std::getenv("TERM");
  return ::isatty(::fileno(stream)) == 1 && terminal && std::string_view(terminal) != "dumb";
}

void report(const DiagnosticEngine& diags, const Options& options) {
  const bool json = options.format == DiagnosticsFormat::Json, color = useColor(options.color, stderr);
  for (const auto& diagnostic : diags.all()) {
    const std::string text = json ? renderJson(*diagnostic) + "\n" : renderText(*diagnostic, color);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (!json) std::fputs(moreInformation(diags).c_str(), stderr);
}

bool wrote(const std::optional<std::string>& error, const std::string& path, DiagnosticEngine& diags) {
  if (!error) return true;
  auto report = diags.report(diag::CannotWrite, {}, path == "-" ? "standard output" : path, *error);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::exists(folder, ignored))
    report.help("there is no folder '" + folder.string() + "': make it first");
  return false;
}

} // namespace convoy::driver
