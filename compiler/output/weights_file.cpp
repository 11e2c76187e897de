#include "output/weights_file.h"
#include "support/internal_error.h"
#include "support/json.h"

namespace convoy {

namespace {

std::string hexadecimal(const std::array<uint8_t, 16>& digest) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : digest) (text += digits[byte >> 4]) += digits[byte & 15];
  return text;
}

} // namespace

Artifact makeWeightsFile(const PipelineDescription& description, const std::vector<NamedShape>& tensors) {
  require(description.weights != nullptr, "a file of weights without weights");
  Json header = Json::object();
  Json metadata = Json::object();
  metadata.set("convoy.pipeline", description.name);
  metadata.set("convoy.digest", hexadecimal(description.weightsDigest));
  header.set("__metadata__", std::move(metadata));
  int64_t at = 0;
  for (const NamedShape& tensor : tensors) {
    Json shape = Json::array();
    int64_t bytes = sizeof(float);
    for (int64_t dim : tensor.dims) {
      shape.push(dim);
      bytes *= dim;
    }
    Json entry = Json::object(), place = Json::array();
    place.push(at).push(at + bytes);
    entry.set("dtype", "F32").set("shape", std::move(shape)).set("data_offsets", std::move(place));
    header.set(tensor.name, std::move(entry));
    at += bytes;
  }
  require(at == static_cast<int64_t>(description.weights->size() * sizeof(float)),
          "the parameters' shapes are not those of their numbers");

  constexpr size_t lengthBytes = 8, alignment = 64;
  std::string text = header.str();
  while ((lengthBytes + text.size()) % alignment != 0) text += ' ';
  Artifact file;
  for (size_t i = 0; i < lengthBytes; ++i) file.bytes += static_cast<char>(text.size() >> 8 * i & 0xFF);
  file.bytes += text;
  file.numbers = description.weights;
  return file;
}

} // namespace convoy
