// Attributes of graph nodes: named, typed values, already resolved (no defaults left to apply).
#pragma once
#include "ops/size.h"
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace convoy {

// How positions outside the input are read.
enum class BorderMode { Constant, Replicate, Reflect, Reflect101, Wrap };
struct Border {
  BorderMode mode = BorderMode::Constant;
  double value = 0; // Constant only; `zero` is Constant with 0
  bool operator==(const Border& o) const { return mode == o.mode && value == o.value; }
  std::string str() const; // "zero", "constant(0.5)", "replicate", "reflect", "reflect101", "wrap"
};
// The mode behind a word of the script, aliases included ("zero" is Constant). nullopt: no such word.
// "constant" is not among them: it takes a value.
std::optional<BorderMode> borderModeNamed(std::string_view word);
const std::vector<std::string>& borderWords();  // every word, aliases included, and "constant"
const std::vector<std::string>& paddingWords(); // "same", "same_lower", "valid"

using Attribute = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<Size>, Border>;

// Insertion-ordered, so that printing is stable. get<T>() of a missing or differently typed attribute is an
// internal error: the op table has checked them.
class Attributes {
public:
  void set(const std::string& name, Attribute value);
  void erase(const std::string& name);
  bool has(const std::string& name) const { return find(name) != nullptr; }
  const Attribute* find(const std::string& name) const;
  template <typename T> const T& get(const std::string& name) const;
  const std::vector<std::pair<std::string, Attribute>>& all() const { return items_; }

private:
  [[noreturn]] static void missing(const std::string& name);
  std::vector<std::pair<std::string, Attribute>> items_;
};

template <typename T> const T& Attributes::get(const std::string& name) const {
  const Attribute* a = find(name);
  const T* value = a ? std::get_if<T>(a) : nullptr;
  if (!value) missing(name);
  return *value;
}

// The window of a convolution or pooling node, decoded from its resolved attributes `kernel`, `stride`,
// `dilation`, `pad_begin`, `pad_end`, `border`. One entry per spatial axis, slowest first. Pads may depend on
// run-time sizes (`same` with a stride does; the attribute `padding` then keeps the word). Output position o
// and tap k read input position o * stride + k * dilation - padBegin; positions outside the input come from
// the border (pooling: they count as -inf for max; for average they add 0, and a pooling node has no
// `border`).
struct Window {
  std::vector<int64_t> kernel, stride, dilation;
  std::vector<Size> padBegin, padEnd;
  Border border;
};
Window windowOf(const Attributes& attributes);

// The shortest decimal text that reads back as the same number: "0.1", "1", "1e+20", "inf", "nan".
std::string shortest(double value);
std::string shortest(float value);

// In double quotes, with quotes, backslashes and control characters escaped (\", \\, \xNN).
std::string quoted(std::string_view text);

// As printed in graph IR: "true", "[3, 3]", "\"same\"", "[1, mod(H, 2)]", "replicate".
std::string str(const Attribute& attribute);

} // namespace convoy
