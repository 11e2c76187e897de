#include "driver/pass_texts.h"
#include "support/diff.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::driver {

PassTexts::PassTexts(Compilation& c, Write write)
    : write_(std::move(write)), changed_(c.options.printChanged) {
  for (const Phase& phase : pipeline()) {
    const bool all = std::count(c.options.printAfter.begin(), c.options.printAfter.end(), "all") > 0;
    const bool named = std::count(c.options.printAfter.begin(), c.options.printAfter.end(), phase.name) > 0;
    const bool part = takesPart(phase, c.kind, c.textStage) && phase.text;
    if (named && !part)
      c.diags
          .report(diag::OptionWithoutEffect, {}, std::string("--print-after=") + phase.name, describe(c.kind))
          .help(takesPart(phase, c.kind, c.textStage) ? "this pass makes nothing that could be printed"
                                                      : "this pass takes no part then");
    if (part && (all || named)) after_.insert(phase.name);
    if (part && (all || named || changed_)) c.shownPhases.insert(phase.name);
  }
  if (!c.shownPhases.empty()) c.afterPhase = [this, &c](const Phase& phase) { see(c, phase); };
}

void PassTexts::see(const Compilation& c, const Phase& phase) {
  if (!phase.text || c.shownPhases.count(phase.name) == 0) return;
  seeStage(c, phase, *phase.text);
  // The clean-up of LLVM IR is part of the same phase, unit by unit.
  if (*phase.text == Stage::Llvm) seeStage(c, phase, Stage::LlvmOptimized);
}

void PassTexts::seeStage(const Compilation& c, const Phase& phase, Stage stage) {
  const std::string text = textOf(stage, c);
  if (text.empty()) return; // LLVM IR that was read was optimized already
  const std::string name =
      std::string("'") + phase.name + "'" + (c.version.empty() ? "" : " for " + c.version);
  if (after_.count(phase.name) > 0)
    write_("---- after " + name + ": " + nameOf(stage) + " ----\n" + text + "\n");
  if (changed_) seeChange(name, stage, text);
}

void PassTexts::seeChange(const std::string& phase, Stage stage, const std::string& text) {
  const std::string what = nameOf(stage);
  const bool cleanUp = stage == Stage::LlvmOptimized && last_.count(Stage::Llvm) > 0;
  const auto before = last_.find(cleanUp ? Stage::Llvm : stage);
  if (before == last_.end()) {
    const auto lines = static_cast<int64_t>(std::count(text.begin(), text.end(), '\n'));
    write_("---- " + phase + " makes " + what + ", " + counted(lines, "line") + " ----\n");
  } else {
    const std::string old = cleanUp ? nameOf(Stage::Llvm) : what + " before " + phase,
                      now = what + (cleanUp ? "" : " after " + phase);
    const std::string diff = unifiedDiff(before->second, text, old, now);
    write_("---- " + phase + " changes " +
           (diff.empty() ? "nothing"
            : cleanUp    ? old
                         : what) +
           " ----\n" + diff);
  }
  last_[stage] = text;
}

} // namespace convoy::driver
