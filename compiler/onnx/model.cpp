// ModelProto, and files.
#include "import/input_file.h"
#include "onnx/decode.h"
#include <algorithm>
#include <new>

namespace convoy::onnx {

namespace {

using command::Error;
using command::Outcome;
using Bytes = std::shared_ptr<const std::string>;

Result<Bytes> readFile(const std::string& path) {
  Result<weights::InputFile> file = weights::InputFile::open(path);
  if (!file) return file.error();
  if (file->size() > Limits::fileSize) return Error{"it has more than 2 GB"};
  const auto bytes = std::make_shared<std::string>(static_cast<size_t>(file->size()), '\0');
  if (Outcome error = file->read(0, bytes->data(), bytes->size())) return *error;
  return Bytes(bytes);
}

// Of several versions of one domain, the highest counts.
void readOpset(Message message, Decoding& decoding, Model& model) {
  std::string domain;
  int64_t version = 0;
  while (message.next()) switch (message.field()) {
    case 1: domain = readDomain(message, decoding); break;
    case 2: version = message.integer(); break;
    }
  if (!decoding.names.take(decoding.faults)) return;
  int64_t& highest = model.opsets[domain];
  highest = std::max(highest, version);
}

Model readModel(Message message, Decoding& decoding) {
  Faults& faults = decoding.faults;
  Model model;
  bool hasGraph = false;
  while (message.next()) switch (message.field()) {
    case 1: model.irVersion = message.integer(); break;
    case 2: model.producer = readName(message, decoding); break;
    case 3: model.producerVersion = readName(message, decoding); break;
    case 7:
      if (std::exchange(hasGraph, true)) faults.refuse("it has two graphs");
      model.graph = readGraph(message.message(), decoding);
      break;
    case 8: readOpset(message.message(), decoding, model); break;
    case 25:
      message.bytes();
      model.hasFunctions = true;
      break;
    }
  if (!hasGraph) faults.refuse("it has no graph");
  return model;
}

// What `read` makes of the message that a file is.
template <typename Value>
Result<Value> decode(const Bytes& bytes, ExternalFiles* external, Value (*read)(Message, Decoding&)) {
  if (bytes->size() > Limits::fileSize) return Error{"it has more than 2 GB"};
  try {
    Faults faults(*bytes);
    Decoding decoding{faults, bytes, external};
    Value value = read(Message(*bytes, faults), decoding);
    if (faults) return faults.error();
    return value;
  } catch (const std::bad_alloc&) {
    return Error{"there is not enough memory"};
  }
}

template <typename Value>
Result<Value> decodeFile(const std::string& path, Value (*read)(Message, Decoding&)) {
  try {
    Result<Bytes> bytes = readFile(path);
    if (!bytes) return bytes.error();
    ExternalFiles external(path);
    return decode(*bytes, &external, read);
  } catch (const std::bad_alloc&) {
    return Error{"there is not enough memory"};
  }
}

} // namespace

Result<Model> readModel(const std::string& path) { return decodeFile<Model>(path, readModel); }

Result<Model> readModel(const std::shared_ptr<const std::string>& bytes) {
  return decode<Model>(bytes, nullptr, readModel);
}

Result<Tensor> readTensor(const std::string& path) { return decodeFile<Tensor>(path, readTensor); }

} // namespace convoy::onnx
