// What an expression means: a number, a list, ... known when compiling, or a tensor of the graph.
#pragma once
#include "graph/graph.h"
#include <memory>
#include <variant>

namespace convoy::sema {

struct Value;

// Something went wrong and was reported: everything made of it is poison too, silently.
struct Poison {};
struct SizeTuple {
  std::vector<int64_t> extents; // slowest axis first
};
struct List {
  std::shared_ptr<const std::vector<Value>> elements; // shared: lists are values, and may be large
  // Lists in lists, and all that is inside when it is walked. Shared parts count each time.
  int64_t depth = 1, nodes = 1;
};
struct Tensor {
  graph::ValueId id;
};
// A size that is a number only when the compiled pipeline runs.
struct RunTimeSize {
  Size size;
};
// Several outputs of a block, in their order.
struct Record {
  std::shared_ptr<const std::vector<std::pair<std::string, Value>>> fields;
};

struct Value {
  std::variant<Poison, int64_t, double, bool, std::string, SizeTuple, List, Tensor, RunTimeSize, Record> data;

  template <typename T> const T* as() const { return std::get_if<T>(&data); }
  bool isPoison() const { return as<Poison>() != nullptr; }
  // An integer or a float as a float.
  std::optional<double> number() const {
    if (auto* integer = as<int64_t>()) return static_cast<double>(*integer);
    if (auto* real = as<double>()) return *real;
    return std::nullopt;
  }
};

List makeList(std::vector<Value> elements);

// For messages: "the integer 3", "a list of 2", "tensor[3, H, W]".
std::string describe(const Value& value, const graph::Graph& graph);

// As a text of the script holds it: "3", "0.5", "true", "3x3". nullopt when it has no such form.
std::optional<std::string> textOf(const Value& value);

} // namespace convoy::sema
