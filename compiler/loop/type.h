// Types of loop IR values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace convoy::loop {

// Scalars. I64 is also the type of every index, size and stride; I1 is a truth value or a mask lane.
enum class Scalar : uint8_t { I1, U8, I8, U16, I16, I32, I64, BF16, F32, F64 };
const char* nameOf(Scalar scalar); // "f32"
int bytesOf(Scalar scalar);        // I1: 1
bool isFloat(Scalar scalar);
bool isUnsigned(Scalar scalar); // of integers; a truth value is

// A value is a scalar, a fixed vector, a pointer or a matrix tile; or an array of those, which lives in
// registers: its elements are reached with indices that are known when code is generated.
//   f32   f32x16   ptr   tile<16x32xbf16>   f32x16[14,2]   ptr[5]
struct Type {
  enum Kind : uint8_t { Vector, Pointer, Tile } kind = Vector; // a scalar is a Vector of 1 lane
  Scalar scalar = Scalar::I64;
  uint32_t lanes = 1;             // Vector
  uint32_t rows = 0, columns = 0; // Tile
  std::vector<uint32_t> array;    // extents; empty: not an array

  static Type vector(Scalar scalar, uint32_t lanes) { return {Vector, scalar, lanes, 0, 0, {}}; }
  static Type of(Scalar scalar) { return vector(scalar, 1); }
  static Type index() { return of(Scalar::I64); }
  static Type pointer() { return {Pointer, Scalar::U8, 1, 0, 0, {}}; }
  static Type tile(Scalar scalar, uint32_t rows, uint32_t columns) {
    return {Tile, scalar, 1, rows, columns, {}};
  }
  Type arrayOf(std::vector<uint32_t> extents) const;
  Type element() const; // of an array; otherwise the type itself
  Type withScalar(Scalar other) const;

  bool isArray() const { return !array.empty(); }
  bool isScalar() const { return kind == Vector && lanes == 1; } // also for arrays: the element
  bool isIndex() const { return kind == Vector && lanes == 1 && scalar == Scalar::I64 && !isArray(); }
  bool isPointer() const { return kind == Pointer; }
  bool isTile() const { return kind == Tile; }
  bool isVector() const { return kind == Vector; }
  size_t elements() const; // of the array, 1 otherwise
  std::string str() const;
  bool operator==(const Type& o) const {
    return kind == o.kind && scalar == o.scalar && lanes == o.lanes && rows == o.rows &&
           columns == o.columns && array == o.array;
  }
  bool operator!=(const Type& o) const { return !(*this == o); }
};

// Reads a type from the front of `text` and removes it; nullopt when there is none.
std::optional<Type> readType(std::string_view& text);

} // namespace convoy::loop
