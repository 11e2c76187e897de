#include "cases.h"
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace convoy::onnx_tests {

namespace {

// What the operators of a case do beyond their layers, by the beginning of its name.
const std::map<std::string, std::string>& reasons() {
  static const std::map<std::string, std::string> table = {
      {"test_maxpool_with_argmax", "uses the indices of the largest elements"},
      {"test_batchnorm_epsilon_training_mode", "trains"},
      {"test_batchnorm_example_training_mode", "trains"},
      {"test_training_dropout", "trains"},
      {"test_shape", "computes nothing: its result is known when compiling"},
      {"test_slice_start_out_of_bounds", "has a result without elements"},
      {"test_split_zero_size_splits", "has a result without elements"},
      {"test_reshape_allowzero_reordered", "has a result without elements"},
      {"test_operator_permute2", "has more than 4 dimensions beside the batch"},
      {"test_dropout_default_mask", "uses the mask of what is dropped"},
      {"test_resize_tf_crop_and_resize", "crops while it resizes"},
      {"test_resize_downsample_scales_cubic_align_corners", "takes the extent before it is rounded"},
      {"test_resize_downsample_scales_linear_align_corners", "takes the extent before it is rounded"},
      {"test_resize_downsample_scales_cubic_A_n0p5_exclude_outside",
       "leaves elements outside out of the sums"},
      {"test_resize_upsample_scales_cubic_A_n0p5_exclude_outside", "leaves elements outside out of the sums"},
  };
  return table;
}

std::string whyNot(const onnx::Model& model, const std::string& name) {
  const auto& listed = listedOperators();
  for (const onnx::Node& node : model.graph.nodes)
    if (!node.domain.empty() || std::find(listed.begin(), listed.end(), node.op) == listed.end())
      return "has the operator " + (node.domain.empty() ? "" : node.domain + ".") + node.op;
  for (const auto& [beginning, reason] : reasons())
    if (name.compare(0, beginning.size(), beginning) == 0) return reason;
  std::set<std::string> initialized;
  for (const onnx::Tensor& tensor : model.graph.initializers) initialized.insert(tensor.name);
  bool anyComputed = false;
  for (const onnx::ValueInfo& input : model.graph.inputs) {
    if (initialized.count(input.name)) continue;
    if (!input.isTensor) return "takes what is no tensor";
    if (input.type == onnx::DataType::Float) anyComputed = true;
    const bool isShape = input.type == onnx::DataType::Int64; // or axes, ...
    if (input.type != onnx::DataType::Float && !isShape) return "computes " + nameOf(input.type);
  }
  for (const onnx::ValueInfo& output : model.graph.outputs) {
    if (!output.isTensor) return "makes what is no tensor";
    const bool isFloat = output.type == onnx::DataType::Float, isIndex = output.type == onnx::DataType::Int64;
    if (!isFloat && !isIndex && output.type != onnx::DataType::Bool) return "computes " + nameOf(output.type);
  }
  if (!anyComputed) return "computes nothing: its result is known when compiling";
  return "";
}

} // namespace

const std::vector<std::string>& listedOperators() {
  static const std::vector<std::string> list = {
      "Abs",
      "Add",
      "ArgMax",
      "AveragePool",
      "BatchNormalization",
      "Cast",
      "Celu",
      "Clip",
      "Concat",
      "Constant",
      "ConstantOfShape",
      "Conv",
      "ConvTranspose",
      "DepthToSpace",
      "Div",
      "Dropout",
      "Elu",
      "Exp",
      "Flatten",
      "Gelu",
      "Gemm",
      "GlobalAveragePool",
      "GlobalLpPool",
      "GlobalMaxPool",
      "HardSigmoid",
      "HardSwish",
      "Identity",
      "InstanceNormalization",
      "LRN",
      "LeakyRelu",
      "Log",
      "LogSoftmax",
      "LpPool",
      "MatMul",
      "Max",
      "MaxPool",
      "Mean",
      "Min",
      "Mish",
      "Mul",
      "Neg",
      "PRelu",
      "Pad",
      "Pow",
      "Reciprocal",
      "ReduceL2",
      "ReduceMax",
      "ReduceMean",
      "ReduceSum",
      "ReduceL1",
      "ReduceMin",
      "ReduceSumSquare",
      "ReduceLogSum",
      "ReduceLogSumExp",
      "Relu",
      "Reshape",
      "Resize",
      "Selu",
      "Shape",
      "Sigmoid",
      "Slice",
      "Softmax",
      "Softplus",
      "Softsign",
      "SpaceToDepth",
      "Split",
      "Sqrt",
      "Squeeze",
      "Sub",
      "Sum",
      "Swish",
      "Tanh",
      "ThresholdedRelu",
      "Transpose",
      "Unsqueeze",
      "Upsample",
      "Less",
      "LessOrEqual",
      "Greater",
      "GreaterOrEqual",
      "Equal",
  };
  return list;
}

std::vector<Case> findCases(const std::string& data) {
  namespace fs = std::filesystem;
  std::vector<Case> cases;
  for (const char* suite : {"node", "pytorch-converted", "pytorch-operator"}) {
    std::vector<Case> found;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(data + "/" + suite, error)) {
      Case one{suite, entry.path().filename().string(), entry.path().string(), "", {}};
      auto model = onnx::readModel(one.folder + "/model.onnx");
      if (model) {
        std::set<std::string> operators;
        for (const onnx::Node& node : model->graph.nodes) operators.insert(node.op);
        one.operators.assign(operators.begin(), operators.end());
        one.reason = whyNot(*model, one.name);
      } else {
        one.reason = "is not read: " + model.error().text;
      }
      found.push_back(std::move(one));
    }
    std::sort(found.begin(), found.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
    cases.insert(cases.end(), found.begin(), found.end());
  }
  return cases;
}

} // namespace convoy::onnx_tests
