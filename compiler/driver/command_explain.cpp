// `convoy explain`: pages about diagnostics.
#include "driver/commands.h"
#include "driver/explain.h"
#include "driver/report.h"
#include "output/files.h"
#include "support/internal_error.h"

namespace convoy::driver {

namespace {

const char* pageOf(const DiagnosticRow& row) {
  for (const ExplainPage& page : explainPages())
    if (std::string_view(page.code) == row.code) return page.text;
  internalError(std::string("there is no page docs/diagnostics/") + row.code + ".md");
}

void reportUnknown(const std::string& written, DiagnosticEngine& diags) {
  auto report = diags.report(diag::UnknownDiagnostic, {}, written);
  for (const DiagnosticRow* row : nearestDiagnostics(written))
    report.help(std::string(row->code) + " is \"" + messageOutline(*row) + "\", named " + row->name);
  report.help("'convoy explain' alone lists all of them");
}

} // namespace

int runExplain(const Options& options, DiagnosticEngine& diags) {
  const bool color = useColor(options.color, stdout);
  std::string text;
  for (const std::string& code : options.codes) {
    if (const DiagnosticRow* row = findDiagnostic(code))
      text += (text.empty() ? "" : "\n\n") + renderPage(pageOf(*row), color);
    else
      reportUnknown(code, diags);
  }
  if (diags.hasErrors()) return WrongUsage;
  if (options.codes.empty()) text = listOfDiagnostics(color);
  return wrote(writeFile("-", text), "-", diags) ? Success : Failure;
}

} // namespace convoy::driver
