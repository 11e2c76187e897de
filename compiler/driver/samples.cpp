#include "driver/samples.h"
#include "command/tensor_file.h"
#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <optional>

namespace convoy::driver {

namespace fs = std::filesystem;

namespace {

constexpr int64_t largestPicture = int64_t{1} << 28; // pixels

bool isSample(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* known : {".npy", ".png", ".jpg", ".jpeg", ".ppm", ".pgm"})
    if (ending == known) return true;
  return false;
}

// One of a batch; nullopt: no memory.
std::optional<command::Tensor> itemOf(const command::Tensor& batch, int64_t item) {
  const int64_t count = batch.data.size() / batch.batch;
  command::Result<command::FloatBuffer> data = command::FloatBuffer::allocate(count);
  if (!data) return std::nullopt;
  std::memcpy(data->data(), batch.data.data() + item * count, static_cast<size_t>(count) * sizeof(float));
  command::Tensor one;
  one.extents = batch.extents;
  one.data = std::move(*data);
  return one;
}

} // namespace

std::optional<Samples> Samples::find(const std::string& path, int limit, DiagnosticEngine& diags) {
  Samples samples;
  samples.limit_ = static_cast<size_t>(limit);
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (fs::exists(path, error)) {
      samples.files_ = {path};
      return samples;
    }
    diags.report(diag::CannotRead, {}, path, "No such file or directory");
    return std::nullopt;
  }
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->is_regular_file(error) && isSample(entry->path()))
      samples.files_.push_back(entry->path().string());
  if (error) {
    diags.report(diag::CannotRead, {}, path, error.message());
    return std::nullopt;
  }
  if (samples.files_.empty()) {
    diags.report(diag::NoSamples, {}, path).help("samples are .npy, .png, .jpg, .ppm and .pgm files");
    return std::nullopt;
  }
  std::sort(samples.files_.begin(), samples.files_.end());
  const size_t all = samples.files_.size(), kept = std::min(all, samples.limit_);
  for (size_t i = 0; i < kept; ++i) samples.files_[i] = samples.files_[i * all / kept];
  samples.files_.resize(kept);
  return samples;
}

bool Samples::forEach(const convoy_port& port, const char* const* sizeNames, const Visitor& visit,
                      DiagnosticEngine& diags) const {
  size_t number = 0;
  for (const std::string& file : files_) {
    auto batch = command::inFloats(command::loadTensor(port, sizeNames, file, largestPicture));
    if (!batch) {
      diags.report(diag::WrongSample, {}, file, batch.error().text);
      return false;
    }
    for (int64_t i = 0; i < batch->batch && number < limit_; ++i) {
      std::optional<command::Tensor> item = itemOf(*batch, i);
      if (!item) {
        diags.report(diag::WrongSample, {}, file, "there is not enough memory");
        return false;
      }
      if (!visit(number++, file, std::move(*item))) return false;
    }
  }
  return true;
}

} // namespace convoy::driver
