#include "loop/type.h"
#include <cctype>

namespace convoy::loop {

namespace {
struct ScalarRow {
  Scalar scalar;
  const char* name;
  int bytes;
  bool isFloat;
};
constexpr ScalarRow scalars[] = {
    {Scalar::I1, "i1", 1, false},   {Scalar::U8, "u8", 1, false},    {Scalar::I8, "i8", 1, false},
    {Scalar::U16, "u16", 2, false}, {Scalar::I16, "i16", 2, false},  {Scalar::I32, "i32", 4, false},
    {Scalar::I64, "i64", 8, false}, {Scalar::BF16, "bf16", 2, true}, {Scalar::F32, "f32", 4, true},
    {Scalar::F64, "f64", 8, true},
};
const ScalarRow& row(Scalar scalar) { return scalars[static_cast<int>(scalar)]; }

bool take(std::string_view& text, std::string_view word) {
  if (text.substr(0, word.size()) != word) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<uint32_t> takeNumber(std::string_view& text) {
  uint64_t n = 0;
  size_t i = 0;
  for (; i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) && i < 7; ++i)
    n = n * 10 + static_cast<uint64_t>(text[i] - '0');
  if (i == 0) return std::nullopt;
  text.remove_prefix(i);
  return static_cast<uint32_t>(n);
}

// The longest name that fits: i16 begins like i1.
std::optional<Scalar> takeScalar(std::string_view& text) {
  const ScalarRow* found = nullptr;
  for (const ScalarRow& r : scalars) {
    const std::string_view name = r.name;
    if (text.substr(0, name.size()) == name && (!found || name.size() > std::string_view(found->name).size()))
      found = &r;
  }
  if (!found) return std::nullopt;
  take(text, found->name);
  return found->scalar;
}
} // namespace

const char* nameOf(Scalar scalar) { return row(scalar).name; }
int bytesOf(Scalar scalar) { return row(scalar).bytes; }
bool isFloat(Scalar scalar) { return row(scalar).isFloat; }
bool isUnsigned(Scalar scalar) {
  return scalar == Scalar::I1 || scalar == Scalar::U8 || scalar == Scalar::U16;
}

Type Type::arrayOf(std::vector<uint32_t> extents) const {
  Type t = *this;
  t.array = std::move(extents);
  return t;
}

Type Type::element() const { return arrayOf({}); }

Type Type::withScalar(Scalar other) const {
  Type t = *this;
  t.scalar = other;
  return t;
}

size_t Type::elements() const {
  size_t n = 1;
  for (uint32_t extent : array) n *= extent;
  return n;
}

std::string Type::str() const {
  std::string s;
  switch (kind) {
  case Pointer: s = "ptr"; break;
  case Tile:
    s = "tile<" + std::to_string(rows) + "x" + std::to_string(columns) + "x" + nameOf(scalar) + ">";
    break;
  case Vector:
    s = nameOf(scalar);
    if (lanes > 1) s += "x" + std::to_string(lanes);
    break;
  }
  for (size_t i = 0; i < array.size(); ++i) s += (i ? "," : "[") + std::to_string(array[i]);
  return array.empty() ? s : s + "]";
}

std::optional<Type> readType(std::string_view& text) {
  Type type;
  if (take(text, "ptr")) {
    type = Type::pointer();
  } else if (take(text, "tile<")) {
    auto rows = takeNumber(text);
    if (!rows || !take(text, "x")) return std::nullopt;
    auto columns = takeNumber(text);
    if (!columns || !take(text, "x")) return std::nullopt;
    auto scalar = takeScalar(text);
    if (!scalar || !take(text, ">")) return std::nullopt;
    type = Type::tile(*scalar, *rows, *columns);
  } else {
    auto scalar = takeScalar(text);
    if (!scalar) return std::nullopt;
    uint32_t lanes = 1;
    if (take(text, "x")) {
      auto n = takeNumber(text);
      if (!n || *n < 2 || *n > 256) return std::nullopt;
      lanes = *n;
    }
    type = Type::vector(*scalar, lanes);
  }
  if (take(text, "[")) {
    size_t total = 1;
    do {
      auto extent = takeNumber(text);
      if (!extent || *extent == 0) return std::nullopt;
      total *= *extent;
      if (total > 4096) return std::nullopt;
      type.array.push_back(*extent);
    } while (take(text, ","));
    if (!take(text, "]")) return std::nullopt;
  }
  return type;
}

} // namespace convoy::loop
