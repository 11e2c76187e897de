#include "driver/commands.h"
#include "driver/report.h"
#include "format/format.h"
#include "output/files.h"
#include <algorithm>

namespace convoy::driver {

namespace {

// Where the script is not as it should be.
Location firstDifference(const SourceFile& file, const std::string& formatted) {
  const std::string_view text = file.text();
  const auto same = std::mismatch(text.begin(), text.end(), formatted.begin(), formatted.end()).first;
  const auto place = static_cast<uint32_t>(same - text.begin());
  return {&file, place, place};
}

} // namespace

int runFormat(Compilation& c, PhaseTimes& times) {
  if (c.kind != FileKind::Script) {
    c.diags.report(diag::FormatsScripts, {}, describe(c.kind));
    return Failure;
  }
  c.stages = {Stage::Ast};
  if (!runPipeline(c, Goal::Stages, times, [](Stage, const std::string&) {})) return Failure;
  const std::string formatted = times.measure("format", [&] { return formatScript(c.file->text()); });
  const bool changed = formatted != c.file->text();
  if (c.options.checkFormat) {
    if (changed)
      c.diags.report(diag::NotFormatted, firstDifference(*c.file, formatted))
          .help("'convoy fmt' rewrites the file");
    return changed ? Failure : Success;
  }
  const bool standard = c.options.file == "-";
  if (!changed && !standard) return Success;
  return wrote(writeFile(c.options.file, formatted), c.options.file, c.diags) ? Success : Failure;
}

} // namespace convoy::driver
