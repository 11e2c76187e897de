// The command line of a compiled pipeline.
#ifndef CONVOY_COMMAND_OPTIONS_H
#define CONVOY_COMMAND_OPTIONS_H
#include "picture.h"

#include <map>

namespace convoy::command {

struct Options {
  bool help = false, describe = false;
  std::vector<std::string> inputs;  // a file for each input, or a scalar's number; empty: none given
  std::vector<std::string> items;   // many files for the only input that takes one: one run each
  bool seeded = false;              // a benchmark that makes up the data of all inputs but scalars
  std::vector<std::string> outputs; // a file for each output, layers too; empty: not written
  std::string outputFolder;         // empty: none
  int32_t threads = 0;              // 0: all that the process may use
  int64_t benchmarkRuns = 0;        // 0: no benchmark
  std::string jsonFile;             // of the benchmark; empty: none
  bool profile = false;             // of the runs
  std::string profileFile;          // as JSON to here; empty: as a table, unless there is
  std::string traceFile;            // a trace; empty: none
  std::map<std::string, int64_t> sizes;
  int64_t pixelLimit = defaultPixelLimit;
  int64_t topK = 0;        // print so many of the largest values; 0: none
  std::string labelsFile;  // their names; empty: numbers
  std::string weightsFile; // empty: beside the program, or in it
};

enum class OptionKind {
  Input,
  Output,
  NamedOutput,
  DumpLayer,
  OutputFolder,
  Threads,
  Benchmark,
  Json,
  Profile,
  ProfileTrace,
  Size,
  MaxPixels,
  TopK,
  Labels,
  Weights,
  Describe,
  Help
};

// One option. `convoy run` reads this table to know which arguments to pass on.
struct OptionRow {
  OptionKind kind;
  const char* name;  // "--threads"
  const char* value; // what follows, for --help; null: nothing does
  const char* help;
  bool mayFollow = false; // --name and --name=VALUE: no value as a word of its own

  bool takesNextWord() const { return value && !mayFollow; }
};

const std::vector<OptionRow>& optionTable();
// The row whose name is `argument`, or `argument` up to its '='; null when there is none.
const OptionRow* findOption(const std::string& argument);

// How many inputs take files: all but run-time scalars. The only one, when there is one.
int32_t fileInputCount(const convoy_pipeline& pipeline);
std::optional<size_t> onlyFileInput(const convoy_pipeline& pipeline);

// arguments: without the program's name. CONVOY_NUM_THREADS is read here. Errors have status 2.
Result<Options> parseOptions(const convoy_pipeline& pipeline, const std::vector<std::string>& arguments);

} // namespace convoy::command
#endif
