#include "fake_pipelines.h"

#include "convoy/command.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

namespace convoy::test {
namespace {

const int64_t rgbShape[] = {3, 0, 0}, grayShape[] = {1, 0, 0}, rowShape[] = {2, 0}, fixedShape[] = {3, 4, 5},
              classShape[] = {4};
const int32_t spatialSymbols[] = {-1, 0, 1}, rowSymbols[] = {-1, 0}, noSymbols[] = {-1, -1, -1};
const char* const spatialNames[] = {"H", "W"};
const char* const rowNames[] = {"W"};
const float factor[] = {2.0f};

int64_t noBytes() { return 0; }
int32_t prepareNothing(const void*, void*) { return CONVOY_OK; }
int64_t noWorkspace(const int64_t*, int64_t, int32_t, const int32_t*) { return 0; }

// Applies `each` to 0..count over the threads of the call.
template <typename Each> void forEach(const convoy_call& call, int64_t count, Each each) {
  call.executor->parallel(
      call.executor->self,
      [](void* context, int64_t begin, int64_t end) {
        for (; begin < end; ++begin) (*static_cast<Each*>(context))(begin);
      },
      &each, count, 1);
}

// As compiled code does it: no memory is asked for. NaN is not above 0.
uint8_t toByte(float x) {
  const float shade = x > 0 ? (x < 1 ? x : 1) : 0;
  return static_cast<uint8_t>(std::nearbyintf(shade * 255.0f));
}

// An image of a call, in float32 or in bytes; i counts as in planes.
class Image {
public:
  Image(const convoy_call& call, bool input, int32_t number, int32_t inputs, int64_t channels, int64_t pixels)
      : memory_(input ? const_cast<void*>(call.inputs[number]) : call.outputs[number]),
        bytes_(call.elements && call.elements[input ? number : inputs + number] == CONVOY_UINT8),
        channels_(channels), pixels_(pixels) {}
  float get(int64_t i) const {
    return bytes_ ? static_cast<float>(static_cast<uint8_t*>(memory_)[place(i)]) / 255.0f
                  : static_cast<float*>(memory_)[i];
  }
  void set(int64_t i, float x) const {
    if (bytes_)
      static_cast<uint8_t*>(memory_)[place(i)] = toByte(x);
    else
      static_cast<float*>(memory_)[i] = x;
  }

private:
  int64_t place(int64_t i) const {
    const int64_t item = channels_ * pixels_;
    return i / item * item + i % pixels_ * channels_ + i % item / pixels_;
  }
  void* memory_;
  bool bytes_;
  int64_t channels_, pixels_;
};

const uint64_t anyProcessor = 0;

} // namespace

const convoy_pipeline& doublePipeline() {
  static const convoy_port input = {"photo", 3, 3, rgbShape, spatialSymbols, 0, 0};
  static const convoy_port output = {"result", 3, 3, nullptr, nullptr, 0, 0};
  static const convoy_check check = {"needs at least 3 rows", "double.cvy:2:9"};
  static const convoy_pipeline pipeline = {
      CONVOY_ABI_VERSION,
      1,
      1,
      2,
      1,
      1,
      0,
      "double",
      &input,
      &output,
      spatialNames,
      &check,
      &anyProcessor,
      factor,
      sizeof factor,
      {},
      nullptr,
      0,
      [](const int64_t* sizes, int64_t* extents) {
        extents[0] = 3;
        extents[1] = sizes[0];
        extents[2] = sizes[1];
        return sizes[0] < 3 ? 0 : -1;
      },
      []() { return int64_t{sizeof(float)}; },
      [](const void* weights, void* prepared) {
        memcpy(prepared, weights, sizeof(float));
        return int32_t{CONVOY_OK};
      },
      [](const int64_t*, int64_t, int32_t threads, const int32_t*) { return int64_t{64} * threads; },
      [](const convoy_call* call) {
        if (call->workspace_bytes < 64 * call->executor->threads) return int32_t{CONVOY_ERROR_MEMORY};
        if (reinterpret_cast<uintptr_t>(call->workspace) % CONVOY_ALIGNMENT)
          return int32_t{CONVOY_ERROR_ARGUMENT};
        const float by = *static_cast<const float*>(call->prepared);
        const int64_t pixels = call->sizes[0] * call->sizes[1];
        const Image in(*call, true, 0, 1, 3, pixels), out(*call, false, 0, 1, 3, pixels);
        forEach(*call, call->batch * 3 * pixels, [=](int64_t i) { out.set(i, in.get(i) * by); });
        return int32_t{CONVOY_OK};
      }};
  return pipeline;
}

const convoy_pipeline& addPipeline() {
  static const convoy_port inputs[] = {{"a", 0, 2, rowShape, rowSymbols, 0, 0},
                                       {"b", 0, 2, rowShape, rowSymbols, 0, 0}};
  static const convoy_port output = {"result", 0, 2, nullptr, nullptr, 0, 0};
  static const convoy_pipeline pipeline = {CONVOY_ABI_VERSION,
                                           2,
                                           1,
                                           1,
                                           0,
                                           1,
                                           0,
                                           "add",
                                           inputs,
                                           &output,
                                           rowNames,
                                           nullptr,
                                           &anyProcessor,
                                           nullptr,
                                           0,
                                           {},
                                           nullptr,
                                           0,
                                           [](const int64_t* sizes, int64_t* extents) {
                                             extents[0] = 2;
                                             extents[1] = sizes[0];
                                             return -1;
                                           },
                                           noBytes,
                                           prepareNothing,
                                           noWorkspace,
                                           [](const convoy_call* call) {
                                             const float *a = static_cast<const float*>(call->inputs[0]),
                                                         *b = static_cast<const float*>(call->inputs[1]);
                                             float* out = static_cast<float*>(call->outputs[0]);
                                             forEach(*call, call->batch * 2 * call->sizes[0],
                                                     [=](int64_t i) { out[i] = a[i] + b[i]; });
                                             return int32_t{CONVOY_OK};
                                           }};
  return pipeline;
}

const convoy_pipeline& splitPipeline() {
  static const convoy_port input = {"p", 1, 3, grayShape, spatialSymbols, 0, 0};
  static const convoy_port outputs[] = {{"low", 1, 3, nullptr, nullptr, 0, 0},
                                        {"high", 0, 3, nullptr, nullptr, 0, 0}};
  static const convoy_pipeline pipeline = {
      CONVOY_ABI_VERSION,
      1,
      2,
      2,
      0,
      1,
      0,
      "split",
      &input,
      outputs,
      spatialNames,
      nullptr,
      &anyProcessor,
      nullptr,
      0,
      {},
      nullptr,
      0,
      [](const int64_t* sizes, int64_t* extents) {
        const int64_t all[] = {1, sizes[0], sizes[1], 2, sizes[0], sizes[1]};
        memcpy(extents, all, sizeof all);
        return -1;
      },
      noBytes,
      prepareNothing,
      noWorkspace,
      [](const convoy_call* call) {
        const int64_t pixels = call->sizes[0] * call->sizes[1];
        const Image in(*call, true, 0, 1, 1, pixels), low(*call, false, 0, 1, 1, pixels);
        float* high = static_cast<float*>(call->outputs[1]);
        forEach(*call, call->batch * pixels, [=](int64_t i) {
          low.set(i, in.get(i) / 2);
          high[i / pixels * 2 * pixels + i % pixels] = high[(i / pixels * 2 + 1) * pixels + i % pixels] =
              in.get(i);
        });
        return int32_t{CONVOY_OK};
      }};
  return pipeline;
}

const convoy_pipeline& fixedPipeline() {
  static const convoy_port input = {"x", 0, 3, fixedShape, noSymbols, 0, 0};
  static const convoy_port output = {"result", 0, 3, nullptr, nullptr, 0, 0};
  static const convoy_pipeline pipeline = {CONVOY_ABI_VERSION,
                                           1,
                                           1,
                                           0,
                                           0,
                                           1,
                                           0,
                                           "fixed",
                                           &input,
                                           &output,
                                           nullptr,
                                           nullptr,
                                           &anyProcessor,
                                           nullptr,
                                           0,
                                           {},
                                           nullptr,
                                           0,
                                           [](const int64_t*, int64_t* extents) {
                                             memcpy(extents, fixedShape, sizeof fixedShape);
                                             return -1;
                                           },
                                           noBytes,
                                           prepareNothing,
                                           noWorkspace,
                                           [](const convoy_call* call) {
                                             memcpy(call->outputs[0], call->inputs[0],
                                                    static_cast<size_t>(call->batch) * 60 * sizeof(float));
                                             return int32_t{CONVOY_OK};
                                           }};
  return pipeline;
}

const convoy_pipeline& classifyPipeline() {
  static const convoy_port input = {"x", 0, 1, classShape, noSymbols, 0, 0};
  static const convoy_port output = {"result", 0, 1, classShape, nullptr, 0, 0};
  static convoy_pipeline pipeline = fixedPipeline();
  pipeline.name = "classify";
  pipeline.inputs = &input;
  pipeline.outputs = &output;
  pipeline.check = [](const int64_t*, int64_t* extents) {
    extents[0] = 4;
    return -1;
  };
  pipeline.run = [](const convoy_call* call) {
    memcpy(call->outputs[0], call->inputs[0], static_cast<size_t>(call->batch) * 4 * sizeof(float));
    return int32_t{CONVOY_OK};
  };
  return pipeline;
}

Ended runCommand(const convoy_pipeline& pipeline, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"./bin/prog"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = convoy_command(&pipeline, static_cast<int>(words.size()), argv.data());
  const std::string out = testing::internal::GetCapturedStdout();
  return {status, out, testing::internal::GetCapturedStderr()};
}

} // namespace convoy::test
