// Models as texts that are the same when they say the same: what this decoder read, and what libprotobuf did.
#pragma once
#include "kept.pb.h"
#include "onnx/model.h"
#include <optional>
#include <string>

namespace convoy::onnx::test {

std::string textOf(const Model& model);
std::string textOf(const Tensor& tensor);

// nullopt: some tensor is not well formed.
std::optional<std::string> textOf(const kept::ModelProto& model);
std::optional<std::string> textOf(const kept::TensorProto& tensor);

} // namespace convoy::onnx::test
