// --benchmark: time in the compiled code alone.
#ifndef CONVOY_COMMAND_BENCHMARK_H
#define CONVOY_COMMAND_BENCHMARK_H
#include "options.h"
#include "profile.h"
#include "runner.h"

namespace convoy::command {

// What an axis has, from 0, of so many, when nobody says it: 1920 along the width, 1080 along the height, 16
// along the depth.
int64_t defaultExtent(int32_t axis, int32_t rank);

// The same data every time: 0..1 for images, -1..1 for tensors, the default or 0.5 for scalars. Sizes that
// `sizes` leaves out are those of defaultExtent. With more than one item the inputs have a batch dimension.
Result<std::vector<Tensor>> seededInputs(const convoy_pipeline& pipeline,
                                         const std::map<std::string, int64_t>& sizes, int64_t batch = 1);

struct Timing {
  int32_t threads = 1;
  int64_t runs = 0;
  double medianMs = 0, minMs = 0;
};

// Runs after a warm-up, `runs` times; with a profiler, which then knows of these runs alone.
Result<Timing> measure(BoundRun& run, int64_t runs, int32_t threads, Profiler* profiler = nullptr);

// {"threads": 1, "runs": N, "median_ms": x, "min_ms": y}
std::string timingJson(const Timing& timing);

} // namespace convoy::command
#endif
