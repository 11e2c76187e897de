#include "support/json.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

namespace convoy {

// Reads and writes the private side of Json.
struct JsonDoor {
  static std::string validUtf8(const std::string& text) {
    return llvm::json::isUTF8(text) ? text : llvm::json::fixUTF8(text);
  }

  static void write(llvm::json::OStream& out, const Json& json) {
    if (const Json::Array* elements = json.asArray()) {
      out.array([&] {
        for (const Json& element : *elements) write(out, element);
      });
    } else if (const Json::Object* members = json.asObject()) {
      out.object([&] {
        for (const auto& [key, value] : *members) {
          out.attributeBegin(validUtf8(key));
          write(out, value);
          out.attributeEnd();
        }
      });
    } else if (const std::string* text = json.asString()) {
      out.value(validUtf8(*text));
    } else if (const auto* flag = std::get_if<bool>(&json.value_)) {
      out.value(*flag);
    } else if (const auto* integer = std::get_if<int64_t>(&json.value_)) {
      out.value(*integer);
    } else if (const auto* number = std::get_if<double>(&json.value_); number && std::isfinite(*number)) {
      out.value(*number);
    } else {
      out.value(nullptr);
    }
  }

  static Json read(const llvm::json::Value& value) {
    switch (value.kind()) {
    case llvm::json::Value::Null: return nullptr;
    case llvm::json::Value::Boolean: return *value.getAsBoolean();
    case llvm::json::Value::Number:
      if (auto integer = value.getAsInteger()) return *integer;
      return *value.getAsNumber();
    case llvm::json::Value::String: return value.getAsString()->str();
    case llvm::json::Value::Array: {
      Json::Array elements;
      for (const llvm::json::Value& element : *value.getAsArray()) elements.push_back(read(element));
      return elements;
    }
    case llvm::json::Value::Object: {
      Json::Object members;
      for (const auto& [key, member] : *value.getAsObject())
        members.emplace_back(llvm::StringRef(key).str(), read(member));
      std::sort(members.begin(), members.end(),
                [](const Json::Member& a, const Json::Member& b) { return a.first < b.first; });
      return members;
    }
    }
    internalError("llvm::json gave a value of an unknown kind");
  }
};

Json& Json::push(Json element) {
  auto* elements = std::get_if<Array>(&value_);
  require(elements, "Json::push on a value that is no array");
  elements->push_back(std::move(element));
  return *this;
}

Json& Json::set(std::string key, Json value) {
  auto* members = std::get_if<Object>(&value_);
  require(members, "Json::set on a value that is no object");
  for (auto& [name, old] : *members)
    if (name == key) return old = std::move(value), *this;
  members->emplace_back(std::move(key), std::move(value));
  return *this;
}

std::optional<bool> Json::asBool() const {
  if (const auto* flag = std::get_if<bool>(&value_)) return *flag;
  return std::nullopt;
}

std::optional<int64_t> Json::asInteger() const {
  if (const auto* integer = std::get_if<int64_t>(&value_)) return *integer;
  constexpr double limit = 9007199254740992.0; // 2^53: above, a double does not say which integer was meant
  if (const auto* number = std::get_if<double>(&value_))
    if (std::abs(*number) <= limit && std::trunc(*number) == *number) return static_cast<int64_t>(*number);
  return std::nullopt;
}

std::optional<double> Json::asNumber() const {
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  if (const auto* integer = std::get_if<int64_t>(&value_)) return static_cast<double>(*integer);
  return std::nullopt;
}

const Json* Json::find(std::string_view key) const {
  if (const Object* members = asObject())
    for (const auto& [name, value] : *members)
      if (name == key) return &value;
  return nullptr;
}

std::string Json::str(bool indented) const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream out(stream, indented ? 2 : 0);
  JsonDoor::write(out, *this);
  return text;
}

namespace {

// What the signs outside of strings tell. llvm::json's parser recurses and takes memory for every value, so
// this comes before it.
struct JsonExtent {
  size_t depth = 0;
  size_t values = 1;  // at most; of valid JSON
  size_t members = 0; // exactly; of valid JSON
};

JsonExtent measure(std::string_view text) {
  JsonExtent extent;
  size_t depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      if (c == '\\') ++i;
      if (c == '"') inString = false;
      continue;
    }
    switch (c) {
    case '"': inString = true; break;
    case '[':
    case '{':
      extent.depth = std::max(extent.depth, ++depth);
      ++extent.values;
      break;
    case ']':
    case '}':
      if (depth > 0) --depth;
      break;
    case ',': ++extent.values; break;
    case ':': ++extent.members; break;
    default: break; // part of a number or a word
    }
  }
  return extent;
}

size_t countMembers(const llvm::json::Value& value) {
  size_t count = 0;
  if (const llvm::json::Array* elements = value.getAsArray())
    for (const llvm::json::Value& element : *elements) count += countMembers(element);
  if (const llvm::json::Object* members = value.getAsObject())
    for (const auto& [key, member] : *members) count += 1 + countMembers(member);
  return count;
}

// Its errors end in "[line:column, byte=offset]"-like text; of that only the place is of use to our users.
std::string placeOf(llvm::Error error) {
  std::string text = llvm::toString(std::move(error));
  unsigned line = 0, column = 0;
  if (std::sscanf(text.c_str(), "[%u:%u", &line, &column) == 2)
    return "not valid JSON at line " + std::to_string(line) + ", column " + std::to_string(column + 1);
  return "not valid JSON";
}

} // namespace

std::optional<Json> parseJson(std::string_view text, std::string* error, const JsonLimits& limits) {
  auto fail = [&](std::string what) {
    if (error) *error = std::move(what);
    return std::nullopt;
  };
  const JsonExtent extent = measure(text);
  if (extent.depth > limits.depth)
    return fail("JSON nested deeper than " + std::to_string(limits.depth) + " levels");
  if (extent.values > limits.values)
    return fail("JSON of more than " + std::to_string(limits.values) + " values");
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(llvm::StringRef(text.data(), text.size()));
  if (!value) return fail(placeOf(value.takeError()));
  if (limits.uniqueKeys && countMembers(*value) < extent.members)
    return fail("JSON that names a member twice");
  return JsonDoor::read(*value);
}

std::optional<Json> parseJson(std::string_view text, std::string* error, unsigned maxDepth) {
  JsonLimits limits;
  limits.depth = maxDepth;
  return parseJson(text, error, limits);
}

} // namespace convoy
