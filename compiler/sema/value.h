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
};
struct Tensor {
  graph::ValueId id;
};

struct Value {
  std::variant<Poison, int64_t, double, bool, std::string, SizeTuple, List, Tensor> data;

  template <typename T> const T* as() const { return std::get_if<T>(&data); }
  bool isPoison() const { return as<Poison>() != nullptr; }
  // An integer or a float as a float.
  std::optional<double> number() const {
    if (auto* integer = as<int64_t>()) return static_cast<double>(*integer);
    if (auto* real = as<double>()) return *real;
    return std::nullopt;
  }
};

// For messages: "the integer 3", "a list of 2", "tensor[3, H, W]".
std::string describe(const Value& value, const graph::Graph& graph);

} // namespace convoy::sema
