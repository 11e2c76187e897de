#include "driver/commands.h"
#include "driver/pass_texts.h"
#include "driver/remarks.h"
#include "driver/report.h"
#include "output/files.h"
#include <algorithm>
#include <cerrno>
#include <map>
#include <sys/stat.h>

namespace convoy::driver {

bool prepareStagesFolder(Compilation& c) {
  const std::string& folder = c.options.stagesFolder;
  if (folder.empty()) return true;
  for (Stage stage : stagesFrom(c.kind)) c.stages.insert(stage);
  if (::mkdir(folder.c_str(), 0777) == 0 || errno == EEXIST) return true;
  return wrote(errorWords(errno), folder, c.diags);
}

void writeStage(Compilation& c, Stage stage, const std::string& text) {
  if (c.options.stagesFolder.empty()) return;
  const std::string path = c.options.stagesFolder + "/" + numberedName(stage) + ".txt";
  wrote(writeFile(path, text), path, c.diags);
}

int runEmit(Compilation& c, PhaseTimes& times) {
  const std::vector<Stage> reached = stagesFrom(c.kind);
  std::string names;
  for (Stage stage : reached) names += (names.empty() ? "" : ", ") + std::string(nameOf(stage));
  for (Stage stage : c.options.stages) {
    if (std::count(reached.begin(), reached.end(), stage) == 0)
      c.diags.report(diag::StageNotReached, {}, nameOf(stage), describe(c.kind))
          .help("the stages are " + names);
    c.stages.insert(stage);
  }
  if (!checkRemarks(c) || c.diags.hasErrors() || !prepareStagesFolder(c)) return Failure;
  if (c.wantsPlan) c.stages.insert(Stage::Loops);

  std::string all;
  const PassTexts passes(c, [&](const std::string& text) { all += text; });
  std::map<Stage, std::string> texts;
  const bool done = runPipeline(c, Goal::Stages, times, [&](Stage stage, const std::string& text) {
    writeStage(c, stage, text);
    texts[stage] = text;
  });
  if (!done || c.diags.hasErrors() || !writeRemarks(c)) return Failure;
  if (c.options.stages.empty() && c.shownPhases.empty()) return Success; // only --dump-stages-to
  for (Stage stage : c.options.stages) {
    if (c.options.stages.size() > 1)
      all += std::string(all.empty() ? "" : "\n") + "---- " + nameOf(stage) + " ----\n";
    all += texts[stage];
  }
  const std::string path = c.options.output.value_or("-");
  if (isSameFile(path, c.options.file)) {
    c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with -o");
    return Failure;
  }
  return wrote(writeFile(path, all), path, c.diags) ? Success : Failure;
}

} // namespace convoy::driver
