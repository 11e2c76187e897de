// The commands. Each returns the exit status; diagnostics are in the compilation, not yet shown.
#pragma once
#include "driver/pipeline.h"

namespace convoy::driver {

enum ExitStatus { Success = 0, Failure = 1, WrongUsage = 2, InternalFailure = 3 };

int runBuild(Compilation& compilation, PhaseTimes& times);
int runEmit(Compilation& compilation, PhaseTimes& times);
int runFormat(Compilation& compilation, PhaseTimes& times);
int runCheck(Compilation& compilation, PhaseTimes& times);
int runLanguageServer(const Options& options); // serves until the editor goes
// `report` shows the diagnostics so far: warnings come before what the program prints.
int runProgram(Compilation& compilation, PhaseTimes& times, const std::function<void()>& report);

// Where --dump-stages-to wants each stage: makes the folder, and marks every stage of the file as wanted.
// False after a diagnostic. Without the option it does nothing.
bool prepareStagesFolder(Compilation& compilation);
// Writes a stage to that folder, if there is one.
void writeStage(Compilation& compilation, Stage stage, const std::string& text);

} // namespace convoy::driver
