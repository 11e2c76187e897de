// Files of weights made for tests, right ones and wrong ones.
#pragma once
#include "import/weights.h"
#include "test_files.h"

namespace convoy::weights::test {

using convoy::test::Bytes;
using convoy::test::makeNpy;
using convoy::test::makeRawNpy;
using convoy::test::TestWithFolder;

// Little-endian bytes of numbers.
template <typename Number> Bytes bytesOf(const std::vector<Number>& numbers) {
  const auto* first = reinterpret_cast<const uint8_t*>(numbers.data());
  return Bytes(first, first + numbers.size() * sizeof(Number));
}

Bytes operator+(Bytes left, const Bytes& right);
Bytes textBytes(const std::string& text);

// The header's length, the header, the data.
Bytes makeSafetensors(const std::string& header, const Bytes& data);
// "a" is 1 2 3 4 5 6 of shape [2, 3]; "b.bias" is 0.5.
Bytes smallSafetensors();

// An entry of an archive. What is not given is what is right.
struct ZipEntry {
  ZipEntry(std::string name, Bytes content, bool deflated = false)
      : name(std::move(name)), content(std::move(content)), deflated(deflated) {}
  std::string name;
  Bytes content;
  bool deflated;
  bool encrypted = false;                         // says so; the content is as it is
  uint16_t method = 0;                            // another way of packing, when not 0
  std::optional<uint32_t> checksum, declaredSize; // of the unpacked content
};
Bytes makeZip(const std::vector<ZipEntry>& entries);
// The tensors of smallSafetensors().
Bytes smallNpz(bool deflated = false);

// A graph with these parameters, and nothing that uses them.
struct WantedParameter {
  std::string name;
  std::vector<int64_t> shape;
  convoy::Element element = convoy::Element::F32;
};
graph::Graph graphWith(const std::vector<WantedParameter>& parameters);
std::vector<float> numbersOf(const graph::Graph& graph, const std::string& name);

// "E0430: message | note | = help: help", a line for each.
std::string textOf(const DiagnosticEngine& diags);

// What opening says of the file; "" when it can be read.
std::string problemOf(const std::string& path);

// Opens and takes every number there is; whether all went well. Never to crash, whatever the file holds.
bool readsAll(const std::string& path);

} // namespace convoy::weights::test
