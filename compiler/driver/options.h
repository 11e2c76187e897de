// The command line of `convoy`. One table of options gives parsing, help and spelling suggestions.
#pragma once
#include "codegen/lines.h"
#include "driver/stage.h"
#include "schedule/schedule.h"
#include "support/diagnostics.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convoy::driver {

enum class Command {
  Build,
  Run,
  Emit,
  Plan,
  Explore,
  Bench,
  Verify,
  Import,
  Quantize,
  Check,
  Format,
  Explain,
  LanguageServer
};

struct CommandRow {
  Command command;
  const char* name;
  const char* usage; // what follows "convoy NAME"
  const char* help;
  bool takesFile = true; // one file to work on; `explain` takes codes instead
};
const std::vector<CommandRow>& commandTable();
const CommandRow& rowOf(Command command);

// What `build` makes.
enum class OutputKind { Executable, Object, Library, Shared, Header };

struct OutputKindRow {
  OutputKind kind;
  const char* name;   // as --emit takes it
  const char* suffix; // added to a stem when several kinds are made
  const char* help;
};
const std::vector<OutputKindRow>& outputKindTable();
const OutputKindRow& rowOf(OutputKind kind);

// The helpers of libconvoy_runtime.a, for libraries and headers.
enum class RuntimeKind { Bundled, None };

enum class DiagnosticsFormat { Text, Json };
enum class ColorMode { Auto, Always, Never };

struct Options {
  std::optional<Command> command;
  bool help = false, version = false;
  std::string file;                   // "-" is standard input
  std::vector<std::string> moreFiles; // `fmt` takes several
  std::vector<std::string> codes;     // `explain`: what to explain, as it was written
  std::optional<std::string> output;  // "-" is standard output
  std::vector<OutputKind> kinds = {OutputKind::Executable};
  std::vector<Stage> stages;
  // --from-stage: go on from the text of this stage, which is in a file beside FILE, or FILE itself.
  std::optional<Stage> fromStage;
  std::string fromStageFile;
  std::vector<std::string> printAfter; // phases by name; "all": every one
  bool printChanged = false;
  std::string target; // empty: this machine
  std::string cpu;    // perhaps several, "a,b"; empty: this one, or the plainest of another kind of machine
  int optimize = 3;
  Lines lines = Lines::Script; // of what `emit` prints, none
  schedule::Choices choices;   // --math, and what benchmarks ask for
  int64_t memoryLimit = 0;     // of the workspace, in bytes; 0: there is none
  int threads = 0;             // of the compiler, and of the program for `run`; 0: all allowed cores
  std::string pipeline, scheduleFile, weightsFile;
  std::optional<uint64_t> initSeed;
  std::vector<std::pair<std::string, std::string>> defines; // -D NAME=VALUE
  std::vector<std::pair<std::string, int64_t>> sizes;       // --size NAME=N
  std::vector<std::pair<std::string, std::string>> inputs;  // `verify`: --input NAME=FILE
  std::vector<std::string> keepLayers;                      // `build`: by name; "all": every one
  std::vector<std::string> dumpLayers;                      // `run`: NAME=FILE
  std::vector<std::string> against;                         // `verify`: [NAME=]FILE
  bool bisect = false;                                      // `verify`: find what is guilty of a wrong result
  std::string breakPass;   // tests of `verify`: what is spoilt on purpose (break_pass.h)
  std::string jsonFile;    // `plan`, `bench`: as JSON to here; empty: nowhere
  bool measure = false;    // `plan`: times beside those that are predicted
  std::string remarksFile; // remarks to here, as JSON or YAML; empty: nowhere
  // -Rpass=REGEX, -Rpass-missed=REGEX, -Rpass-analysis=REGEX: of which decisions remarks are shown.
  std::string showPassed, showMissed, showAnalysis;
  std::string samples;                       // `quantize`: a folder or a file
  bool foldsBatchNorm = false;               // `import`
  int limit = 1000;                          // `quantize`: samples to use
  int batch = 1;                             // `bench`: items of each run
  std::vector<std::string> importFolders;    // -I DIR
  bool externalWeights = false;              // in a file beside the output
  std::optional<RuntimeKind> runtime;        // bundled where it can be, unless said
  bool dependencies = false;                 // write a Makefile's rule
  std::optional<std::string> dependencyFile; // where; without: named after the output
  std::string stagesFolder;                  // empty: stages are not written
  bool timePasses = false, verbose = false;
  bool checkFormat = false;                 // `fmt`: say what is not in canonical form, and change nothing
  WarningMode warnings = WarningMode::Show; // -w, -Werror
  bool fix = false;                         // `check`: make the changes that diagnostics propose
  DiagnosticsFormat format = DiagnosticsFormat::Text;
  ColorMode color = ColorMode::Auto;
  std::vector<std::string> programArguments; // `run`: what the pipeline's own command line gets
};

enum class OptionId {
  Output,
  Emit,
  Stage,
  FromStage,
  PrintAfter,
  PrintChanged,
  Target,
  Cpu,
  Optimize,
  Lines,
  Math,
  Threads,
  MemoryLimit,
  Pipeline,
  Schedule,
  Weights,
  Init,
  Define,
  Size,
  Json,
  Measure,
  Remarks,
  RemarksPassed,
  RemarksMissed,
  RemarksAnalysis,
  Batch,
  Input,
  KeepLayers,
  DumpLayer,
  Against,
  Bisect,
  BreakPass,
  Samples,
  BatchNorm,
  Limit,
  ImportFolder,
  EmbedWeights,
  ExternalWeights,
  Runtime,
  Dependencies,
  DependencyFile,
  DumpStages,
  TimePasses,
  Format,
  Color,
  Verbose,
  Fix,
  CheckFormat,
  Stdio,
  NoWarnings,
  WarningsAsErrors,
  Help,
  Version,
};

struct OptionRow {
  // Flag: nothing follows. Value: `--name=VALUE` or `--name VALUE`. Joined: `-O2`. Letter: `-DVALUE` or
  // `-D VALUE`.
  enum Style { Flag, Value, Joined, Letter };
  OptionId id;
  std::vector<std::string> names;
  Style style;
  const char* value;             // what follows, for help; null for a flag
  std::vector<Command> commands; // that take it; empty: all of them
  const char* help;              // null: for tests alone, and not in help
  bool aboutFile = false;        // says how a file is worked on: of no use to commands without one
};
const std::vector<OptionRow>& optionTable();
bool takes(Command command, const OptionRow& row);

// `arguments`: without the name of the program. Returns what could be understood; after errors
// (diags.hasErrors()) the usage was wrong. The format and colour of diagnostics are read first, so that they
// hold for errors in the others.
Options parseOptions(const std::vector<std::string>& arguments, DiagnosticEngine& diags);

} // namespace convoy::driver
