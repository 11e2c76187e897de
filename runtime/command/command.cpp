// A pipeline as a program: reads files, runs, writes files.
#include "convoy/command.h"

#include "benchmark.h"
#include "describe.h"
#include "peak.h"
#include "profile_report.h"
#include "results.h"
#include "tensor_file.h"
#include "text.h"

#include <cinttypes>
#include <cstdio>
#include <exception>
#include <new>
#include <set>
#include <unistd.h>

namespace convoy::command {
namespace {

// A bar on standard error while many files are worked on; nothing where that is not a terminal.
class ProgressBar {
public:
  explicit ProgressBar(size_t total) : total(total), shown(isatty(STDERR_FILENO) == 1) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  void show(size_t done) {
    constexpr size_t width = 40;
    const std::string filled(width * done / total, '#');
    if (shown) fprintf(stderr, "\r[%-*s] %zu of %zu", static_cast<int>(width), filled.c_str(), done, total);
  }
  void clear() {
    if (shown) fputs("\r\033[K", stderr);
  }

private:
  size_t total;
  bool shown;
};

class Program {
public:
  Program(const convoy_pipeline& pipeline, std::string name) : pipeline(pipeline), name(std::move(name)) {}

  int main(const std::vector<std::string>& arguments) {
    Result<Options> parsed = parseOptions(pipeline, arguments);
    if (!parsed) return report(parsed.error());
    options = std::move(*parsed);
    if (options.help) return print(helpText(pipeline, name));
    if (options.describe) return print(describeJson(pipeline));
    if (Outcome error = loadLabels()) return report(*error);
    if (Outcome error = options.items.empty() ? runOnce() : runMany()) return report(*error);
    return failedItems ? exitFailure : exitSuccess;
  }

private:
  int report(const Error& error) {
    fprintf(stderr, "%s: error: %s\n", name.c_str(), error.text.c_str());
    return error.exitStatus;
  }

  int print(const std::string& text) {
    if (fputs(text.c_str(), stdout) >= 0 && fflush(stdout) == 0) return exitSuccess;
    return report({"cannot write to standard output"});
  }

  Outcome loadLabels() {
    if (options.labelsFile.empty()) return std::nullopt;
    const convoy_port& port = pipeline.outputs[0];
    Result<std::vector<std::string>> read = readLabels(options.labelsFile, port, port.constants[0]);
    if (!read) return read.error();
    labels = std::move(*read);
    return std::nullopt;
  }

  Outcome runOnce() {
    std::vector<Tensor> inputs;
    if (options.seeded) {
      Result<std::vector<Tensor>> made = seededInputs(pipeline, options.sizes);
      if (!made) return made.error();
      inputs = std::move(*made);
    }
    inputs.resize(options.inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (options.seeded && options.inputs[i].empty()) continue;
      Result<Tensor> input = load(i, options.inputs[i]);
      if (!input) return input.error();
      inputs[i] = std::move(*input);
    }
    Result<Runner> runner = Runner::create(pipeline, options.threads, options.weightsFile);
    if (!runner) return runner.error();
    beginProfile(*runner);
    Result<BoundRun> run = runner->bind(inputs, picturesAmongOutputs(inputs));
    if (!run) return run.error();
    if (options.benchmarkRuns > 0) {
      if (Outcome error = benchmark(*run, runner->threads())) return error;
    } else if (Outcome error = execute(*run)) {
      return error;
    }
    if (!options.seeded)
      if (Outcome error = writeOnce(run->outputs)) return error;
    return writeProfile();
  }

  void beginProfile(const Runner& runner) {
    if (options.profile) profiler.emplace(pipeline, runner.executor());
  }
  Outcome execute(BoundRun& run) { return profiler ? profiler->execute(run) : run.execute(); }

  Outcome writeProfile() {
    if (!profiler) return std::nullopt;
    const Profile& profile = profiler->profile();
    const Limits limits{fmaPeak(), copyRate()};
    OutputFiles files;
    auto add = [&](const std::string& path, const std::string& text) {
      return path == "-" ? printed(text) : files.add(path, Bytes(text.begin(), text.end()));
    };
    if (!options.traceFile.empty())
      if (Outcome error = add(options.traceFile, profileTrace(profile))) return error;
    if (!options.profileFile.empty())
      if (Outcome error = add(options.profileFile, profileJson(profile, limits))) return error;
    if (Outcome error = files.commit()) return error;
    const bool asTable = options.profileFile.empty() && options.traceFile.empty();
    return asTable ? printed(profileText(profile, limits)) : std::nullopt;
  }

  // From a file, or a scalar's number: its default when nothing is given.
  Result<Tensor> load(size_t input, const std::string& given) {
    const convoy_port& port = pipeline.inputs[input];
    if (!isScalar(port)) return loadTensor(port, pipeline.size_names, given, options.pixelLimit);
    return given.empty() ? scalarTensor(port.default_value) : loadScalar(port, given);
  }

  Outcome benchmark(BoundRun& run, int32_t threads) {
    Result<Timing> timing = measure(run, options.benchmarkRuns, threads, profiler ? &*profiler : nullptr);
    if (!timing) return timing.error();
    const std::string json = timingJson(*timing);
    if (options.jsonFile == "-") return printed(json);
    if (Outcome error =
            printed(format("%s: %" PRId64 " run%s on %d thread%s: median %.3f ms, fastest %.3f ms\n",
                           pipeline.name, timing->runs, timing->runs == 1 ? "" : "s", threads,
                           threads == 1 ? "" : "s", timing->medianMs, timing->minMs)))
      return error;
    if (options.jsonFile.empty()) return std::nullopt;
    OutputFiles files;
    if (Outcome error = files.add(options.jsonFile, Bytes(json.begin(), json.end()))) return error;
    return files.commit();
  }

  // Outputs with a file are written, all or none; the others are printed.
  Outcome writeOnce(const std::vector<Tensor>& outputs) {
    OutputFiles files;
    std::string text;
    std::set<std::string> written;
    if (!options.outputFolder.empty())
      if (Outcome error = makeFolder(options.outputFolder)) return error;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const convoy_port& port = pipeline.outputs[i];
      std::string path = options.outputs[i];
      if (path.empty() && isResult(i) && !options.outputFolder.empty())
        path = fileInFolder(i, outputs[i], singleStem());
      if (options.topK > 0 && isResult(i)) text += largest(outputs[i], options.topK, labels, "");
      if (path.empty() && !isResult(i)) continue;
      if (path.empty()) {
        if (options.benchmarkRuns == 0 && options.topK == 0) text += summary(port, outputs[i]);
        continue;
      }
      if (!written.insert(path).second) return usageError("two outputs would be written to " + quoted(path));
      if (Outcome error = saveTensor(port, outputs[i], path, files)) return error;
    }
    if (Outcome error = files.commit()) return error;
    return printed(text);
  }

  // One run for each file. A file that fails is reported, and the others still run.
  Outcome runMany() {
    const bool writes = !options.outputFolder.empty();
    if (writes)
      if (Outcome error = makeFolder(options.outputFolder)) return error;
    std::set<std::string> stems;
    for (const std::string& item : options.items)
      if (writes && !stems.insert(stemOf(item)).second)
        return usageError("the results of two files named " + quoted(stemOf(item)) +
                          " would overwrite each other");
    Result<Runner> runner = Runner::create(pipeline, options.threads, options.weightsFile);
    if (!runner) return runner.error();
    beginProfile(*runner);
    ProgressBar bar(options.items.size());
    for (size_t i = 0; i < options.items.size(); ++i) {
      bar.show(i);
      Result<std::string> text = runItem(*runner, options.items[i]);
      if (text && text->empty()) continue;
      bar.clear();
      if (text) {
        if (Outcome error = printed(*text)) return error;
        continue;
      }
      ++failedItems;
      report(text.error());
    }
    bar.clear();
    return writeProfile();
  }

  // What to print of it.
  Result<std::string> runItem(Runner& runner, const std::string& item) {
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < options.inputs.size(); ++i) {
      Result<Tensor> input = load(i, isScalar(pipeline.inputs[i]) ? options.inputs[i] : item);
      if (!input) return input.error();
      inputs.push_back(std::move(*input));
    }
    Result<BoundRun> run = runner.bind(inputs, picturesAmongOutputs(inputs));
    if (!run) return Error{quoted(item) + ": " + run.error().text};
    if (Outcome error = execute(*run)) return Error{quoted(item) + ": " + error->text};
    OutputFiles files;
    for (size_t i = 0; isResult(i) && !options.outputFolder.empty(); ++i)
      if (Outcome error = saveTensor(pipeline.outputs[i], run->outputs[i],
                                     fileInFolder(i, run->outputs[i], stemOf(item)), files))
        return *error;
    if (Outcome error = files.commit()) return *error;
    return options.topK > 0 ? largest(run->outputs[0], options.topK, labels, item) : std::string();
  }

  bool isResult(size_t output) const { return output < static_cast<size_t>(resultCount(pipeline)); }

  // The outputs that are written as pictures, which has them as bytes.
  std::vector<bool> picturesAmongOutputs(const std::vector<Tensor>& inputs) const {
    int64_t batch = 1; // scalars have none
    for (size_t i = 0; i < inputs.size(); ++i)
      if (!isScalar(pipeline.inputs[i])) batch = inputs[i].batch;
    std::vector<bool> pictures;
    for (size_t i = 0; i < options.outputs.size(); ++i) {
      const bool named = !options.outputs[i].empty();
      const bool inFolder = !named && !options.outputFolder.empty() && batch == 1;
      pictures.push_back(pipeline.outputs[i].image_channels > 0 && batch == 1 &&
                         (named ? isPictureName(options.outputs[i]) : inFolder));
    }
    return pictures;
  }

  // The stem for --output-dir with one run: that of the only input's file, else none.
  std::string singleStem() const {
    const std::optional<size_t> only = onlyFileInput(pipeline);
    return only ? stemOf(options.inputs[*only]) : "";
  }

  // STEM.png, or STEM-OUTPUT.png of several outputs; .npy for what is not a picture.
  std::string fileInFolder(size_t output, const Tensor& tensor, const std::string& stem) const {
    const convoy_port& port = pipeline.outputs[output];
    std::string file = stem;
    if (file.empty() || resultCount(pipeline) > 1) file += (file.empty() ? "" : "-") + std::string(port.name);
    for (char& letter : file)
      if (letter == '/') letter = '_'; // names of imported models
    const bool picture = port.image_channels && tensor.batch == 1;
    return options.outputFolder + "/" + file + (picture ? ".png" : ".npy");
  }

  Outcome printed(const std::string& text) {
    if (fputs(text.c_str(), stdout) >= 0 && fflush(stdout) == 0) return std::nullopt;
    return Error{"cannot write to standard output"};
  }

  const convoy_pipeline& pipeline;
  std::string name;
  Options options;
  std::vector<std::string> labels;
  std::optional<Profiler> profiler;
  size_t failedItems = 0;
};

} // namespace
} // namespace convoy::command

int convoy_command(const convoy_pipeline* pipeline, int argc, char** argv) {
  using namespace convoy::command;
  const std::string name = argc > 0 && argv[0] ? fileNameOf(argv[0]) : pipeline->name;
  try {
    return Program(*pipeline, name).main(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::bad_alloc&) {
    fprintf(stderr, "%s: error: not enough memory\n", name.c_str());
  } catch (const std::exception&) { // a container beyond its limits: sizes that no memory holds
    fprintf(stderr, "%s: error: the data is too large\n", name.c_str());
  }
  return exitFailure;
}
