#include "driver/options.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::driver {

const std::vector<CommandRow>& commandTable() {
  static const std::vector<CommandRow> table = {
      {Command::Build, "build", "FILE [-o OUT] [--emit=exe,obj,lib,shared,header]",
       "compile to a program, an object file, a library or a C header"},
      {Command::Run, "run", "FILE [INPUT...] [-o OUTPUT]", "compile in memory and run"},
      {Command::Emit, "emit", "FILE --stage=STAGE[,STAGE...] [-o OUT]",
       "print what a stage of the compiler made"},
      {Command::Plan, "plan", "FILE [--size NAME=N] [--measure] [--json OUT]",
       "print how each layer is computed: shapes, pads, work, memory, time"},
      {Command::Explore, "explore", "FILE [-o OUT.html] [--input PHOTO.png] [--size NAME=N] [--measure]",
       "make a page that shows every stage, linked to one another, and how fast it is"},
      {Command::Bench, "bench", "FILE [--size NAME=N] [--batch N] [--json OUT]",
       "measure the whole pipeline and each of its kernels"},
      {Command::Verify, "verify", "FILE [--input NAME=FILE] [--size NAME=N] [--bisect]",
       "compare compiled code with the reference interpreter, layer by layer"},
      {Command::Import, "import", "MODEL.onnx -o OUT.cvy",
       "write an ONNX model as a script, with its weights beside it"},
      {Command::Quantize, "quantize", "FILE --samples DIR -o OUT.cvy",
       "make a version with 8-bit numbers, calibrated on sample inputs, and say what it costs"},
      {Command::Check, "check", "FILE", "look for mistakes, and make nothing"},
      {Command::Format, "fmt", "FILE...", "rewrite scripts in their canonical form"},
      {Command::LanguageServer, "lsp", "",
       "serve an editor: the Language Server Protocol on standard input and output",
       /*takesFile=*/false},
      {Command::Explain, "explain", "[CODE...]",
       "print what a diagnostic means, with examples; without a CODE, list all",
       /*takesFile=*/false},
  };
  return table;
}

const CommandRow& rowOf(Command command) {
  for (const CommandRow& row : commandTable())
    if (row.command == command) return row;
  internalError("a command without a row");
}

const std::vector<OutputKindRow>& outputKindTable() {
  static const std::vector<OutputKindRow> table = {
      {OutputKind::Executable, "exe", "", "a program of its own"},
      {OutputKind::Object, "obj", ".o", "one object file"},
      {OutputKind::Library, "lib", ".a", "a static library"},
      {OutputKind::Shared, "shared", ".so", "a shared library"},
      {OutputKind::Header, "header", ".h", "the C header of the others"},
  };
  return table;
}

const OutputKindRow& rowOf(OutputKind kind) {
  for (const OutputKindRow& row : outputKindTable())
    if (row.kind == kind) return row;
  internalError("an output kind without a row");
}

const std::vector<OptionRow>& optionTable() {
  using Row = OptionRow;
  const std::vector<Command> everything = {}, making = {Command::Build, Command::Run, Command::Emit},
                             coding = {Command::Build, Command::Run,    Command::Emit,    Command::Explore,
                                       Command::Bench, Command::Verify, Command::Quantize},
                             compiling = {Command::Build,   Command::Run,   Command::Emit,  Command::Plan,
                                          Command::Explore, Command::Bench, Command::Verify},
                             reading = {Command::Build,    Command::Run,    Command::Emit,    Command::Plan,
                                        Command::Bench,    Command::Verify, Command::Explore, Command::Import,
                                        Command::Quantize, Command::Check};
  // clang-format off
  static const std::vector<OptionRow> table = {
      {OptionId::Output, {"-o", "--output"}, Row::Value, "OUT", {Command::Build, Command::Emit, Command::Explore, Command::Import, Command::Quantize},
       "the file to write; a stem when several kinds are made; - is standard output"},
      {OptionId::Emit, {"--emit"}, Row::Value, "KIND[,KIND...]", {Command::Build},
       "what to make: exe (default), obj, lib, shared, header"},
      {OptionId::Stage, {"--stage"}, Row::Value, "STAGE[,STAGE...]", {Command::Emit},
       "what to print: ast, graph, fused, schedule, loops, llvm, llvm-opt, asm"},
      {OptionId::FromStage, {"--from-stage"}, Row::Value, "[STAGE=]TEXT", compiling,
       "go on from an edited text of graph, schedule, loops, llvm or llvm-opt; STAGE alone: FILE is that text"},
      {OptionId::Target, {"--target"}, Row::Value, "TRIPLE", compiling, "compile for another kind of machine"},
      {OptionId::Cpu, {"-mcpu", "-march"}, Row::Value, "NAME[,NAME...]", compiling,
       "compile for this processor (default: native; generic for another kind of machine); of several, what runs chooses"},
      {OptionId::Optimize, {"-O"}, Row::Joined, "0..3", coding, "how hard to optimize (default: 3)"},
      {OptionId::Lines, {"-g", "-g0", "-gloops"}, Row::Flag, nullptr, coding,
       "lines of the script in the code, for debuggers (the default, but for emit); none; lines of the loop IR"},
      {OptionId::Math, {"--math"}, Row::Value, "fast|strict|bf16", compiling,
       "how exact results are (default: fast): strict, float32 sums in order; bf16, products of rounded numbers"},
      {OptionId::Threads, {"--threads"}, Row::Value, "N",
       {Command::Build, Command::Run, Command::Emit, Command::Plan, Command::Explore, Command::Bench, Command::Verify, Command::Quantize},
       "threads to use (default: all allowed cores; of a plan: 1)"},
      {OptionId::MemoryLimit, {"--memory-limit"}, Row::Value, "SIZE", compiling,
       "at most so much memory beside inputs, results and weights: 64M, 1G, or bytes"},
      {OptionId::Schedule, {"--schedule"}, Row::Value, "FILE", compiling,
       "compute as this schedule says; what it leaves out is chosen"},
      {OptionId::DumpStages, {"--dump-stages-to"}, Row::Value, "DIR", making,
       "write what every stage made to numbered files"},
      {OptionId::PrintAfter, {"--print-after"}, Row::Value, "PASS[,PASS...]|all", compiling,
       "print what there is after these passes, to standard error ('emit': to its output)"},
      {OptionId::PrintChanged, {"--print-changed"}, Row::Flag, nullptr, compiling,
       "print what each pass changes, as a diff, to standard error ('emit': to its output)"},
      {OptionId::Pipeline, {"--pipeline"}, Row::Value, "NAME", everything, "which pipeline, when the file has several",
       /*aboutFile=*/true},
      {OptionId::Weights, {"--weights"}, Row::Value, "FILE", reading,
       "values of the parameters, in place of the script's: .safetensors, .npz or a folder of .npy"},
      {OptionId::Init, {"--init"}, Row::Value, "random:SEED", reading,
       "fill parameters that have no values with seeded random numbers"},
      {OptionId::Define, {"-D"}, Row::Letter, "NAME=VALUE",
       {Command::Build, Command::Run, Command::Emit, Command::Plan, Command::Explore, Command::Bench, Command::Verify, Command::Import, Command::Quantize, Command::Check, Command::LanguageServer},
        "give a constant of the script another value; make an input of a model known when compiling"},
      {OptionId::BatchNorm, {"--batch-norm"}, Row::Value, "keep|fold", {Command::Import},
       "whether the script has batch normalization (default: keep), or layers with other weights instead"},
      {OptionId::Size, {"--size"}, Row::Value, "NAME=N[,NAME=N...]", {Command::Plan, Command::Explore, Command::Bench, Command::Verify},
       "run-time sizes to work with, by name or by axis: H=1080,W=1920"},
      {OptionId::Input, {"--input"}, Row::Value, "NAME=FILE", {Command::Explore, Command::Verify, Command::Quantize},
       "a picture or .npy file for an input, a number for a scalar; other inputs get seeded numbers"},
      {OptionId::KeepLayers, {"--keep-layers"}, Row::Value, "NAME[,NAME...]|all", {Command::Build},
       "compute the values of these layers too, for --dump-layer of the program"},
      {OptionId::DumpLayer, {"--dump-layer"}, Row::Value, "NAME=FILE.npy", {Command::Run},
       "write the values of a layer"},
      {OptionId::Against, {"--against"}, Row::Value, "[NAME=]FILE.npy", {Command::Verify},
       "compare the result, or what NAME says, with the numbers of another program for the same --input"},
      {OptionId::Bisect, {"--bisect"}, Row::Flag, nullptr, {Command::Verify},
       "when something differs, find the pass or the choice of the schedule that is guilty"},
      {OptionId::BreakPass, {"--break-pass"}, Row::Value, "NAME", {Command::Verify}, nullptr},
      {OptionId::Samples, {"--samples"}, Row::Value, "DIR", {Command::Quantize},
       "inputs to calibrate with: a folder of pictures and .npy files, or one file"},
      {OptionId::Limit, {"--limit"}, Row::Value, "N", {Command::Quantize},
       "at most so many samples (default: 1000)"},
      {OptionId::Json, {"--json"}, Row::Value, "OUT", {Command::Plan, Command::Bench},
       "write the answer as JSON; - is standard output, in place of the table"},
      {OptionId::Measure, {"--measure"}, Row::Flag, nullptr, {Command::Plan, Command::Explore},
       "run the pipeline, and set the time of each kernel beside what is predicted"},
      {OptionId::Remarks, {"--remarks"}, Row::Value, "FILE",
       {Command::Build, Command::Run, Command::Emit, Command::Plan},
       "write why layers are computed as they are, as JSON, or as LLVM's YAML if FILE ends in .yaml; - is standard output"},
      {OptionId::RemarksPassed, {"-Rpass"}, Row::Value, "REGEX",
       {Command::Build, Command::Run, Command::Emit, Command::Plan},
       "show what was decided, with the place in the script: of fuse, tile, layout, algorithm"},
      {OptionId::RemarksMissed, {"-Rpass-missed"}, Row::Value, "REGEX",
       {Command::Build, Command::Run, Command::Emit, Command::Plan},
       "show what was not done, and why"},
      {OptionId::RemarksAnalysis, {"-Rpass-analysis"}, Row::Value, "REGEX",
       {Command::Build, Command::Run, Command::Emit, Command::Plan},
       "show what bounds kernels, and what they keep"},
      {OptionId::Batch, {"--batch"}, Row::Value, "N", {Command::Bench}, "items of each run (default: 1)"},
      {OptionId::ImportFolder, {"-I"}, Row::Letter, "DIR",
       {Command::Build, Command::Run, Command::Emit, Command::Plan, Command::Explore, Command::Bench, Command::Verify, Command::Quantize, Command::Check, Command::LanguageServer},
        "look for imported files here too"},
      {OptionId::EmbedWeights, {"--embed-weights"}, Row::Flag, nullptr, {Command::Build},
       "keep the parameters' numbers in what is made (the default)"},
      {OptionId::ExternalWeights, {"--external-weights"}, Row::Flag, nullptr, {Command::Build},
       "keep them in OUT.weights.safetensors"},
      {OptionId::Runtime, {"--runtime"}, Row::Value, "bundled|none", {Command::Build},
       "whether libraries hold the runtime library (default: bundled); none: they need nothing but memcpy"},
      {OptionId::Dependencies, {"-MD"}, Row::Flag, nullptr, {Command::Build},
       "write the files that were read as a rule for make"},
      {OptionId::DependencyFile, {"-MF"}, Row::Value, "FILE", {Command::Build},
       "where -MD writes (default: OUT.d)"},
      {OptionId::CheckFormat, {"--check"}, Row::Flag, nullptr, {Command::Format},
       "only say what is not in canonical form"},
      {OptionId::Stdio, {"--stdio"}, Row::Flag, nullptr, {Command::LanguageServer},
       "talk on standard input and output, as it always does"},
      {OptionId::NoWarnings, {"-w"}, Row::Flag, nullptr, reading, "show no warnings"},
      {OptionId::WarningsAsErrors, {"-Werror"}, Row::Flag, nullptr, reading, "take warnings for errors"},
      {OptionId::Fix, {"--fix"}, Row::Flag, nullptr, {Command::Check},
       "change the file as the diagnostics propose"},
      {OptionId::TimePasses, {"--time-passes"}, Row::Flag, nullptr, everything, "print how long each phase took",
       /*aboutFile=*/true},
      {OptionId::Format, {"--diagnostics-format"}, Row::Value, "text|json", everything, "how mistakes are reported"},
      {OptionId::Color, {"--color"}, Row::Value, "auto|always|never", everything,
       "colour in messages (default: auto, which respects NO_COLOR and CLICOLOR_FORCE)"},
      {OptionId::Verbose, {"-v", "--verbose"}, Row::Flag, nullptr, everything, "say what is done"},
      {OptionId::Help, {"--help", "-h"}, Row::Flag, nullptr, everything, "print this"},
      {OptionId::Version, {"--version"}, Row::Flag, nullptr, everything, "print the version"},
  };
  // clang-format on
  return table;
}

bool takes(Command command, const OptionRow& row) {
  if (row.aboutFile && !rowOf(command).takesFile) return false;
  return row.commands.empty() || std::count(row.commands.begin(), row.commands.end(), command) > 0;
}

} // namespace convoy::driver
