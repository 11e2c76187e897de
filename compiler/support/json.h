// JSON values: made, printed, read. The only door to llvm::json.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace convoy {

class Json {
public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>; // printed in this order

  Json() = default; // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(int64_t{value}) {}
  Json(unsigned value) : value_(int64_t{value}) {}
  Json(int64_t value) : value_(value) {}
  Json(double value) : value_(value) {} // NaN and infinities print as null
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  // Building. The value must be an array or an object respectively.
  Json& push(Json element);
  Json& set(std::string key, Json value); // replaces the value of a key that is there

  // Reading: null pointers and nullopt when the value is of another kind or has no such member.
  bool isNull() const { return std::holds_alternative<std::nullptr_t>(value_); }
  std::optional<bool> asBool() const;
  std::optional<int64_t> asInteger() const; // also a floating-point number that is an exact integer
  std::optional<double> asNumber() const;
  const std::string* asString() const { return std::get_if<std::string>(&value_); }
  const Array* asArray() const { return std::get_if<Array>(&value_); }
  const Object* asObject() const { return std::get_if<Object>(&value_); }
  const Json* find(std::string_view key) const;

  // On one line, or indented by two blanks a level. Invalid UTF-8 is replaced by U+FFFD.
  std::string str(bool indented = false) const;

private:
  friend struct JsonDoor; // in json.cpp: to and from llvm::json
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> value_{nullptr};
};

// What a text may hold. They are checked before anything is built from it.
struct JsonLimits {
  unsigned depth = 100;
  size_t values = SIZE_MAX; // numbers, strings, arrays, ... in all
  bool uniqueKeys = false;  // an object that names a member twice is refused; else one of the two wins
};

// nullopt when the text is not JSON or goes beyond the limits; then `error`, when given, says what and where
// in one phrase ("not valid JSON at line 3, column 7"). Members of objects come sorted by key.
std::optional<Json> parseJson(std::string_view text, std::string* error, const JsonLimits& limits);
std::optional<Json> parseJson(std::string_view text, std::string* error = nullptr, unsigned maxDepth = 100);

} // namespace convoy
