// --profile: what the steps of a compiled pipeline take, in the runs of the program itself.
//
// A compiled pipeline hands each of its steps to the caller's executor, and says which one it is. An executor
// that looks at its clock is therefore all that is needed: compiled code is the same, and knows nothing of
// it.
#ifndef CONVOY_COMMAND_PROFILE_H
#define CONVOY_COMMAND_PROFILE_H
#include "runner.h"

#include <atomic>
#include <string>
#include <vector>

namespace convoy::command {

// Nanoseconds since the profiler began.
struct Span {
  int64_t begin = 0, end = 0;
  int32_t thread = 0; // 0 is the caller's
  int64_t length() const { return end - begin; }
};

// One call of the executor.
struct ProfiledCall {
  int32_t step = 0;
  Span whole;
  std::vector<Span> parts; // one for each range of units
};

// The sums of a step over all runs.
struct ProfiledStep {
  int64_t runs = 0, calls = 0, units = 0, parts = 0;
  int64_t nanoseconds = 0, least = 0; // of a run
  int64_t busy = 0;                   // of all threads together
  int64_t longestParts = 0;           // of each call the longest part
  int64_t touched = 0;                // in the first run: bytes of pages that the system gave meanwhile
  int64_t multiplyAdds = 0, bytes = 0;
};

struct Profile {
  const convoy_pipeline* pipeline = nullptr;
  const convoy_steps* names = nullptr; // of the version that ran
  int32_t threads = 1;
  int64_t runs = 0, nanoseconds = 0; // of whole runs
  std::vector<ProfiledStep> steps;   // by number
  std::vector<int32_t> order;        // in which they ran first
  Span lastRun;
  std::vector<ProfiledCall> calls; // of the last run
};

class Profiler {
public:
  // The executor runs the steps, and outlives the profiler. The pipeline must know its steps.
  Profiler(const convoy_pipeline& pipeline, const convoy_executor& executor);
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  Outcome execute(const BoundRun& run);
  void forget(); // what was recorded so far
  const Profile& profile() const { return profile_; }

private:
  struct Job {
    void (*body)(void*, int64_t, int64_t);
    void* context;
    Profiler* profiler;
    std::atomic<size_t> parts{0};
  };
  static void parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                       int64_t grain);
  static void timed(void* context, int64_t begin, int64_t end);
  bool isStep(int32_t number) const;
  void add(const ProfiledCall& call, int64_t units, int64_t touched);
  int32_t numberOf(uint64_t thread);

  struct RawSpan {
    int64_t begin, end;
    uint64_t thread;
  };
  const convoy_executor& inner_;
  const convoy_executor executor_;
  std::vector<RawSpan> parts_; // of the call that runs, one for each thread
  std::vector<uint64_t> threads_;
  std::vector<int64_t> ofRun_; // nanoseconds of each step in this run; -1: it has none
  bool isFirst_ = true;        // the run: later ones find their memory
  Profile profile_;
};

} // namespace convoy::command
#endif
