#include "driver/fix_file.h"
#include "driver/commands.h"
#include "driver/report.h"
#include "output/files.h"
#include "support/fixes.h"

namespace convoy::driver {

size_t fixFile(const Options& options, DiagnosticEngine& diags) {
  // A fix brings to light what stood behind the mistake; more rounds than this are fixes that undo each
  // other.
  constexpr int mostRounds = 20;
  const FileKind kind = fileKindOf(options.file);
  if (options.file == "-" || kind != FileKind::Script) {
    diags.report(diag::OptionWithoutEffect, {}, "--fix",
                 options.file == "-" ? "standard input" : describe(kind));
    return 0;
  }
  size_t made = 0;
  std::string text;
  for (int round = 0; round < mostRounds; ++round) {
    DiagnosticEngine found;
    Compilation compilation(options, found);
    const bool open = round == 0 ? compilation.open() : compilation.open(text);
    if (!open) break;
    PhaseTimes times;
    checkPipelines(compilation, times);
    FixedText fixed = applyFixes(*compilation.file, found.all());
    if (fixed.applied == 0) break;
    made += fixed.applied;
    text = std::move(fixed.text);
  }
  if (made > 0) wrote(writeFile(options.file, text), options.file, diags);
  return made;
}

} // namespace convoy::driver
