#include "image_runs.h"
#include "case.h"
#include <cmath>
#include <memory>

namespace convoy::sweep {

namespace {

using texts::GuardedBuffer;
using Buffer = std::unique_ptr<GuardedBuffer>;

class Images {
public:
  explicit Images(const ImageRun& run) : r_(run), p_(run.pipeline) {
    for (int32_t i = 0; i < p_.input_count + p_.output_count; ++i)
      if (port(i).image_channels) images_.push_back(static_cast<size_t>(i));
  }

  std::string run() {
    makeInputs();
    std::vector<int32_t> elements(portCount(), CONVOY_FLOAT32);
    std::string problem = call(elements, results_);
    if (!problem.empty()) return "pictures in float32: " + problem;
    // All choices of few images; of many, all of them and one at a time.
    const size_t choices = size_t{1} << images_.size();
    for (size_t choice = 1; choice < choices; ++choice) {
      if (images_.size() > 3 && choice + 1 != choices && (choice & (choice - 1)) != 0) continue;
      std::string which;
      for (size_t i = 0; i < images_.size(); ++i) {
        const bool bytes = (choice >> i & 1) != 0;
        elements[images_[i]] = bytes ? CONVOY_UINT8 : CONVOY_FLOAT32;
        if (bytes)
          which += std::string(which.empty() ? "" : ", ") + port(static_cast<int32_t>(images_[i])).name;
      }
      std::vector<Buffer> outputs;
      problem = call(elements, outputs);
      if (problem.empty()) problem = compare(elements, outputs);
      if (!problem.empty()) return "with bytes as " + which + ": " + problem;
    }
    return "";
  }

private:
  size_t portCount() const { return static_cast<size_t>(p_.input_count + p_.output_count); }
  const convoy_port& port(int32_t i) const {
    return i < p_.input_count ? p_.inputs[i] : p_.outputs[i - p_.input_count];
  }
  const std::vector<int64_t>& extents(size_t i) const {
    return i < r_.inputs.size() ? r_.inputs[i] : r_.outputs[i - r_.inputs.size()];
  }
  size_t elementsOf(size_t i) const {
    int64_t count = r_.batch;
    for (int64_t extent : extents(i)) count *= extent;
    return static_cast<size_t>(port(static_cast<int32_t>(i)).rank == 0 ? 1 : count);
  }
  Buffer buffer(size_t bytes) const { return std::make_unique<GuardedBuffer>(bytes, r_.flush); }

  // Where element i of planes lies in bytes.
  size_t placeOf(size_t image, size_t i) const {
    const auto channels = static_cast<size_t>(extents(image)[0]);
    const auto pixels = static_cast<size_t>(extents(image)[1] * extents(image)[2]);
    const size_t item = i / (channels * pixels), rest = i % (channels * pixels);
    return (item * pixels + rest % pixels) * channels + rest / pixels;
  }

  // Images have all 256 values, every tensor small numbers.
  void makeInputs() {
    Random random(r_.seed);
    for (size_t i = 0; i < r_.inputs.size(); ++i) {
      const size_t count = elementsOf(i);
      const bool image = port(static_cast<int32_t>(i)).image_channels > 0;
      planes_.push_back(buffer(count * sizeof(float)));
      bytes_.push_back(buffer(image ? count : 0));
      for (size_t k = 0; k < count; ++k) {
        const int64_t byte = random.between(0, 255);
        planes_[i]->as<float>()[k] =
            image ? static_cast<float>(byte) / 255.0f : static_cast<float>(byte % 7) - 3;
        if (image) bytes_[i]->as<uint8_t>()[placeOf(i, k)] = static_cast<uint8_t>(byte);
      }
      planes_[i]->protect();
      bytes_[i]->protect();
    }
  }

  std::string call(const std::vector<int32_t>& elements, std::vector<Buffer>& outputs) {
    const int threads = r_.executor ? r_.executor->threads : 1;
    std::vector<const void*> inputPointers;
    std::vector<void*> outputPointers;
    for (size_t i = 0; i < portCount(); ++i) {
      const bool bytes = elements[i] == CONVOY_UINT8;
      if (i < r_.inputs.size()) {
        inputPointers.push_back((bytes ? bytes_ : planes_)[i]->as<void>());
        continue;
      }
      const size_t size = elementsOf(i) * (bytes ? 1 : sizeof(float));
      outputs.push_back(buffer(size));
      if (size) std::memset(outputs.back()->as<void>(), threads == 1 ? 0xa5 : 0x3c, size);
      outputPointers.push_back(outputs.back()->as<void>());
    }
    const int64_t bytes = p_.workspace_size(r_.sizes.data(), r_.batch, threads, elements.data());
    if (bytes < 0 || bytes % CONVOY_ALIGNMENT) return "a workspace of " + std::to_string(bytes) + " bytes";
    Buffer workspace = buffer(static_cast<size_t>(bytes));
    if (bytes) std::memset(workspace->as<void>(), 0xff, static_cast<size_t>(bytes)); // NaN
    convoy_call call{
        r_.sizes.data(),       r_.batch, inputPointers.data(), outputPointers.data(), r_.prepared,
        workspace->as<void>(), bytes,    r_.executor,          elements.data()};
    if (const int32_t status = p_.run(&call)) return "the status is " + std::to_string(status);
    if (!workspace->intact()) return "something beside the workspace was written";
    for (size_t o = 0; o < outputs.size(); ++o)
      if (!outputs[o]->intact()) return "something beside output " + std::to_string(o) + " was written";
    return "";
  }

  static uint8_t toByte(float x) {
    const float shade = x > 0 ? (x < 1 ? x : 1) : 0; // NaN is not above 0
    return static_cast<uint8_t>(std::nearbyintf(shade * 255.0f));
  }

  // In whole numbers a half is exact and goes to the even byte; float32 has it a little above or below.
  static bool isHalf(int byte, float x) {
    const double shade = static_cast<double>(x) * 255, low = std::floor(shade);
    return std::fabs(shade - low - 0.5) < 0x1p-10 && byte % 2 == 0 && (byte == low || byte == low + 1);
  }

  std::string compare(const std::vector<int32_t>& elements, const std::vector<Buffer>& outputs) const {
    for (size_t o = 0; o < outputs.size(); ++o) {
      const size_t number = r_.inputs.size() + o;
      const float* wanted = results_[o]->as<float>();
      for (size_t k = 0; k < elementsOf(number); ++k) {
        const std::string where = "output " + std::to_string(o) + " [" + std::to_string(k) + "]: ";
        if (elements[number] == CONVOY_UINT8) {
          const int byte = outputs[o]->as<uint8_t>()[placeOf(number, k)];
          if (byte != toByte(wanted[k]) && !isHalf(byte, wanted[k]))
            return where + std::to_string(byte) + " instead of " + std::to_string(toByte(wanted[k])) +
                   " of " + std::to_string(wanted[k]);
        } else {
          const float actual = outputs[o]->as<float>()[k];
          if (std::memcmp(&actual, &wanted[k], sizeof actual) != 0 &&
              !(std::isnan(actual) && std::isnan(wanted[k])))
            return where + std::to_string(actual) + " instead of " + std::to_string(wanted[k]);
        }
      }
    }
    return "";
  }

  const ImageRun& r_;
  const convoy_pipeline& p_;
  std::vector<size_t> images_; // numbers of ports
  std::vector<Buffer> planes_, bytes_;
  std::vector<Buffer> results_; // of float32
};

} // namespace

bool hasImages(const convoy_pipeline& pipeline) {
  bool any = false;
  for (int32_t i = 0; i < pipeline.input_count; ++i) any |= pipeline.inputs[i].image_channels > 0;
  for (int32_t i = 0; i < pipeline.output_count; ++i) any |= pipeline.outputs[i].image_channels > 0;
  return any;
}

std::string runImages(const ImageRun& run) { return Images(run).run(); }

} // namespace convoy::sweep
