#include "import/write_safetensors.h"
#include "support/internal_error.h"
#include "support/json.h"
#include <cstring>

namespace convoy::weights {

namespace {

const char* wordOf(convoy::Element element) {
  switch (element) {
  case convoy::Element::F32: return "F32";
  case convoy::Element::U8: return "U8";
  case convoy::Element::I8: return "I8";
  case convoy::Element::I32: return "I32";
  }
  internalError("an element without a word");
}

// Little-endian.
void append(std::string& bytes, uint64_t number, size_t count) {
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

void append(std::string& bytes, float number, convoy::Element element) {
  uint32_t bits = 0;
  switch (element) {
  case convoy::Element::F32: std::memcpy(&bits, &number, sizeof bits); return append(bytes, bits, 4);
  case convoy::Element::U8:
  case convoy::Element::I8: return append(bytes, static_cast<uint64_t>(static_cast<int64_t>(number)), 1);
  case convoy::Element::I32: return append(bytes, static_cast<uint64_t>(static_cast<int64_t>(number)), 4);
  }
}

} // namespace

std::string safetensors(const std::vector<TensorToWrite>& tensors) {
  Json header = Json::object();
  std::string numbers;
  for (const TensorToWrite& tensor : tensors) {
    const auto begin = static_cast<int64_t>(numbers.size());
    for (float number : *tensor.numbers) append(numbers, number, tensor.type.element);
    Json shape = Json::array(), place = Json::array(), entry = Json::object();
    int64_t count = 1;
    for (const Size& dim : tensor.type.dims) shape.push(dim.known()), count *= dim.known();
    require(count == static_cast<int64_t>(tensor.numbers->size()),
            "a tensor's shape is not that of its numbers");
    place.push(begin).push(static_cast<int64_t>(numbers.size()));
    entry.set("dtype", wordOf(tensor.type.element)).set("shape", std::move(shape));
    entry.set("data_offsets", std::move(place));
    header.set(tensor.name, std::move(entry));
  }
  constexpr size_t lengthBytes = 8, alignment = 64;
  std::string text = header.str(), bytes;
  while ((lengthBytes + text.size()) % alignment != 0) text += ' ';
  append(bytes, text.size(), lengthBytes);
  return bytes + text + numbers;
}

} // namespace convoy::weights
