#include "benchmark.h"

#include "tensor_file.h"
#include "text.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>

namespace convoy::command {
namespace {

// SplitMix64: small, seeded, the same everywhere.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  float nextBelowOne() {
    uint64_t bits = state += 0x9E3779B97F4A7C15u;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
    return static_cast<float>((bits ^ bits >> 31) >> 40) * 0x1p-24f;
  }

private:
  uint64_t state;
};

double millisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

int64_t defaultExtent(int32_t axis, int32_t rank) {
  switch (rank - axis) {
  case 1: return 1920;
  case 2: return 1080;
  }
  return 16;
}

Result<std::vector<Tensor>> seededInputs(const convoy_pipeline& pipeline,
                                         const std::map<std::string, int64_t>& given, int64_t batch) {
  std::vector<int64_t> sizes(static_cast<size_t>(pipeline.size_count), 0);
  for (int32_t i = 0; i < pipeline.size_count; ++i)
    if (const auto size = given.find(pipeline.size_names[i]); size != given.end())
      sizes[static_cast<size_t>(i)] = size->second;
  std::vector<Tensor> inputs;
  for (int32_t i = 0; i < pipeline.input_count; ++i) {
    const convoy_port& port = pipeline.inputs[i];
    if (isScalar(port)) {
      Result<Tensor> scalar = scalarTensor(port.has_default ? port.default_value : 0.5f);
      if (!scalar) return scalar.error();
      inputs.push_back(std::move(*scalar));
      continue;
    }
    Tensor tensor;
    for (int32_t axis = 0; axis < port.rank; ++axis) {
      const int32_t symbol = port.symbols ? port.symbols[axis] : -1;
      if (symbol < 0) {
        tensor.extents.push_back(port.constants[axis]);
        continue;
      }
      int64_t& size = sizes[static_cast<size_t>(symbol)];
      if (size == 0) size = defaultExtent(axis, port.rank); // the first input that has it decides
      tensor.extents.push_back(size);
    }
    const std::optional<int64_t> count = elementCount(tensor.extents, batch);
    if (!count)
      return Error{"input " + quoted(port.name) + " of shape " + extentsText(tensor.extents) +
                   " is too large"};
    Result<FloatBuffer> data = FloatBuffer::allocate(*count);
    if (!data) return data.error();
    Random random(static_cast<uint64_t>(i) + 1);
    for (int64_t k = 0; k < *count; ++k) {
      const float value = random.nextBelowOne();
      data->data()[k] = port.image_channels ? value : value * 2.0f - 1.0f;
    }
    tensor.data = std::move(*data);
    tensor.batch = batch;
    tensor.batched = batch != 1;
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

Result<Timing> measure(BoundRun& run, int64_t runs, int32_t threads, Profiler* profiler) {
  using Clock = std::chrono::steady_clock;
  const auto execute = [&] { return profiler ? profiler->execute(run) : run.execute(); };
  // Touches every page, fills caches and brings the clock up: three runs at least, or half a second.
  const Clock::time_point warmUp = Clock::now();
  for (int i = 0; i < 3 || (millisecondsSince(warmUp) < 100 && i < 1000); ++i) {
    if (Outcome error = execute()) return *error;
    if (millisecondsSince(warmUp) > 500) break;
  }
  if (profiler) profiler->forget();
  std::vector<double> times;
  times.reserve(static_cast<size_t>(std::min<int64_t>(runs, 1 << 20)));
  for (int64_t i = 0; i < runs; ++i) {
    const Clock::time_point start = Clock::now();
    if (Outcome error = execute()) return *error;
    times.push_back(millisecondsSince(start));
  }
  std::sort(times.begin(), times.end());
  const size_t middle = times.size() / 2;
  const double median = times.size() % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
  return Timing{threads, runs, median, times.front()};
}

std::string timingJson(const Timing& timing) {
  return format("{\"threads\": %d, \"runs\": %" PRId64 ", \"median_ms\": %.6f, \"min_ms\": %.6f}\n",
                timing.threads, timing.runs, timing.medianMs, timing.minMs);
}

} // namespace convoy::command
