#include "npy.h"

#include "text.h"

#include <cinttypes>
#include <cstring>

namespace convoy::command {
namespace {

constexpr char magic[] = "\x93NUMPY";
constexpr size_t magicSize = 6;
constexpr size_t largestHeader = 65536;
constexpr size_t largestRank = 32; // NumPy's own limit

// The header is a Python dictionary with three known keys. Anything else is refused.
class HeaderParser {
public:
  explicit HeaderParser(std::string text) : text(std::move(text)) {}

  Outcome parse() {
    if (!take('{')) return broken();
    while (!take('}')) {
      std::string key;
      if (!string(key) || !take(':')) return broken();
      if (Outcome error = value(key)) return error;
      if (!take(',') && peek() != '}') return broken();
    }
    if (peek() != 0) return broken();
    if (!hasElement || !hasOrder || !hasShape) return broken();
    return std::nullopt;
  }

  NpyHeader header;

private:
  static Error broken() { return {"the .npy header is damaged"}; }

  Outcome value(const std::string& key) {
    if (key == "descr" && !hasElement) {
      hasElement = true;
      if (peek() == '[') return fields();
      if (!string(header.element)) return broken();
    } else if (key == "fortran_order" && !hasOrder) {
      hasOrder = true;
      header.fortranOrder = word("True");
      if (!header.fortranOrder && !word("False")) return broken();
    } else if (key == "shape" && !hasShape) {
      hasShape = true;
      return tuple();
    } else {
      return broken();
    }
    return std::nullopt;
  }

  // A list of fields with names and types. Nobody takes such elements, so it is stepped over.
  Outcome fields() {
    header.element = "|V";
    size_t depth = 0;
    std::string name;
    do {
      const char next = peek();
      if (next == 0) return broken();
      if (next == '\'' || next == '"') {
        if (!string(name)) return broken();
        continue;
      }
      if (next == '[' || next == '(') ++depth;
      if (next == ']' || next == ')') --depth;
      ++at;
    } while (depth > 0);
    return std::nullopt;
  }

  Outcome tuple() {
    if (!take('(')) return broken();
    while (!take(')')) {
      peek();
      std::string digits;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') digits += text[at++];
      std::optional<int64_t> extent = parseInteger(digits, 0, INT64_MAX);
      if (!extent || header.shape.size() == largestRank) return broken();
      header.shape.push_back(*extent);
      if (!take(',') && peek() != ')') return broken();
    }
    return std::nullopt;
  }

  char peek() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t')) ++at;
    return at < text.size() ? text[at] : 0;
  }
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at;
    return true;
  }
  bool word(const char* wanted) {
    peek();
    if (text.compare(at, strlen(wanted), wanted) != 0) return false;
    at += strlen(wanted);
    return true;
  }
  bool string(std::string& into) {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return false;
    const size_t end = text.find(quote, at + 1);
    if (end == std::string::npos) return false;
    into = text.substr(at + 1, end - at - 1);
    at = end + 1;
    return true;
  }

  std::string text;
  size_t at = 0;
  bool hasElement = false, hasOrder = false, hasShape = false;
};

Error endsEarly() { return {"the .npy data ends too early"}; }

std::string elementProblem(const std::string& element) {
  const char order = element.empty() ? 0 : element[0];
  const std::string kind = element.substr(element.empty() ? 0 : 1);
  std::string found = "elements of type " + quoted(element);
  if (kind == "f8") found = "float64";
  if (kind == "f2") found = "float16";
  if (kind == "b1") found = "booleans";
  if (kind == "V") found = "elements with fields";
  if (kind.substr(0, 1) == "O") found = "Python objects";
  if (kind == "f4" && order == '>') found = "big-endian float32";
  return "it holds " + found + "; little-endian float32 (or uint8 for images) is needed";
}

bool hasMagic(const uint8_t* file, size_t size) {
  return size >= magicSize && memcmp(file, magic, magicSize) == 0;
}

} // namespace

bool isNpy(const Bytes& file) { return hasMagic(file.data(), file.size()); }

Result<size_t> npyDataOffset(const uint8_t* file, size_t size) {
  if (!hasMagic(file, size)) return Error{"it is not an .npy file"};
  if (size < magicSize + 4) return endsEarly();
  const int version = file[magicSize];
  if (version < 1 || version > 3) return Error{format(".npy version %d is not known", version)};
  const size_t lengthBytes = version == 1 ? 2 : 4;
  const size_t start = magicSize + 2 + lengthBytes;
  if (size < start) return endsEarly();
  size_t length = 0;
  for (size_t i = 0; i < lengthBytes; ++i) length |= static_cast<size_t>(file[magicSize + 2 + i]) << (8 * i);
  if (length > largestHeader) return Error{"the .npy header is longer than 64 KiB"};
  return start + length;
}

Result<NpyHeader> parseNpyHeader(const uint8_t* file, size_t size) {
  Result<size_t> offset = npyDataOffset(file, size);
  if (!offset) return offset.error();
  if (size < *offset) return endsEarly();
  const size_t start = magicSize + (file[magicSize] == 1 ? 4 : 6);
  HeaderParser parser(std::string(file + start, file + *offset));
  if (Outcome error = parser.parse()) return *error;
  parser.header.offset = *offset;
  return std::move(parser.header);
}

Outcome checkNpySize(const NpyHeader& header, uint64_t elementSize, uint64_t fileSize) {
  uint64_t declared = elementSize;
  for (int64_t extent : header.shape)
    if (__builtin_mul_overflow(declared, static_cast<uint64_t>(extent), &declared))
      return Error{"its shape " + extentsText(header.shape) + " is too large"};
  const uint64_t present = fileSize - header.offset;
  if (present < declared) return endsEarly();
  if (present > declared)
    return Error{format("it has %" PRIu64 " bytes more than its shape declares", present - declared)};
  return std::nullopt;
}

Result<NpyArray> parseNpy(const Bytes& file) {
  Result<NpyHeader> header = parseNpyHeader(file.data(), file.size());
  if (!header) return header.error();
  const std::string& element = header->element;
  const bool bytes = element == "|u1" || element == "u1" || element == "<u1";
  if (!bytes && element != "<f4") return Error{elementProblem(element)};
  if (header->fortranOrder)
    return Error{"it is in Fortran order; save it in C order (numpy.ascontiguousarray)"};
  if (Outcome error = checkNpySize(*header, bytes ? 1 : sizeof(float), file.size())) return *error;
  return NpyArray{bytes ? NpyElement::Uint8 : NpyElement::Float32, std::move(header->shape), header->offset};
}

Bytes npyHeader(const std::vector<int64_t>& shape) {
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (size_t i = 0; i < shape.size(); ++i)
    text += std::to_string(shape[i]) + (shape.size() == 1 ? "," : i + 1 < shape.size() ? ", " : "");
  text += "), }";
  // The data starts at a multiple of 64; a newline ends the header.
  const size_t prefix = magicSize + 4;
  while ((prefix + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  Bytes header(magic, magic + magicSize);
  header.insert(header.end(),
                {1, 0, static_cast<uint8_t>(text.size()), static_cast<uint8_t>(text.size() >> 8)});
  header.insert(header.end(), text.begin(), text.end());
  return header;
}

} // namespace convoy::command
