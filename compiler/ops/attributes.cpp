#include "ops/attributes.h"
#include "support/internal_error.h"
#include <charconv>

namespace convoy {

namespace {

struct BorderWord {
  const char* word;
  BorderMode mode;
};
// The first word of a mode is the one that is printed.
constexpr BorderWord kBorderWords[] = {
    {"zero", BorderMode::Constant},
    {"replicate", BorderMode::Replicate},
    {"edge", BorderMode::Replicate},
    {"nearest", BorderMode::Replicate},
    {"reflect", BorderMode::Reflect},
    {"symmetric", BorderMode::Reflect},
    {"reflect101", BorderMode::Reflect101},
    {"mirror", BorderMode::Reflect101},
    {"wrap", BorderMode::Wrap},
    {"circular", BorderMode::Wrap},
};

template <typename Number> std::string shortestText(Number value) {
  char buffer[64];
  auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

template <typename T, typename Text> std::string listText(const std::vector<T>& items, Text text) {
  std::string joined = "[";
  for (const T& item : items) joined += (joined.size() > 1 ? ", " : "") + text(item);
  return joined + "]";
}

struct Printer {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return shortest(value); }
  std::string operator()(const std::string& value) const { return quoted(value); }
  std::string operator()(const std::vector<int64_t>& values) const {
    return listText(values, [](int64_t value) { return std::to_string(value); });
  }
  std::string operator()(const std::vector<double>& values) const {
    return listText(values, [](double value) { return shortest(value); });
  }
  std::string operator()(const std::vector<Size>& values) const {
    return listText(values, [](const Size& value) { return value.str(); });
  }
  std::string operator()(const Border& value) const { return value.str(); }
};

} // namespace

std::string quoted(std::string_view text) {
  static const char* const digits = "0123456789abcdef";
  std::string result = "\"";
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (byte < 32 || byte == 127)
      result += std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
    else
      result += c;
  }
  return result + '"';
}

std::string shortest(double value) { return shortestText(value); }
std::string shortest(float value) { return shortestText(value); }
std::string str(const Attribute& attribute) { return std::visit(Printer(), attribute); }

std::optional<BorderMode> borderModeNamed(std::string_view word) {
  for (const BorderWord& entry : kBorderWords)
    if (word == entry.word) return entry.mode;
  return std::nullopt;
}

const std::vector<std::string>& paddingWords() {
  static const std::vector<std::string> words = {"same", "same_lower", "valid"};
  return words;
}

const std::vector<std::string>& borderWords() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const BorderWord& entry : kBorderWords) all.push_back(entry.word);
    all.push_back("constant");
    return all;
  }();
  return words;
}

std::string Border::str() const {
  if (mode == BorderMode::Constant && value != 0) return "constant(" + shortest(value) + ")";
  for (const BorderWord& entry : kBorderWords)
    if (entry.mode == mode) return entry.word;
  internalError("a border mode without a word");
}

void Attributes::set(const std::string& name, Attribute value) {
  for (auto& item : items_)
    if (item.first == name) {
      item.second = std::move(value);
      return;
    }
  items_.emplace_back(name, std::move(value));
}

void Attributes::erase(const std::string& name) {
  for (auto it = items_.begin(); it != items_.end(); ++it)
    if (it->first == name) {
      items_.erase(it);
      return;
    }
}

const Attribute* Attributes::find(const std::string& name) const {
  for (const auto& item : items_)
    if (item.first == name) return &item.second;
  return nullptr;
}

void Attributes::missing(const std::string& name) {
  internalError("the attribute '" + name + "' is missing or of another type");
}

Window windowOf(const Attributes& attributes) {
  Window window;
  window.kernel = attributes.get<std::vector<int64_t>>("kernel");
  window.stride = attributes.get<std::vector<int64_t>>("stride");
  window.dilation = attributes.get<std::vector<int64_t>>("dilation");
  window.padBegin = attributes.get<std::vector<Size>>("pad_begin");
  window.padEnd = attributes.get<std::vector<Size>>("pad_end");
  if (attributes.has("border")) window.border = attributes.get<Border>("border");
  return window;
}

} // namespace convoy
