#include "command/text.h"
#include "import/weights.h"
#include "support/error_words.h"
#include "support/nearest_file.h"
#include <algorithm>
#include <cstring>
#include <sys/stat.h>

namespace convoy::weights {

namespace {

constexpr size_t prefixSize = 9; // the length of a safetensors header, and the brace that opens it

bool startsWith(const uint8_t (&bytes)[prefixSize], const char* word) {
  return std::memcmp(bytes, word, std::strlen(word)) == 0;
}

Result<std::unique_ptr<TensorStore>> openFile(const std::string& path) {
  Result<InputFile> file = InputFile::open(path);
  if (!file) return file.error();
  uint8_t bytes[prefixSize] = {};
  const auto count = static_cast<size_t>(std::min<uint64_t>(file->size(), prefixSize));
  if (Outcome error = file->read(0, bytes, count)) return *error;

  const std::string ending = command::extensionOf(path);
  if (startsWith(bytes, "PK\3\4") || startsWith(bytes, "PK\5\6") || ending == ".npz")
    return openNpz(std::move(*file), path);
  if (startsWith(bytes, "\x93NUMPY"))
    return Error{"an .npy file has one array without a name; give a folder of them, each named after its "
                 "parameter, or an .npz file"};
  if (bytes[prefixSize - 1] == '{' || ending == ".safetensors")
    return openSafetensors(std::move(*file), path);
  return Error{"it is neither .safetensors nor .npz nor a folder of .npy files"};
}

Result<std::unique_ptr<TensorStore>> open(const std::string& path) {
  if (path.empty()) return Error{"the name is empty"};
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return openNpyFolder(path);
  return openFile(path);
}

} // namespace

std::optional<WeightsFile> openWeights(const std::string& path, Location location, DiagnosticEngine& diags) {
  try {
    Result<std::unique_ptr<TensorStore>> store = open(path);
    if (store) return WeightsFile{path, location, std::move(*store)};
    auto report = diags.report(diag::CannotReadWeights, location, path, store.error().text);
    if (const std::string near = path.empty() ? "" : nearestFile(path); !near.empty())
      report.help("did you mean '" + near + "'?");
    const std::string ending = command::extensionOf(path);
    for (const char* pickled : {".pth", ".pt", ".ckpt", ".bin", ".pkl"})
      if (ending == pickled)
        report.help("PyTorch writes what can be read with safetensors.torch.save_file(model.state_dict(), "
                    "\"net.safetensors\")");
  } catch (const std::bad_alloc&) {
    diags.report(diag::CannotReadWeights, location, path, "there is not enough memory");
  }
  return std::nullopt;
}

} // namespace convoy::weights
