// What a program can say about compiling and running, and the hooks that it can give.
#pragma once
#include "convoy/stage.h"
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy {
inline namespace v1 {

// Ends compilations and runs from any thread. Copies are the same token; it cannot be taken back.
class Cancellation {
public:
  Cancellation() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void cancel() const noexcept { flag_->store(true, std::memory_order_relaxed); }
  bool isCancelled() const noexcept { return flag_->load(std::memory_order_relaxed); }

private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

// A part of a run: body(begin, end) does the work numbered begin..end-1. To be called from any thread; it
// does not throw.
class RangeBody {
public:
  RangeBody(void (*function)(void*, std::int64_t, std::int64_t) noexcept, void* context)
      : function_(function), context_(context) {}
  void operator()(std::int64_t begin, std::int64_t end) const noexcept { function_(context_, begin, end); }

private:
  void (*function_)(void*, std::int64_t, std::int64_t) noexcept;
  void* context_;
};

// A program's own threads in the place of Convoy's. It may be called by several runs at once.
class Executor {
public:
  Executor();
  virtual ~Executor();
  // How many ranges run at the same time, at least 1. Asked once, when a pipeline is compiled.
  virtual int threads() const = 0;
  // Calls `body` over disjoint ranges that cover 0..count-1, on any threads, and returns when all are done.
  // Each number is a part of the work that is worth a thread's while; small work is a single one. Results do
  // not depend on how the range is cut. What it throws ends the run with StatusCode::Executor; no call of
  // `body` may go on then.
  virtual void parallel(std::int64_t count, const RangeBody& body) = 0;
};

// A program's own memory for workspaces, packed weights and copies of views; not for code and descriptions.
// It may be called from several threads at once.
class Allocator {
public:
  Allocator();
  virtual ~Allocator();
  // Null when there is none: the call then ends with StatusCode::Memory, a compilation with E0003.
  virtual void* allocate(std::size_t bytes, std::size_t alignment) noexcept = 0;
  virtual void release(void* memory, std::size_t bytes) noexcept = 0;
};

// How exact results are. Strict: float32 sums in a fixed order. Fast: also what is about as exact. Bf16: also
// products of numbers that are rounded to bf16, where the processor has instructions for them.
enum class Math { Fast, Strict, Bf16 };

// How a script is compiled. Everything has a good default.
struct Options {
  // Which pipeline; needed when the file has several.
  std::string pipeline;
  // Whose instructions may be used, as clang's -mcpu names it; empty: this processor's. Of several, "a,b",
  // the best that runs here. One that needs more than this processor has is an error.
  std::string cpu;
  // 0..3
  int optimize = 3;
  Math math = Math::Fast;
  // Other values for constants of the script, written as in one: {{"sigma", "2.5"}}. Of one that is named
  // twice the last value counts. Without effect, and a warning, for graph IR.
  std::vector<std::pair<std::string, std::string>> constants;
  // Where imported scripts are looked for, after the folders of the importing file and of the script.
  std::vector<std::string> importFolders;
  // Of the compilation, and of runs without `executor`; 0: all cores that the process may use.
  int threads = 0;

  // File or folder with the parameters; empty: what the script says.
  std::string weights;
  // Fills parameters that have no values with seeded random numbers.
  std::optional<std::uint64_t> initSeed;
  // The schedule to use, as a file or as text (which goes before the file); empty: the compiler's own choice.
  std::string scheduleFile, scheduleText;

  // A text to go on from, in the place of what is made of the script up to its stage: what Pipeline::emit
  // gave, edited. Of the stages Graph, Schedule, Loops, Llvm and LlvmOptimized. Numbers, functions and
  // modules that it leaves out are as they are made of the script; what is wrong with it is a diagnostic with
  // its line. LLVM IR is code, and may do whatever a program may do.
  std::optional<StageText> fromStage;

  // Null: a pool of threads of the pipeline's own, made by its first run.
  std::shared_ptr<Executor> executor;
  // Null: the system's.
  std::shared_ptr<Allocator> allocator;

  // Of the compilation: it ends with E0002.
  std::optional<Cancellation> cancellation;
  // Called by one thread at a time, with the name of the phase that comes and the share of the work that is
  // done, 0..1. What it throws ends the compilation with E0001.
  std::function<void(const std::string& phase, double done)> progress;
  // Called after each pass that makes or changes a text, in order; after the last one with two of them, LLVM
  // IR before and after its clean-up. What it throws ends the compilation with E0001.
  std::function<void(const PassText& text)> afterPass;
};

// What one run can be told.
struct RunControl {
  std::optional<Cancellation> cancellation; // looked at between and inside layers
  // Called by the thread that called run(), with the share of the work that is done, 0..1. What it throws
  // ends the run with StatusCode::Executor.
  std::function<void(double done)> progress;
};

} // namespace v1
} // namespace convoy
