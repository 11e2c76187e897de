#include "import/elements.h"
#include "import/report_match.h"
#include "import/weights.h"
#include <algorithm>
#include <new>

namespace convoy::weights {

namespace {

// The numbers of a tensor, and how many of them went beyond float32.
struct Numbers {
  std::vector<float> values;
  size_t overflows = 0;
};

Result<Numbers> readNumbers(const TensorStore& store, size_t index) {
  const StoredTensor& tensor = store.tensors()[index];
  size_t count = 1; // checked against a parameter's shape, so it can be counted
  for (int64_t extent : tensor.shape) count *= static_cast<size_t>(extent);
  Numbers numbers;
  numbers.values.resize(count);
  float* next = numbers.values.data();
  const Outcome error = store.read(index, [&](const uint8_t* bytes, size_t size) {
    numbers.overflows += widen(tensor.element, bytes, size, next);
    next += size / sizeOf(tensor.element);
  });
  if (error) return *error;
  if (tensor.fortranOrder && tensor.shape.size() > 1) {
    std::vector<float> ordered(count);
    toRowMajor(tensor.shape, numbers.values.data(), ordered.data());
    numbers.values = std::move(ordered);
  }
  return numbers;
}

// A parameter of whole numbers has no others. False after a diagnostic.
bool areWhole(const std::vector<float>& numbers, const graph::Value& parameter, const WeightsFile& file,
              DiagnosticEngine& diags) {
  const convoy::Element element = parameter.type.element;
  if (element == convoy::Element::F32) return true;
  const auto others = std::count_if(numbers.begin(), numbers.end(),
                                    [&](float number) { return !isWholeIn(element, number); });
  if (others == 0) return true;
  diags.report(diag::WeightsWhole, file.location, file.path, counted(others, "number"), parameter.name,
               std::to_string(lowestOf(element)) + " to " + std::to_string(highestOf(element)));
  return false;
}

} // namespace

bool applyWeights(graph::Graph& graph, const WeightsFile& file, Missing missing, DiagnosticEngine& diags) {
  const size_t errorsBefore = diags.errorCount();
  const Match found = match(graph, *file.store);
  reportMisfits(graph, file, found, missing, diags);
  if (diags.errorCount() > errorsBefore) return false;

  for (const Pair& pair : found.fitting) {
    graph::Value& parameter = graph.values[pair.parameter];
    try {
      Result<Numbers> numbers = readNumbers(*file.store, pair.tensor);
      if (!numbers) {
        diags.report(diag::CannotReadWeights, file.location, file.path,
                     "tensor '" + parameter.name + "': " + numbers.error().text);
        return false;
      }
      if (numbers->overflows > 0)
        diags
            .report(diag::WeightsRange, file.location, file.path,
                    counted(static_cast<int64_t>(numbers->overflows), "number"), parameter.name)
            .help("compiled code computes in float32, whose largest number is 3.4e38");
      if (!areWhole(numbers->values, parameter, file, diags)) continue;
      auto data = std::make_shared<graph::ParameterData>();
      data->data = std::move(numbers->values);
      parameter.data = std::move(data);
    } catch (const std::bad_alloc&) {
      diags.report(diag::OutOfMemory, parameter.location, parameter.name);
      return false;
    }
  }
  return diags.errorCount() == errorsBefore;
}

} // namespace convoy::weights
