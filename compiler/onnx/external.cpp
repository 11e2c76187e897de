#include "onnx/external.h"
#include "command/text.h"
#include "import/input_file.h"
#include "onnx/model.h"
#include "support/error_words.h"
#include <algorithm>

namespace convoy::onnx {

using command::Error;
using command::Outcome;

command::Result<ExternalFiles::Bytes> ExternalFiles::read(const ExternalPlace& place) {
  const auto inFile = [&](const Error& error) {
    return Error{"in its file " + command::quoted(place.location) + ": " + error.text};
  };
  if (place.location.empty()) return Error{"its elements are in an external file without a name"};
  if (place.location.size() > ExternalPlace::longestLocation)
    return Error{"the name of its external file is too long"};
  command::Result<std::string> path = find(place.location);
  if (!path) return inFile(path.error());
  command::Result<Bytes> bytes = readPart(*path, {place.offset, place.length});
  if (!bytes) return inFile(bytes.error());
  return bytes;
}

// The file's path without links, when it is below the folder.
command::Result<std::string> ExternalFiles::find(const std::string& location) const {
  namespace fs = std::filesystem;
  const fs::path relative(location);
  if (location.find('\0') != std::string::npos) return Error{"the name has a zero byte"};
  if (relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end())
    return Error{"it may only be in the folder of the model"};
  std::error_code error;
  const fs::path folder = fs::canonical(model_.has_parent_path() ? model_.parent_path() : ".", error);
  if (error) return Error{errorWords(error.value())};
  const fs::path file = fs::canonical(folder / relative, error);
  if (error) return Error{errorWords(error.value())};
  if (std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first != folder.end())
    return Error{"it is a link that leads out of the folder of the model"};
  return file.string();
}

command::Result<ExternalFiles::Bytes> ExternalFiles::readPart(const std::string& path, const Part& part) {
  command::Result<weights::InputFile> opened = weights::InputFile::open(path);
  if (!opened) return opened.error();
  File& file = files_[path];
  if (const auto known = file.parts.find(part); known != file.parts.end()) return known->second;

  const auto [offset, length] = part;
  if (offset > opened->size() || length > opened->size() - offset)
    return Error{"bytes " + std::to_string(offset) + " to " + std::to_string(offset + length) +
                 " are wanted, but it has " + std::to_string(opened->size())};
  if (file.taken + length > opened->size()) return Error{"tensors overlap in it"};
  if (taken_ + length > Limits::externalSize) return Error{"external files have too many bytes"};
  const auto bytes = std::make_shared<std::string>(static_cast<size_t>(length), '\0');
  if (Outcome problem = opened->read(offset, bytes->data(), bytes->size())) return *problem;
  file.taken += length;
  taken_ += length;
  return file.parts[part] = bytes;
}

} // namespace convoy::onnx
