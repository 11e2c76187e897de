// https://huggingface.co/docs/safetensors: eight bytes with the length of the header, the header, the
// numbers.
#include "import/safetensors.h"
#include "command/text.h"
#include "support/json.h"
#include <algorithm>
#include <optional>
#include <tuple>

namespace convoy::weights {

namespace {

using command::quoted;

constexpr uint64_t lengthBytes = 8;
constexpr uint64_t longestHeader = 100'000'000; // the format's own limit
constexpr size_t largestRank = 32;
constexpr unsigned headerDepth = 4;               // an object of objects of arrays, and one to spare
constexpr size_t headerValues = size_t{20} << 16; // of 65536 tensors: 20 for each

struct TypeRow {
  const char* word;
  unsigned bits;
  Element element;
  const char* name;
};
constexpr TypeRow types[] = {
    {"F32", 32, Element::Float32, "float32"},
    {"F16", 16, Element::Float16, "float16"},
    {"BF16", 16, Element::BFloat16, "bfloat16"},
    {"F64", 64, Element::Float64, "float64"},
    {"BOOL", 8, Element::Other, "bool"},
    {"U8", 8, Element::UInt8, "uint8"},
    {"I8", 8, Element::Int8, "int8"},
    {"U16", 16, Element::Other, "uint16"},
    {"I16", 16, Element::Other, "int16"},
    {"U32", 32, Element::Other, "uint32"},
    {"I32", 32, Element::Int32, "int32"},
    {"U64", 64, Element::Other, "uint64"},
    {"I64", 64, Element::Other, "int64"},
    {"C64", 64, Element::Other, "complex64"},
    {"F8_E5M2", 8, Element::Other, "float8"},
    {"F8_E4M3", 8, Element::Other, "float8"},
    {"F8_E8M0", 8, Element::Other, "float8"},
    {"F6_E2M3", 6, Element::Other, "float6"},
    {"F6_E3M2", 6, Element::Other, "float6"},
    {"F4", 4, Element::Other, "float4"},
};

// A list of numbers that are not negative.
std::optional<std::vector<int64_t>> numbers(const Json* json, size_t most) {
  if (!json || !json->asArray() || json->asArray()->size() > most) return std::nullopt;
  std::vector<int64_t> list;
  for (const Json& element : *json->asArray()) {
    const std::optional<int64_t> number = element.asInteger();
    if (!number || *number < 0) return std::nullopt;
    list.push_back(*number);
  }
  return list;
}

// The bytes that the elements take; nothing when they are too many to count or no whole number of bytes.
std::optional<uint64_t> byteCount(const std::vector<int64_t>& shape, unsigned bits) {
  uint64_t count = bits;
  for (int64_t extent : shape)
    if (__builtin_mul_overflow(count, static_cast<uint64_t>(extent), &count)) return std::nullopt;
  if (count % 8 != 0) return std::nullopt;
  return count / 8;
}

struct Part {
  StoredTensor tensor;
  uint64_t begin = 0, end = 0;
};

Result<Part> readPart(const std::string& name, const Json& json, uint64_t dataSize) {
  const std::string who = "its tensor " + quoted(name);
  if (name.size() > TensorStore::longestName)
    return Error{"a tensor's name is longer than " + std::to_string(TensorStore::longestName) + " bytes"};
  const Json* word = json.find("dtype");
  const auto shape = numbers(json.find("shape"), largestRank);
  const auto offsets = numbers(json.find("data_offsets"), 2);
  if (!word || !word->asString() || !shape || !offsets || offsets->size() != 2)
    return Error{who + " is not described by 'dtype', 'shape' and 'data_offsets'"};
  const auto* type = std::find_if(std::begin(types), std::end(types),
                                  [&](const TypeRow& row) { return *word->asString() == row.word; });
  if (type == std::end(types))
    return Error{who + " has elements of an unknown type, " + quoted(*word->asString())};

  Part part{{name, *shape, type->element, type->name},
            static_cast<uint64_t>((*offsets)[0]),
            static_cast<uint64_t>((*offsets)[1])};
  if (part.begin > part.end || part.end > dataSize) return Error{who + " lies outside of the file"};
  const std::optional<uint64_t> bytes = byteCount(*shape, type->bits);
  if (!bytes) return Error{who + " has a shape that is too large"};
  if (*bytes != part.end - part.begin)
    return Error{who + " needs " + std::to_string(*bytes) + " bytes, but has " +
                 std::to_string(part.end - part.begin)};
  return part;
}

class Safetensors : public TensorStore {
public:
  Safetensors(InputFile file, const std::string& path, SafetensorsHeader header, uint64_t dataBegin)
      : file_(std::move(file)), offsets_(std::move(header.offsets)), dataBegin_(dataBegin) {
    tensors_ = std::move(header.tensors);
    files_ = {path};
  }

  Outcome read(size_t tensor, const PieceSink& sink) const override {
    const StoredTensor& stored = tensors_[tensor];
    uint64_t size = sizeOf(stored.element);
    for (int64_t extent : stored.shape) size *= static_cast<uint64_t>(extent);
    return readPieces(file_, dataBegin_ + offsets_[tensor], size, pieceSize, sink);
  }

private:
  InputFile file_;
  std::vector<uint64_t> offsets_;
  uint64_t dataBegin_;
};

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json, uint64_t dataSize) {
  JsonLimits limits;
  limits.depth = headerDepth;
  limits.values = headerValues;
  limits.uniqueKeys = true;
  std::string problem;
  const std::optional<Json> root = parseJson(json, &problem, limits);
  if (!root) return Error{"its header is " + problem};
  if (json.front() != '{') return Error{"its header is no JSON object"};

  std::vector<Part> parts;
  for (const auto& [name, description] : *root->asObject()) {
    if (name == "__metadata__") continue;
    Result<Part> part = readPart(name, description, dataSize);
    if (!part) return part.error();
    parts.push_back(std::move(*part));
  }
  if (parts.size() > TensorStore::largestCount)
    return Error{"it has more than " + std::to_string(TensorStore::largestCount) + " tensors"};

  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return std::tie(a.begin, a.end, a.tensor.name) < std::tie(b.begin, b.end, b.tensor.name);
  });
  SafetensorsHeader header;
  uint64_t end = 0;
  for (Part& part : parts) {
    if (part.begin < end)
      return Error{"its tensors " + quoted(header.tensors.back().name) + " and " + quoted(part.tensor.name) +
                   " overlap"};
    if (part.begin > end)
      return Error{"nothing describes the bytes before its tensor " + quoted(part.tensor.name)};
    end = part.end;
    header.offsets.push_back(part.begin);
    header.tensors.push_back(std::move(part.tensor));
  }
  if (end != dataSize)
    return Error{"nothing describes its last " + std::to_string(dataSize - end) + " bytes"};
  return header;
}

Result<std::unique_ptr<TensorStore>> openSafetensors(InputFile file, const std::string& path) {
  uint8_t bytes[lengthBytes];
  if (Outcome error = file.read(0, bytes, sizeof bytes)) return *error;
  uint64_t length = 0;
  for (size_t i = 0; i < lengthBytes; ++i) length |= static_cast<uint64_t>(bytes[i]) << (8 * i);
  if (length > longestHeader) return Error{"its header is longer than 100 MB"};
  if (length > file.size() - lengthBytes) return Error{"it ends too early"};
  std::string json(static_cast<size_t>(length), '\0');
  if (Outcome error = file.read(lengthBytes, json.data(), json.size())) return *error;
  const uint64_t dataBegin = lengthBytes + length;
  Result<SafetensorsHeader> header = parseSafetensorsHeader(json, file.size() - dataBegin);
  if (!header) return header.error();
  return std::unique_ptr<TensorStore>(
      std::make_unique<Safetensors>(std::move(file), path, std::move(*header), dataBegin));
}

} // namespace convoy::weights
