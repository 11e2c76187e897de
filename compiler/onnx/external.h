// Elements of tensors in files of their own, beside a model.
#pragma once
#include "command/result.h"
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace convoy::onnx {

struct ExternalPlace {
  static constexpr size_t longestLocation = 4096;
  std::string location; // relative to the model's folder
  uint64_t offset = 0, length = 0;
};

class ExternalFiles {
public:
  using Bytes = std::shared_ptr<const std::string>;

  explicit ExternalFiles(const std::string& model) : model_(model) {}

  // Only from regular files below the model's folder. What several tensors share is read once, and parts that
  // overlap otherwise are refused: so no more is read than files have. Errors are sentences with the file's
  // name.
  command::Result<Bytes> read(const ExternalPlace& place);

private:
  using Part = std::pair<uint64_t, uint64_t>; // offset, length
  struct File {
    uint64_t taken = 0; // bytes in all parts
    std::map<Part, Bytes> parts;
  };

  command::Result<std::string> find(const std::string& location) const;
  command::Result<Bytes> readPart(const std::string& path, const Part& part);

  std::filesystem::path model_;
  std::map<std::string, File> files_; // by their paths without links
  uint64_t taken_ = 0;                // bytes of all
};

} // namespace convoy::onnx
