#include "driver/verify_inputs.h"
#include "command/benchmark.h"
#include "command/tensor_file.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::driver {

namespace {

using command::Tensor;

constexpr int64_t largestPicture = int64_t{1} << 28; // pixels

class Maker {
public:
  Maker(const graph::Graph& graph, const convoy_pipeline& pipeline, const Options& options,
        DiagnosticEngine& diags)
      : graph_(graph), pipeline_(pipeline), options_(options), diags_(diags), given_(graph.inputs.size()) {}

  std::optional<RunInputs> run() {
    for (const auto& [name, text] : options_.inputs)
      if (!read(name, text)) return std::nullopt;
    const std::optional<RunSizes> named = findSizes(graph_, options_.sizes, diags_);
    if (!named) return std::nullopt;
    RunInputs result;
    result.sizes = *named;
    for (const auto& [name, number] : sizesOfFiles())
      if (!result.sizes.emplace(name, number).second && result.sizes[name] != number) {
        diags_.report(diag::SizesDoNotFit, {},
                      "--size gives " + name + " " + std::to_string(result.sizes[name]) +
                          ", but the input has " + std::to_string(number));
        return std::nullopt;
      }
    chooseSizes(result.sizes);
    if (!checkSizes(graph_, result.sizes, diags_)) return std::nullopt;
    command::Result<std::vector<Tensor>> seeded = command::seededInputs(pipeline_, result.sizes);
    if (!seeded) {
      diags_.report(diag::CannotRun, {}, graph_.name, seeded.error().text);
      return std::nullopt;
    }
    result.tensors = std::move(*seeded);
    for (size_t i = 0; i < given_.size(); ++i)
      if (given_[i]) result.tensors[i] = std::move(*given_[i]);
    return result;
  }

private:
  bool read(const std::string& name, const std::string& text) {
    std::string names;
    const size_t nameless = namelessInput(graph_, options_);
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const std::string& input = graph_.value(graph_.inputs[i]).name;
      names += (names.empty() ? "" : ", ") + input;
      if (name.empty() ? i != nameless : input != name) continue;
      const convoy_port& port = pipeline_.inputs[i];
      command::Result<Tensor> tensor =
          command::isScalar(port)
              ? command::loadScalar(port, text)
              : inFloats(command::loadTensor(port, pipeline_.size_names, text, largestPicture));
      if (tensor)
        given_[i] = std::move(*tensor);
      else
        diags_.report(diag::CannotRun, {}, graph_.name, tensor.error().text);
      return given_[i].has_value();
    }
    diags_.report(diag::UnknownInput, {}, graph_.name, name).help("its inputs are " + names);
    return false;
  }

  // Extents that do not fit a type are found when the inputs are bound.
  RunSizes sizesOfFiles() const {
    RunSizes sizes;
    for (size_t i = 0; i < given_.size(); ++i) {
      const std::vector<Size>& dims = graph_.value(graph_.inputs[i]).type.dims;
      if (!given_[i] || given_[i]->extents.size() != dims.size()) continue;
      for (size_t axis = 0; axis < dims.size(); ++axis)
        if (!dims[axis].isConstant()) sizes.emplace(*dims[axis].symbols().begin(), given_[i]->extents[axis]);
    }
    return sizes;
  }

  void chooseSizes(RunSizes& sizes) const {
    const RunSizes known = sizes;
    for (int64_t factor : {1, 4, 16}) {
      sizes = known;
      for (graph::ValueId input : graph_.inputs) {
        const std::vector<Size>& dims = graph_.value(input).type.dims;
        for (size_t axis = 1; axis < dims.size(); ++axis) {
          const int64_t fromLast = static_cast<int64_t>(dims.size() - 1 - axis);
          const int64_t extent = fromLast == 0 ? 53 : fromLast == 1 ? 37 : 5;
          if (!dims[axis].isConstant()) sizes.emplace(*dims[axis].symbols().begin(), extent * factor);
        }
      }
      if (!failingCheck(graph_, sizes)) return;
    }
  }

  const graph::Graph& graph_;
  const convoy_pipeline& pipeline_;
  const Options& options_;
  DiagnosticEngine& diags_;
  std::vector<std::optional<Tensor>> given_;
};

} // namespace

int64_t RunInputs::batch() const {
  int64_t batch = 1; // a scalar has none
  for (const Tensor& tensor : tensors)
    if (!tensor.extents.empty()) batch = tensor.batch;
  return batch;
}

size_t namelessInput(const graph::Graph& graph, const Options& options) {
  size_t i = 0;
  auto taken = [&](const graph::Value& input) {
    return input.type.scalar || std::any_of(options.inputs.begin(), options.inputs.end(),
                                            [&](const auto& given) { return given.first == input.name; });
  };
  while (i < graph.inputs.size() && taken(graph.value(graph.inputs[i]))) ++i;
  return i;
}

std::optional<RunInputs> makeInputs(const graph::Graph& graph, const convoy_pipeline& pipeline,
                                    const Options& options, DiagnosticEngine& diags) {
  return Maker(graph, pipeline, options, diags).run();
}

} // namespace convoy::driver
