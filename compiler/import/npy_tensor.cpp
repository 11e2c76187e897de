#include "import/npy_tensor.h"
#include "command/text.h"

namespace convoy::weights {

namespace {

// NumPy's words: an order ('<', '>', '|' or '='), a letter for the kind, bytes.
Element elementOf(const std::string& word) {
  if (word == "<f4") return Element::Float32;
  if (word == "<f2") return Element::Float16;
  if (word == "<f8") return Element::Float64;
  if (word == "|i1") return Element::Int8;
  if (word == "|u1") return Element::UInt8;
  if (word == "<i4") return Element::Int32;
  return Element::Other;
}

std::string bits(const std::string& bytes) {
  const std::optional<int64_t> count = command::parseInteger(bytes, 1, 64);
  return count ? std::to_string(8 * *count) : "";
}

std::string nameOf(const std::string& word) {
  const std::string unknown = "elements of type " + command::quoted(word);
  if (word.size() < 2) return unknown;
  const std::string size = word.substr(2), order = word[0] == '>' ? "big-endian " : "";
  switch (word[1]) {
  case 'f': return order + "float" + bits(size);
  case 'i': return order + "int" + bits(size);
  case 'u': return order + "uint" + bits(size);
  case 'c': return order + "complex" + bits(size);
  case 'b': return "bool";
  case 'O': return "Python objects";
  case 'V': return size.empty() ? "elements with fields" : unknown;
  case 'U':
  case 'S': return "text";
  default: return unknown; // dates, and what NumPy may invent
  }
}

} // namespace

Result<NpyTensor> describeNpy(const uint8_t* bytes, size_t size, uint64_t fileSize) {
  Result<command::NpyHeader> header = command::parseNpyHeader(bytes, size);
  if (!header) return header.error();
  NpyTensor npy;
  npy.tensor.element = elementOf(header->element);
  npy.tensor.elementName = nameOf(header->element);
  npy.tensor.fortranOrder = header->fortranOrder;
  npy.offset = header->offset;
  // What no parameter takes is never read, so its size does not matter.
  if (npy.tensor.element != Element::Other) {
    if (Outcome error = command::checkNpySize(*header, sizeOf(npy.tensor.element), fileSize)) return *error;
    npy.size = fileSize - npy.offset;
  }
  npy.tensor.shape = std::move(header->shape);
  return npy;
}

std::string withoutNpy(const std::string& name) {
  constexpr size_t ending = 4; // ".npy"
  const bool ends = name.size() > ending && name.compare(name.size() - ending, ending, ".npy") == 0;
  return ends ? name.substr(0, name.size() - ending) : name;
}

} // namespace convoy::weights
