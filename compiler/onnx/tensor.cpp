// TensorProto.
#include "command/text.h"
#include "onnx/data_types.h"
#include "onnx/decode.h"
#include <algorithm>

namespace convoy::onnx {

namespace {

// The fields of a TensorProto that are not in a Tensor: where its elements are.
struct Stored {
  std::string_view raw;
  size_t counts[std::size(dataFields)] = {};
  bool external = false;
  ExternalPlace place;
  std::string offset, length; // texts; empty: not given
};

std::string shapeText(const std::vector<int64_t>& dims) {
  std::string text;
  for (int64_t dim : dims) text += (text.empty() ? "" : ", ") + std::to_string(dim);
  return "[" + text + "]";
}

class TensorReader {
public:
  TensorReader(Message message, Decoding& decoding)
      : message_(message), decoding_(decoding), faults_(decoding.faults) {}

  Tensor read() {
    for (Message field = message_; field.next();) readField(field);
    if (!faults_) readElements();
    if (!tensor_.name.empty()) faults_.within("tensor " + command::quoted(tensor_.name));
    return std::move(tensor_);
  }

private:
  void readField(Message& field) {
    switch (field.field()) {
    case 1:
      field.eachNumber(Wire::Varint, [&](uint64_t dim) {
        if (tensor_.dims.size() == Limits::dimensions)
          return faults_.refuse("it has more than " + std::to_string(Limits::dimensions) + " dimensions");
        tensor_.dims.push_back(static_cast<int64_t>(dim));
      });
      break;
    case 2: tensor_.type = static_cast<DataType>(field.integer()); break;
    case 3: faults_.refuse("it is a segment of a larger one"); break;
    case 8: tensor_.name = readName(field, decoding_); break;
    case 9: stored_.raw = field.bytes(); break;
    case 13: readPlace(field.message()); break;
    case 14: readLocation(field.integer()); break;
    }
    for (size_t i = 0; i < std::size(dataFields); ++i)
      if (dataFields[i].field == field.field()) stored_.counts[i] += field.count(dataFields[i].wire);
  }

  void readLocation(int64_t location) {
    if (location != 0 && location != 1) return faults_.refuse("its data is in an unknown place");
    stored_.external = location == 1;
  }

  // An entry of external_data: a key and its value.
  void readPlace(Message entry) {
    std::string key, value;
    while (entry.next()) switch (entry.field()) {
      case 1: key = readName(entry, decoding_); break;
      case 2: value = entry.bytes().substr(0, ExternalPlace::longestLocation + 1); break;
      }
    if (key == "location") stored_.place.location = value;
    if (key == "offset") stored_.offset = value;
    if (key == "length") stored_.length = value;
  }

  void readElements() {
    const TypeRow* row = rowOf(tensor_.type);
    const std::optional<uint64_t> size = bytesOf(row ? row->size : 0);
    if (!size || !row) return;
    const DataField* own = nullptr;
    size_t count = 0; // of values in it
    for (size_t i = 0; i < std::size(dataFields); ++i) {
      if (dataFields[i].field == row->field)
        own = &dataFields[i], count = stored_.counts[i];
      else if (stored_.counts[i] > 0)
        return faults_.refuse("it has " + std::string(dataFields[i].name) +
                              ", which is not for elements of type " + row->name);
    }
    if ((count > 0) + !stored_.raw.empty() + stored_.external > 1)
      return faults_.refuse("it has its elements twice");
    if (stored_.external) return readExternal(*row, *size);
    const auto elements = static_cast<uint64_t>(tensor_.elements());
    if (row->kind == TypeRow::Text)
      return checkCount(*row, std::string("values in ") + own->name, count, elements);
    if (count == 0) return takeRaw(*row, *size);
    const uint64_t each = row->kind == TypeRow::Complex ? 2 : 1;
    checkCount(*row, std::string("values in ") + own->name, count, each * elements);
    if (!faults_) decode(*row, *own, *size);
  }

  // What as many elements need as the shape says, or nothing after a fault. Their own number fits in 64 bits,
  // too.
  std::optional<uint64_t> bytesOf(uint64_t elementSize) {
    uint64_t count = 1;
    bool fits = true, empty = false;
    for (int64_t dim : tensor_.dims) {
      if (dim < 0)
        return faults_.refuse("its dimension " + std::to_string(dim) + " is negative"), std::nullopt;
      empty = empty || dim == 0;
      fits = fits && !__builtin_mul_overflow(count, static_cast<uint64_t>(dim), &count);
    }
    if (empty) return 0;
    fits = fits && count <= INT64_MAX && !__builtin_mul_overflow(count, elementSize, &count) &&
           count <= INT64_MAX;
    if (!fits) return faults_.refuse("its shape " + shapeText(tensor_.dims) + " is too large"), std::nullopt;
    return count;
  }

  void checkCount(const TypeRow& row, const std::string& things, uint64_t count, uint64_t needed) {
    if (count != needed)
      faults_.refuse("as " + shapeText(tensor_.dims) + " of " + row.name + " it needs " +
                     std::to_string(needed) + " " + things + ", but it has " + std::to_string(count));
  }

  void takeRaw(const TypeRow& row, uint64_t size) {
    checkCount(row, "bytes", stored_.raw.size(), size);
    setBytes(row, stored_.raw, decoding_.file);
  }

  void readExternal(const TypeRow& row, uint64_t size) {
    if (row.kind == TypeRow::Text) return faults_.refuse("its strings are in an external file");
    if (!decoding_.external) return faults_.refuse("its elements are in an external file");
    const std::optional<uint64_t> offset = numberOf(stored_.offset, 0),
                                  length = numberOf(stored_.length, size);
    if (!offset || !length) return faults_.refuse("its offset or length in an external file is no number");
    checkCount(row, "bytes", *length, size);
    if (faults_) return;
    stored_.place.offset = *offset;
    stored_.place.length = *length;
    auto bytes = decoding_.external->read(stored_.place);
    if (!bytes) return faults_.refuse(bytes.error().text);
    setBytes(row, **bytes, *bytes);
  }

  static std::optional<uint64_t> numberOf(const std::string& text, uint64_t otherwise) {
    return text.empty() ? otherwise : command::parseInteger(text, 0, INT64_MAX);
  }

  // The field has as many numbers as the shape, so memory is taken for what is there.
  void decode(const TypeRow& row, const DataField& data, uint64_t size) {
    const auto bytes = std::make_shared<std::string>();
    bytes->reserve(static_cast<size_t>(size));
    const bool signedWords = data.field == 5; // int32_data
    const size_t width = data.wire == Wire::Varint ? row.size : data.wire == Wire::Fixed32 ? 4 : 8;
    for (Message field = message_; field.next();)
      if (field.field() == data.field)
        field.eachNumber(data.wire, [&](uint64_t bits) {
          if (signedWords) bits = static_cast<uint64_t>(static_cast<int32_t>(bits));
          if (data.wire == Wire::Varint && !isElement(row, bits))
            return faults_.refuse(
                "its " + std::string(data.name) + " has " +
                (signedWords ? std::to_string(static_cast<int64_t>(bits)) : std::to_string(bits)) +
                ", which is no " + row.name);
          bytes->append(reinterpret_cast<const char*>(&bits), width);
        });
    if (!faults_) setBytes(row, *bytes, bytes);
  }

  // Whether the number can be an element; of a real type, whether it can be its bits.
  static bool isElement(const TypeRow& row, uint64_t bits) {
    if (row.size == 8) return true;
    const auto number = static_cast<int64_t>(bits);
    if (row.kind == TypeRow::Signed)
      return number >= -(1LL << (8 * row.size - 1)) && number < 1LL << (8 * row.size - 1);
    return number >= 0 && number < 1LL << 8 * row.size;
  }

  void setBytes(const TypeRow& row, std::string_view bytes, std::shared_ptr<const void> owner) {
    if (row.kind == TypeRow::Truth &&
        std::any_of(bytes.begin(), bytes.end(), [](char byte) { return byte != 0 && byte != 1; }))
      return faults_.refuse("its truth values are not all 0 or 1");
    tensor_.bytes = bytes;
    tensor_.owner = std::move(owner);
  }

  const Message message_;
  Decoding& decoding_;
  Faults& faults_;
  Tensor tensor_;
  Stored stored_;
};

} // namespace

Tensor readTensor(Message message, Decoding& decoding) {
  if (!decoding.tensors.take(decoding.faults)) return {};
  return TensorReader(message, decoding).read();
}

} // namespace convoy::onnx
