// A folder with a file for each tensor.
#include "command/text.h"
#include "import/npy_tensor.h"
#include "support/error_words.h"
#include <algorithm>
#include <filesystem>

namespace convoy::weights {

namespace {

using command::quoted;

class NpyFolder : public TensorStore {
public:
  Outcome add(const std::string& path, const std::string& fileName) {
    Result<InputFile> file = InputFile::open(path);
    if (!file) return inFile(fileName, file.error());
    Result<NpyTensor> npy = describe(*file);
    if (!npy) return inFile(fileName, npy.error());
    npy->tensor.name = withoutNpy(fileName);
    tensors_.push_back(std::move(npy->tensor));
    files_.push_back(path);
    return std::nullopt;
  }

  // Opened again: the files of a large network may be more than a process can hold open.
  Outcome read(size_t tensor, const PieceSink& sink) const override {
    Result<InputFile> file = InputFile::open(files_[tensor]);
    if (!file) return file.error();
    Result<NpyTensor> npy = describe(*file);
    if (!npy) return npy.error();
    const StoredTensor &now = npy->tensor, &before = tensors_[tensor];
    if (now.shape != before.shape || now.element != before.element || now.fortranOrder != before.fortranOrder)
      return Error{"the file was changed while it was read"};
    return readPieces(*file, npy->offset, npy->size, pieceSize, sink);
  }

private:
  static Error inFile(const std::string& fileName, const Error& error) {
    return {"in " + quoted(fileName) + ": " + error.text};
  }

  static Result<NpyTensor> describe(const InputFile& file) {
    const auto prefixSize = static_cast<size_t>(std::min<uint64_t>(file.size(), command::npyPrefix));
    std::vector<uint8_t> bytes(prefixSize);
    if (Outcome error = file.read(0, bytes.data(), bytes.size())) return *error;
    Result<size_t> offset = command::npyDataOffset(bytes.data(), bytes.size());
    if (!offset) return offset.error();
    bytes.resize(static_cast<size_t>(std::min<uint64_t>(file.size(), *offset)));
    if (Outcome error = file.read(0, bytes.data(), bytes.size())) return *error;
    return describeNpy(bytes.data(), bytes.size(), file.size());
  }
};

} // namespace

Result<std::unique_ptr<TensorStore>> openNpyFolder(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, error), end;
  for (; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code none; // of a file that is gone or a broken link: opening it says more
    if (withoutNpy(name) == name || entry->is_directory(none)) continue;
    names.push_back(name);
    if (names.size() > TensorStore::largestCount)
      return Error{"it has more than " + std::to_string(TensorStore::largestCount) + " tensors"};
  }
  if (error) return Error{errorWords(error.value())};
  if (names.empty()) return Error{"there is no .npy file in this folder"};
  std::sort(names.begin(), names.end());
  auto folder = std::make_unique<NpyFolder>();
  for (const std::string& name : names)
    if (Outcome problem = folder->add((std::filesystem::path(path) / name).string(), name)) return *problem;
  return std::unique_ptr<TensorStore>(std::move(folder));
}

} // namespace convoy::weights
