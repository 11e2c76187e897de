// The commands. Each returns the exit status; diagnostics are in the compilation, not yet shown.
#pragma once
#include "driver/pipeline.h"

namespace convoy::driver {

enum ExitStatus { Success = 0, Failure = 1, WrongUsage = 2, InternalFailure = 3 };

int runBuild(Compilation& compilation, PhaseTimes& times);
// Whether `bytes` of weights can be part of what is built; false after a diagnostic.
bool checkEmbeddedWeights(const PipelineDescription& description, int64_t bytes, DiagnosticEngine& diags);
int runEmit(Compilation& compilation, PhaseTimes& times);
int runPlan(Compilation& compilation, PhaseTimes& times);
int runExplore(Compilation& compilation, PhaseTimes& times);
// `report` shows the diagnostics so far.
int runBench(Compilation& compilation, PhaseTimes& times, const std::function<void()>& report);
int runVerify(Compilation& compilation, PhaseTimes& times);
int runImport(Compilation& compilation, PhaseTimes& times);
int runQuantize(Compilation& compilation, PhaseTimes& times);
int runFormat(Compilation& compilation, PhaseTimes& times);
int runCheck(Compilation& compilation, PhaseTimes& times);
// Finds the mistakes of the chosen pipeline, or of every one when none is chosen. False after an error.
bool checkPipelines(Compilation& compilation, PhaseTimes& times);
int runLanguageServer(const Options& options); // serves until the editor goes
// Prints the pages of options.codes, or the list of all diagnostics.
int runExplain(const Options& options, DiagnosticEngine& diags);
// `report` shows the diagnostics so far: warnings come before what the program prints.
int runProgram(Compilation& compilation, PhaseTimes& times, const std::function<void()>& report);

// Where --dump-stages-to wants each stage: makes the folder, and marks every stage of the file as wanted.
// False after a diagnostic. Without the option it does nothing.
bool prepareStagesFolder(Compilation& compilation);
// Writes a stage to that folder, if there is one.
void writeStage(Compilation& compilation, Stage stage, const std::string& text);

} // namespace convoy::driver
