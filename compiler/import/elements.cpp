#include "import/elements.h"
#include "support/internal_error.h"
#include <cmath>
#include <cstring>

namespace convoy::weights {

size_t sizeOf(Element element) {
  switch (element) {
  case Element::Float32:
  case Element::Int32: return 4;
  case Element::Int8:
  case Element::UInt8: return 1;
  case Element::Float16:
  case Element::BFloat16: return 2;
  case Element::Float64: return 8;
  case Element::Other: return 0;
  }
  internalError("an element type without a size");
}

bool isInteger(Element element) {
  return element == Element::Int8 || element == Element::UInt8 || element == Element::Int32;
}

namespace {

// Infinite where float32 may not hold the number: that is then no whole number of a parameter's range.
float fromInt32(int32_t number) {
  constexpr int32_t exact = 1 << 24;
  if (number >= -exact && number <= exact) return static_cast<float>(number);
  return number < 0 ? -INFINITY : INFINITY;
}

float fromBits(uint32_t bits) {
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

float fromBFloat16(uint16_t bits) { return fromBits(static_cast<uint32_t>(bits) << 16); }

// 1 sign, 5 exponent (bias 15) and 10 fraction bits.
float fromFloat16(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
  const uint32_t exponent = bits >> 10 & 0x1Fu, fraction = bits & 0x3FFu;
  if (exponent == 0) // a multiple of the smallest subnormal, which float32 holds as a normal number
    return fromBits(sign | 0x3F800000u) * (static_cast<float>(fraction) * 0x1p-24f);
  if (exponent == 0x1F) return fromBits(sign | 0x7F800000u | fraction << 13); // infinity, NaN
  return fromBits(sign | (exponent + 112) << 23 | fraction << 13);
}

template <typename Stored, typename Convert>
void convertEach(const uint8_t* bytes, size_t size, float* out, Convert convert) {
  for (size_t i = 0; i < size / sizeof(Stored); ++i) {
    Stored number;
    std::memcpy(&number, bytes + i * sizeof(Stored), sizeof number);
    out[i] = convert(number);
  }
}

} // namespace

size_t widen(Element element, const uint8_t* bytes, size_t size, float* out) {
  size_t overflows = 0;
  switch (element) {
  case Element::Float32: convertEach<float>(bytes, size, out, [](float n) { return n; }); return 0;
  case Element::Float16: convertEach<uint16_t>(bytes, size, out, fromFloat16); return 0;
  case Element::BFloat16: convertEach<uint16_t>(bytes, size, out, fromBFloat16); return 0;
  case Element::Float64:
    convertEach<double>(bytes, size, out, [&](double number) {
      const auto rounded = static_cast<float>(number);
      overflows += std::isinf(rounded) && !std::isinf(number);
      return rounded;
    });
    return overflows;
  case Element::Int8: convertEach<int8_t>(bytes, size, out, [](int8_t n) { return float(n); }); return 0;
  case Element::UInt8: convertEach<uint8_t>(bytes, size, out, [](uint8_t n) { return float(n); }); return 0;
  case Element::Int32: convertEach<int32_t>(bytes, size, out, fromInt32); return 0;
  case Element::Other: break;
  }
  internalError("elements that are no numbers cannot become float32");
}

void toRowMajor(const std::vector<int64_t>& shape, const float* from, float* to) {
  int64_t count = 1;
  std::vector<int64_t> strides; // of the dimensions in `from`
  for (int64_t extent : shape) strides.push_back(std::exchange(count, count * extent));
  std::vector<int64_t> at(shape.size(), 0);
  int64_t source = 0;
  for (int64_t i = 0; i < count; ++i) {
    to[i] = from[source];
    // The next position in row-major order: the last dimension counts first.
    for (size_t axis = shape.size(); axis-- > 0;) {
      source += strides[axis];
      if (++at[axis] < shape[axis]) break;
      source -= shape[axis] * strides[axis];
      at[axis] = 0;
    }
  }
}

} // namespace convoy::weights
