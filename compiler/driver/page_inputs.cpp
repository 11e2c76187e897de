#include "driver/page_inputs.h"
#include "driver/interface_table.h"
#include "driver/verify_inputs.h"
#include <algorithm>

namespace convoy::driver {

namespace {

// False after a diagnostic: the files have another shape than the inputs.
bool haveTheirShapes(const convoy_pipeline& pipeline, const std::vector<command::Tensor>& tensors,
                     DiagnosticEngine& diags) {
  std::vector<const int64_t*> shapes;
  std::vector<int32_t> ranks;
  for (const command::Tensor& tensor : tensors) {
    shapes.push_back(tensor.extents.data());
    ranks.push_back(static_cast<int32_t>(tensor.extents.size()));
  }
  std::vector<int64_t> sizes(static_cast<size_t>(pipeline.size_count));
  convoy_failure failure = {};
  if (convoy_bind_sizes(&pipeline, shapes.data(), ranks.data(), sizes.data(), &failure) == CONVOY_OK)
    return true;
  char text[512];
  convoy_failure_text(&pipeline, &failure, text, sizeof text);
  diags.report(diag::CannotRun, {}, pipeline.name, text);
  return false;
}

bool isGiven(const Options& options, const std::string& input) {
  return std::any_of(options.inputs.begin(), options.inputs.end(),
                     [&](const auto& given) { return given.first == input; });
}

} // namespace

std::optional<PageInputs> readPageInputs(const graph::Graph& graph, const Options& options,
                                         DiagnosticEngine& diags) {
  const InterfaceTable table(graph);
  std::optional<RunInputs> read = makeInputs(graph, table.pipeline(), options, diags);
  if (!read || !haveTheirShapes(table.pipeline(), read->tensors, diags)) return std::nullopt;
  PageInputs inputs;
  inputs.sizes = std::move(read->sizes);
  const bool nameless = isGiven(options, "");
  for (size_t i = 0; i < read->tensors.size(); ++i) {
    const command::Tensor& tensor = read->tensors[i];
    const graph::Value& input = graph.value(graph.inputs[i]);
    if (tensor.batch < 1) {
      diags.report(diag::CannotRun, {}, graph.name, "input '" + input.name + "' has no item");
      return std::nullopt;
    }
    const int64_t count = tensor.data.size() / tensor.batch;
    inputs.tensors.push_back({tensor.extents, 1, {tensor.data.data(), tensor.data.data() + count}});
    if (tensor.batch > 1)
      inputs.remarks.push_back(input.name + " is the first of the file's " + std::to_string(tensor.batch) +
                               " items.");
    const bool given = isGiven(options, input.name) || (nameless && i == namelessInput(graph, options));
    if (!given && !input.type.scalar)
      inputs.remarks.push_back("No file is given for " + input.name + ": its numbers are seeded ones.");
  }
  return inputs;
}

} // namespace convoy::driver
