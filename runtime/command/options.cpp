#include "options.h"

#include "tensor_file.h"
#include "text.h"

#include <cstdlib>
#include <cstring>

namespace convoy::command {
namespace {

constexpr int32_t mostThreads = 1024;

struct NamedValue {
  int32_t port;
  std::string value;
};

// What is wrong with NAME=VALUE whose name is none of those in `known`.
std::string unknownName(const OptionRow& row, const char* what, const std::string& text,
                        const std::string& known) {
  const size_t equals = text.find('=');
  std::string wrong = equals == std::string::npos
                          ? quoted(text) + " after " + row.name + " is not " + row.value
                          : std::string("there is no ") + what + " " + quoted(text.substr(0, equals));
  return wrong + (known.empty() ? std::string("; the pipeline has none") : "; the pipeline has " + known);
}

// Splits NAME=VALUE at the name of a port; names of imported models may hold '=' themselves.
Result<NamedValue> splitPort(const OptionRow& row, const char* what, const convoy_port* ports, int32_t count,
                             const std::string& text) {
  std::string known;
  int32_t best = -1;
  for (int32_t i = 0; i < count; ++i) {
    const std::string start = std::string(ports[i].name) + "=";
    known += (i ? ", " : "") + quoted(ports[i].name);
    if (text.compare(0, start.size(), start) != 0) continue;
    if (best < 0 || strlen(ports[i].name) > strlen(ports[best].name)) best = i;
  }
  if (best < 0) return usageError(unknownName(row, what, text, known));
  return NamedValue{best, text.substr(strlen(ports[best].name) + 1)};
}

class Parser {
public:
  Parser(const convoy_pipeline& pipeline, const std::vector<std::string>& arguments)
      : pipeline(pipeline), arguments(arguments) {
    options.inputs.resize(static_cast<size_t>(pipeline.input_count));
    options.outputs.resize(static_cast<size_t>(pipeline.output_count));
  }

  Result<Options> parse() {
    bool optionsEnded = false;
    for (size_t i = 0; i < arguments.size(); ++i) {
      const std::string& argument = arguments[i];
      if (optionsEnded || argument.size() < 2 || argument[0] != '-') {
        files.push_back(argument);
        continue;
      }
      if (argument == "--") {
        optionsEnded = true;
        continue;
      }
      const OptionRow* row = findOption(argument);
      if (!row) return usageError("unknown option " + quoted(argument) + "; --help lists them");
      const size_t equals = argument.find('=');
      std::string value;
      if (equals != std::string::npos) {
        if (!row->value) return usageError(std::string(row->name) + " takes no value");
        value = argument.substr(equals + 1);
      } else if (row->takesNextWord()) {
        if (i + 1 == arguments.size()) return usageError(std::string(row->name) + " needs " + row->value);
        value = arguments[++i];
      }
      if (Outcome error = apply(*row, value)) return *error;
    }
    if (options.help || options.describe) return options;
    if (Outcome error = finish()) return *error;
    return options;
  }

private:
  Outcome apply(const OptionRow& row, const std::string& value) {
    switch (row.kind) {
    case OptionKind::Input: {
      Result<NamedValue> input = splitPort(row, "input", pipeline.inputs, pipeline.input_count, value);
      if (!input) return input.error();
      if (input->value.empty() && isScalar(pipeline.inputs[input->port]))
        return usageError("input " + quoted(pipeline.inputs[input->port].name) + " needs a number");
      return setOnce(options.inputs[static_cast<size_t>(input->port)], input->value, "input",
                     pipeline.inputs[input->port].name);
    }
    case OptionKind::NamedOutput: {
      Result<NamedValue> output = splitPort(row, "output", pipeline.outputs, resultCount(pipeline), value);
      if (!output) return output.error();
      return setOutput(output->port, output->value);
    }
    case OptionKind::DumpLayer: return setLayer(row, value);
    case OptionKind::Output:
      if (resultCount(pipeline) != 1)
        return usageError("-o needs a pipeline with one output; use --output NAME=FILE or --output-dir");
      return setOutput(0, value);
    case OptionKind::OutputFolder:
      if (value.empty()) return usageError("--output-dir needs a folder");
      options.outputFolder = value;
      return std::nullopt;
    case OptionKind::Threads: return number(row, value, 1, mostThreads, options.threads);
    case OptionKind::Benchmark: return number(row, value, 1, 1000000000, options.benchmarkRuns);
    case OptionKind::MaxPixels: return number(row, value, 1, int64_t{1} << 40, options.pixelLimit);
    case OptionKind::TopK: return number(row, value, 1, int64_t{1} << 40, options.topK);
    case OptionKind::Labels: options.labelsFile = value; return std::nullopt;
    case OptionKind::Weights:
      if (!pipeline.weights_file)
        return usageError("the weights are part of this program; --weights has no use");
      options.weightsFile = value;
      return std::nullopt;
    case OptionKind::Json: options.jsonFile = value; return std::nullopt;
    case OptionKind::Profile:
      if (!pipeline.steps) return usageError("this program does not know its steps: --profile has no use");
      options.profile = true;
      options.profileFile = value;
      return std::nullopt;
    case OptionKind::ProfileTrace:
      if (!pipeline.steps)
        return usageError("this program does not know its steps: --profile-trace has no use");
      options.profile = true;
      options.traceFile = value;
      return std::nullopt;
    case OptionKind::Size: return setSize(row, value);
    case OptionKind::Describe: options.describe = true; return std::nullopt;
    case OptionKind::Help: options.help = true; return std::nullopt;
    }
    return std::nullopt;
  }

  Outcome setOnce(std::string& slot, const std::string& value, const char* what, const char* name) {
    if (value.empty()) return usageError(std::string(what) + " " + quoted(name) + " needs a file");
    if (!slot.empty()) return usageError(std::string(what) + " " + quoted(name) + " is given twice");
    slot = value;
    return std::nullopt;
  }

  Outcome setOutput(int32_t port, const std::string& file) {
    if (Outcome error =
            setOnce(options.outputs[static_cast<size_t>(port)], file, "output", pipeline.outputs[port].name))
      return error;
    return checkOutputName(file);
  }

  Outcome setLayer(const OptionRow& row, const std::string& text) {
    if (pipeline.layer_count == 0)
      return usageError(
          "this program keeps no layers; 'convoy build --keep-layers=NAME' makes one that does");
    const int32_t results = resultCount(pipeline);
    Result<NamedValue> layer =
        splitPort(row, "layer", pipeline.outputs + results, pipeline.layer_count, text);
    if (!layer) return layer.error();
    const int32_t port = results + layer->port;
    std::string& file = options.outputs[static_cast<size_t>(port)];
    if (Outcome error = setOnce(file, layer->value, "layer", pipeline.outputs[port].name)) return error;
    if (extensionOf(file) != ".npy")
      return usageError("cannot write " + quoted(file) + ": the name must end in .npy");
    return std::nullopt;
  }

  template <typename Number>
  static Outcome number(const OptionRow& row, const std::string& text, int64_t lowest, int64_t highest,
                        Number& into) {
    const std::optional<int64_t> value = parseInteger(text, lowest, highest);
    if (!value)
      return usageError(std::string(row.name) + " takes a whole number from " + std::to_string(lowest) +
                        " to " + std::to_string(highest) + ", not " + quoted(text));
    into = static_cast<Number>(*value);
    return std::nullopt;
  }

  Outcome setSize(const OptionRow& row, const std::string& text) {
    const size_t equals = text.rfind('=');
    const std::string name = text.substr(0, equals);
    std::string known;
    bool found = false;
    for (int32_t i = 0; i < pipeline.size_count; ++i) {
      known += (i ? ", " : "") + quoted(pipeline.size_names[i]);
      found |= name == pipeline.size_names[i];
    }
    if (equals == std::string::npos || !found)
      return usageError(unknownName(row, "run-time size", text, known));
    return number(row, text.substr(equals + 1), 1, INT32_MAX, options.sizes[name]);
  }

  // Positional files fill the inputs that have none, in order; or are many items for the only input.
  Outcome finish() {
    if (Outcome error = readEnvironment()) return error;
    const bool benchmark = options.benchmarkRuns > 0;
    if (!options.jsonFile.empty() && !benchmark) return usageError("--json needs --benchmark");
    if (!options.sizes.empty() && !benchmark) return usageError("--size needs --benchmark");
    if (Outcome error = checkTopK()) return error;
    if (const std::optional<size_t> only = onlyFileInput(pipeline); only && files.size() > 1)
      return finishMany(*only);
    size_t next = 0;
    bool given = false;
    for (size_t i = 0; i < options.inputs.size(); ++i) {
      if (isScalar(pipeline.inputs[i])) continue;
      std::string& input = options.inputs[i];
      if (input.empty() && next < files.size()) input = files[next++];
      given |= !input.empty();
    }
    if (next < files.size()) return usageError("there is no input left for " + quoted(files[next]));
    if (benchmark && !given) {
      if (writesOutputs()) return usageError("a benchmark of made-up data writes no outputs; give inputs");
      options.seeded = true;
      return std::nullopt;
    }
    if (given && !options.sizes.empty()) return usageError("--size goes with a benchmark without inputs");
    for (size_t i = 0; i < options.inputs.size(); ++i)
      if (options.inputs[i].empty() && !isScalar(pipeline.inputs[i]))
        return usageError("no file for input " + quoted(pipeline.inputs[i].name) +
                          "; --help shows the usage");
    return checkScalars();
  }

  // Those without a default must be given.
  Outcome checkScalars() const {
    for (size_t i = 0; i < options.inputs.size(); ++i) {
      const convoy_port& port = pipeline.inputs[i];
      if (isScalar(port) && options.inputs[i].empty() && !port.has_default)
        return usageError("no number for input " + quoted(port.name) + "; write --input " +
                          escaped(port.name) + "=NUMBER");
    }
    return std::nullopt;
  }

  Outcome checkTopK() const {
    if (options.topK == 0)
      return options.labelsFile.empty() ? Outcome() : Outcome(usageError("--labels needs --top-k"));
    if (options.benchmarkRuns > 0) return usageError("--top-k does not go with --benchmark");
    if (resultCount(pipeline) != 1 || pipeline.outputs[0].rank != 1)
      return usageError("--top-k needs a pipeline whose only output is a vector, tensor[C]");
    return std::nullopt;
  }

  Outcome finishMany(size_t input) {
    if (!options.inputs[input].empty()) return usageError("there is no input left for " + quoted(files[0]));
    if (options.benchmarkRuns > 0) return usageError("--benchmark takes one input file");
    if (options.outputFolder.empty() && options.topK == 0)
      return usageError("several input files need --output-dir");
    for (const std::string& output : options.outputs)
      if (!output.empty())
        return usageError("several input files need --output-dir alone, without " + quoted(output));
    options.items = files;
    return checkScalars();
  }

  bool writesOutputs() const {
    for (const std::string& output : options.outputs)
      if (!output.empty()) return true;
    return !options.outputFolder.empty();
  }

  Outcome readEnvironment() {
    const char* text = getenv("CONVOY_NUM_THREADS");
    if (options.threads > 0 || !text || !*text) return std::nullopt;
    return number({OptionKind::Threads, "CONVOY_NUM_THREADS", "N", ""}, text, 1, mostThreads,
                  options.threads);
  }

  const convoy_pipeline& pipeline;
  const std::vector<std::string>& arguments;
  std::vector<std::string> files; // positional
  Options options;
};

} // namespace

const std::vector<OptionRow>& optionTable() {
  static const std::vector<OptionRow> table = {
      {OptionKind::Output, "-o", "FILE", "where the only output goes"},
      {OptionKind::Input, "--input", "NAME=FILE", "the file for an input; a number for a scalar"},
      {OptionKind::NamedOutput, "--output", "NAME=FILE", "where an output goes"},
      {OptionKind::DumpLayer, "--dump-layer", "NAME=FILE.npy", "where the values of a layer go, in float32"},
      {OptionKind::OutputFolder, "--output-dir", "DIR", "a file in DIR for each input file, named after it"},
      {OptionKind::Threads, "--threads", "N", "threads (default: CONVOY_NUM_THREADS, or all allowed cores)"},
      {OptionKind::Benchmark, "--benchmark", "N",
       "time N runs of the compiled code; made-up data without inputs"},
      {OptionKind::Json, "--json", "FILE", "write the benchmark's numbers as JSON"},
      {OptionKind::Profile, "--profile", "FILE",
       "say what each step took, and what bounds it; to a file as JSON", /*mayFollow=*/true},
      {OptionKind::ProfileTrace, "--profile-trace", "FILE",
       "write the last run as a trace for Perfetto or chrome://tracing"},
      {OptionKind::Size, "--size", "NAME=N", "a run-time size of a benchmark without inputs"},
      {OptionKind::TopK, "--top-k", "K",
       "print the K largest values of the only output, a vector, by number"},
      {OptionKind::Labels, "--labels", "FILE",
       "print the names in FILE, a line for each value, in place of numbers"},
      {OptionKind::Weights, "--weights", "FILE", "the weights file (default: the one beside the program)"},
      {OptionKind::MaxPixels, "--max-pixels", "N", "refuse larger pictures (default: 268435456)"},
      {OptionKind::Describe, "--describe", nullptr, "print inputs, outputs and sizes as JSON"},
      {OptionKind::Help, "--help", nullptr, "print this"},
  };
  return table;
}

const OptionRow* findOption(const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  for (const OptionRow& row : optionTable())
    if (name == row.name) return &row;
  return nullptr;
}

int32_t fileInputCount(const convoy_pipeline& pipeline) {
  int32_t count = 0;
  for (int32_t i = 0; i < pipeline.input_count; ++i) count += isScalar(pipeline.inputs[i]) ? 0 : 1;
  return count;
}

std::optional<size_t> onlyFileInput(const convoy_pipeline& pipeline) {
  if (fileInputCount(pipeline) != 1) return std::nullopt;
  size_t input = 0;
  while (isScalar(pipeline.inputs[input])) ++input;
  return input;
}

Result<Options> parseOptions(const convoy_pipeline& pipeline, const std::vector<std::string>& arguments) {
  return Parser(pipeline, arguments).parse();
}

} // namespace convoy::command
