// The compiler as the API sees it. Names of the compiler and of the public headers are the same in places
// (Diagnostic, Options, Stage), so that no file sees both: session.cpp knows the compiler, everything else of
// this room the public headers, and between them is this header of plain data.
#pragma once
#include "convoy/runtime.h"
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy::api {

enum class Math { Fast, Strict, Bf16 }; // convoy::Math

// Stages by number, as the public Stage counts.
struct TextOfStage {
  int stage = 0;
  std::string text, name;
};

struct Request {
  std::string name;                // of the file, or what diagnostics call the text
  std::optional<std::string> text; // none: the file is read
  std::string pipeline, cpu, weights, scheduleFile;
  std::optional<std::string> scheduleText;
  std::vector<std::pair<std::string, std::string>> constants;
  std::vector<std::string> importFolders;
  std::optional<uint64_t> initSeed;
  int optimize = 3, threads = 0;
  Math math = Math::Fast;
  std::function<bool(const std::string& phase, double done)> watcher; // false: stop
  std::optional<TextOfStage> fromStage;
  std::function<void(const std::string& pass, int stage, std::string text)> afterPass;
};

enum class Level { Error, Warning, Note };

// A range of a file with a text: a label, or an edit with its replacement.
struct Mark {
  std::string file, text;
  uint32_t line = 0, column = 0, endLine = 0, endColumn = 0;
  bool primary = false;
};

struct Repair {
  std::string text;
  std::vector<Mark> edits;
};

struct Problem {
  std::string code, name, message, rendered;
  Level level = Level::Error;
  std::vector<Mark> marks;
  std::vector<std::string> notes, helps;
  std::vector<Repair> repairs;
};

struct DimensionFacts {
  std::optional<int64_t> constant;
  std::string text;
};

struct PortFacts {
  std::string name, type;
  int channels = 0;
  bool image = false, scalar = false;
  std::optional<float> defaultValue; // of a scalar
  std::vector<DimensionFacts> dimensions;
};

struct LayerFacts {
  std::string name, op, output;
  int64_t parameters = 0;
  uint32_t line = 0;
};

struct Facts {
  std::string name;
  std::vector<PortFacts> inputs, outputs;
  std::vector<std::string> sizes;
  std::vector<LayerFacts> layers;
  int64_t parameters = 0;    // learnable ones
  int64_t parallelSteps = 0; // executor calls of one run
};

// One compilation that succeeded: owns the code, and what the stages are printed from.
class Session {
public:
  virtual ~Session() = default;
  virtual const convoy_pipeline& pipeline() const = 0;
  virtual const Facts& facts() const = 0;
  // To be called once the parameters are packed: gives back what only packing needed.
  virtual void forgetParameters() = 0;
  // `stage` counts as the public Stage does. False: there is no such stage, and `text` says so. May throw.
  // For several threads.
  virtual bool emit(int stage, std::string& text) = 0;
};

struct Outcome {
  std::unique_ptr<Session> session; // null after an error
  std::vector<Problem> problems;
};

// Does not throw, unless there is no memory for a diagnostic.
Outcome compile(const Request& request);

// Names of the passes, and why each stands where it stands.
std::vector<std::pair<std::string, std::string>> passTable();

// What is no diagnostic of the compiler's, as one.
Problem internalProblem(const std::string& what);
Problem memoryProblem();

} // namespace convoy::api
