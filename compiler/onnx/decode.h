// Messages of onnx.proto to the structs of model.h, within limits.
#pragma once
#include "onnx/external.h"
#include "onnx/model.h"
#include "onnx/wire.h"

namespace convoy::onnx {

// How many more things a file may have.
class Allowance {
public:
  Allowance(size_t most, const char* things) : most_(most), left_(most), things_(things) {}
  // A fault, and false, when there are too many.
  bool take(Faults& faults, size_t count = 1) {
    if (count > left_)
      return faults.refuse("there are more than " + std::to_string(most_) + " " + things_), false;
    left_ -= count;
    return true;
  }

private:
  size_t most_, left_;
  const char* things_;
};

struct Decoding {
  Faults& faults;
  std::shared_ptr<const std::string> file; // what messages point into
  ExternalFiles* external;                 // null: such data is a fault

  Allowance nodes{Limits::nodes, "nodes"};
  Allowance attributes{Limits::attributes, "attributes"};
  Allowance tensors{Limits::tensors, "tensors"};
  Allowance values{Limits::values, "descriptions of values"};
  Allowance names{Limits::names, "names, texts and dimensions"};
  Allowance numbers{Limits::numbers, "numbers in attributes"};
};

// The value of a field that is a name.
std::string readName(Message& field, Decoding& decoding);
// The same of a domain, "" for both names of ONNX's own.
std::string readDomain(Message& field, Decoding& decoding);
Tensor readTensor(Message message, Decoding& decoding);
Graph readGraph(Message message, Decoding& decoding);

} // namespace convoy::onnx
