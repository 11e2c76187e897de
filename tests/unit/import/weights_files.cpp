#include "weights_files.h"
#include <zlib.h>

namespace convoy::weights::test {

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes textBytes(const std::string& text) { return Bytes(text.begin(), text.end()); }

Bytes makeSafetensors(const std::string& header, const Bytes& data) {
  return bytesOf<uint64_t>({header.size()}) + textBytes(header) + data;
}

Bytes smallSafetensors() {
  return makeSafetensors(R"({"__metadata__": {"format": "pt"},)"
                         R"("a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},)"
                         R"("b.bias": {"dtype": "F32", "shape": [1], "data_offsets": [24, 28]}}   )",
                         bytesOf<float>({1, 2, 3, 4, 5, 6, 0.5}));
}

namespace {

Bytes deflate(const Bytes& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&stream, content.size()));
  stream.next_in = const_cast<uint8_t*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

} // namespace

Bytes makeZip(const std::vector<ZipEntry>& entries) {
  Bytes file, directory;
  for (const ZipEntry& entry : entries) {
    const Bytes packed = entry.deflated ? deflate(entry.content) : entry.content;
    const uint32_t checksum = entry.checksum.value_or(
        static_cast<uint32_t>(crc32(0, entry.content.data(), static_cast<uInt>(entry.content.size()))));
    const auto size = entry.declaredSize.value_or(static_cast<uint32_t>(entry.content.size()));
    const uint16_t method = entry.method ? entry.method : entry.deflated ? 8 : 0;
    const Bytes common = bytesOf<uint16_t>({20, static_cast<uint16_t>(entry.encrypted), method, 0, 0x21}) +
                         bytesOf<uint32_t>({checksum, static_cast<uint32_t>(packed.size()), size}) +
                         bytesOf<uint16_t>({static_cast<uint16_t>(entry.name.size()), 0});
    const auto offset = static_cast<uint32_t>(file.size());
    file = std::move(file) + bytesOf<uint32_t>({0x04034b50}) + common + textBytes(entry.name) + packed;
    directory = std::move(directory) + bytesOf<uint32_t>({0x02014b50}) + bytesOf<uint16_t>({20}) + common +
                bytesOf<uint16_t>({0, 0, 0}) + bytesOf<uint32_t>({0, offset}) + textBytes(entry.name);
  }
  const auto count = static_cast<uint16_t>(entries.size());
  const Bytes end =
      bytesOf<uint32_t>({0x06054b50}) + bytesOf<uint16_t>({0, 0, count, count}) +
      bytesOf<uint32_t>({static_cast<uint32_t>(directory.size()), static_cast<uint32_t>(file.size())}) +
      bytesOf<uint16_t>({0});
  return file + directory + end;
}

Bytes smallNpz(bool deflated) {
  return makeZip({{"a.npy", makeNpy({2, 3}, {1, 2, 3, 4, 5, 6}), deflated},
                  {"b.bias.npy", makeNpy({1}, {0.5}), deflated}});
}

graph::Graph graphWith(const std::vector<WantedParameter>& parameters) {
  graph::Graph graph;
  graph.name = "net";
  for (const WantedParameter& wanted : parameters) {
    graph::Value value;
    value.kind = graph::Value::Parameter;
    value.name = wanted.name;
    for (int64_t extent : wanted.shape) value.type.dims.push_back(extent);
    value.type.element = wanted.element;
    value.data = std::make_shared<graph::ParameterData>();
    graph.values.push_back(std::move(value));
  }
  return graph;
}

std::vector<float> numbersOf(const graph::Graph& graph, const std::string& name) {
  for (const graph::Value& value : graph.values)
    if (value.name == name) return value.data->data;
  ADD_FAILURE() << "no parameter " << name;
  return {};
}

std::string textOf(const DiagnosticEngine& diags) {
  std::string text;
  for (const auto& diagnostic : diags.all()) {
    text += diagnostic->code + ": " + diagnostic->message + "\n";
    for (const std::string& note : diagnostic->notes) text += "  " + note + "\n";
    for (const std::string& help : diagnostic->helps) text += "  help: " + help + "\n";
  }
  return text;
}

std::string problemOf(const std::string& path) {
  DiagnosticEngine diags;
  const std::optional<WeightsFile> file = openWeights(path, {}, diags);
  EXPECT_EQ(file.has_value(), !diags.hasErrors());
  if (file) return "";
  const std::string& message = diags.all().front()->message;
  const std::string before = "cannot read weights from '" + path + "': ";
  EXPECT_EQ(message.compare(0, before.size(), before), 0) << message;
  return message.substr(std::min(before.size(), message.size()));
}

bool readsAll(const std::string& path) {
  DiagnosticEngine diags;
  const std::optional<WeightsFile> file = openWeights(path, {}, diags);
  if (!file) return false;
  constexpr int64_t most = 1 << 20; // elements: a damaged header may declare what cannot be allocated
  std::vector<WantedParameter> parameters;
  for (const StoredTensor& tensor : file->store->tensors()) {
    int64_t count = 1;
    bool small = tensor.element != Element::Other;
    for (int64_t extent : tensor.shape)
      small = small && !__builtin_mul_overflow(count, extent, &count) && count <= most;
    if (small) parameters.push_back({tensor.name, tensor.shape});
  }
  graph::Graph graph = graphWith(parameters);
  return applyWeights(graph, *file, Missing::Error, diags) && !parameters.empty();
}

} // namespace convoy::weights::test
