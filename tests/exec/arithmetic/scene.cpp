#include "scene.h"
#include "../sweep/data.h"
#include "compiled_text.h"
#include "convoy/runtime.h"
#include "inspect/forms.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace convoy::arithmetic {

namespace {

using reference::Tensor;

std::vector<int64_t> extentsOf(const TensorType& type, const Sizes& sizes) {
  std::vector<int64_t> extents;
  for (const Size& dim : type.dims) extents.push_back(dim.evaluate(sizes).value());
  return extents;
}

size_t elementsOf(const TensorType& type, const Sizes& sizes) {
  size_t count = 1;
  for (int64_t extent : extentsOf(type, sizes)) count *= static_cast<size_t>(extent);
  return count;
}

std::shared_ptr<const graph::ParameterData> numbersOf(std::vector<float> numbers) {
  auto data = std::make_shared<graph::ParameterData>();
  data->data = std::move(numbers);
  return data;
}

// Filled with NaN.
std::unique_ptr<float, void (*)(void*)> memory(int64_t bytes) {
  const size_t whole = static_cast<size_t>(bytes + 63) / 64 * 64 + 64;
  auto* numbers = static_cast<float*>(std::aligned_alloc(64, whole));
  std::fill_n(numbers, whole / sizeof(float), std::nanf(""));
  return {numbers, std::free};
}

void ranges(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count, int64_t) {
  const convoy_executor& pool = *convoy_pool_executor(static_cast<convoy_pool*>(self));
  pool.parallel(pool.self, body, context, count, 1);
}

std::vector<Tensor> tensorsOf(const graph::Graph& graph, const Rows& inputs, int64_t batch,
                              const Sizes& sizes) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i)
    tensors.push_back(
        {extentsOf(graph.value(graph.inputs[i]).type, sizes), batch, {inputs[i].begin(), inputs[i].end()}});
  return tensors;
}

} // namespace

std::vector<double> magnitudes(graph::Graph graph, const Rows& inputs, int64_t batch, const Sizes& sizes) {
  const auto absolute = [](std::vector<float> numbers) {
    for (float& number : numbers) number = std::fabs(number);
    return numbers;
  };
  for (graph::Value& value : graph.values)
    if (value.kind == graph::Value::Parameter) value.data = numbersOf(absolute(value.data->data));
  Rows all;
  for (const std::vector<float>& input : inputs) all.push_back(absolute(input));
  return reference::evaluate(graph, tensorsOf(graph, all, batch, sizes), sizes)[graph.outputs[0].value].data;
}

Scene::Scene(const std::string& script, const std::string& kernels, const std::string& cpu)
    : parsed_(sweep::parseScript("p", script)), pool_(convoy_pool_create(2)) {
  const Target& target = texts::targetFor(cpu);
  const SourceFile text("test.schedule",
                        "schedule @p lanes " + std::to_string(target.lanes()) + " {\n" + kernels + "}\n");
  DiagnosticEngine diags;
  const auto schedule = schedule::read(text, parsed_.graph, target, diags);
  if (!schedule) throw std::runtime_error(renderText(*diags.all().at(0), false));
  schedule_ = *schedule;
  for (graph::Value& value : parsed_.graph.values)
    if (value.kind == graph::Value::Parameter && !value.data)
      value.data = numbersOf(std::vector<float>(elementsOf(value.type, {})));
  program_ = sweep::compileScheduled(parsed_.graph, schedule_, target, 0);
  code_ = std::make_unique<CodeInMemory>(program_.units, weightsOf(program_.description));
}

Scene::~Scene() { convoy_pool_destroy(pool_); }

std::vector<size_t> Scene::parameterSizes() const {
  std::vector<size_t> sizes;
  for (const graph::Value& value : parsed_.graph.values)
    if (value.kind == graph::Value::Parameter) sizes.push_back(elementsOf(value.type, {}));
  return sizes;
}

std::vector<std::string> Scene::parameterNames() const {
  std::vector<std::string> names;
  for (const graph::Value& value : parsed_.graph.values)
    if (value.kind == graph::Value::Parameter) names.push_back(value.name);
  return names;
}

std::vector<size_t> Scene::inputSizes(int64_t batch, const Sizes& sizes) const {
  std::vector<size_t> all;
  for (graph::ValueId id : parsed_.graph.inputs)
    all.push_back(static_cast<size_t>(batch) * elementsOf(parsed_.graph.value(id).type, sizes));
  return all;
}

size_t Scene::resultSize(int64_t batch, const Sizes& sizes) const {
  return static_cast<size_t>(batch) *
         elementsOf(parsed_.graph.value(parsed_.graph.outputs[0].value).type, sizes);
}

std::vector<float> Scene::compute(const Rows& parameters, const Rows& inputs, int64_t batch,
                                  const Sizes& sizes, int threads) const {
  const auto& pipeline = *static_cast<const convoy_pipeline*>(code_->find(program_.prefix + "_pipeline"));
  std::vector<float> weights;
  for (const std::vector<float>& some : parameters) weights.insert(weights.end(), some.begin(), some.end());
  std::vector<int64_t> numbers;
  for (int32_t i = 0; i < pipeline.size_count; ++i) numbers.push_back(sizes.at(pipeline.size_names[i]));
  numbers.push_back(0);
  const auto prepared = memory(pipeline.prepared_size());
  if (pipeline.prepare(weights.data(), prepared.get()) != CONVOY_OK)
    throw std::runtime_error("prepare failed");
  const int64_t bytes = pipeline.workspace_size(numbers.data(), batch, threads, nullptr);
  const auto workspace = memory(bytes);
  std::vector<float> result(resultSize(batch, sizes), std::nanf(""));
  std::vector<const void*> from;
  for (const std::vector<float>& input : inputs) from.push_back(input.data());
  void* to[] = {result.data()};
  convoy_executor executor{ranges, pool_, threads};
  convoy_call call{numbers.data(), batch,           from.data(), to,
                   prepared.get(), workspace.get(), bytes,       threads > 1 ? &executor : nullptr,
                   nullptr};
  if (pipeline.run(&call) != CONVOY_OK) throw std::runtime_error("run failed");
  return result;
}

Result Scene::run(const Rows& parameters, const Rows& inputs, int64_t batch, const Sizes& sizes) {
  Result result;
  result.actual = compute(parameters, inputs, batch, sizes, 1);
  const std::vector<float> other = compute(parameters, inputs, batch, sizes, 2);
  if (std::memcmp(result.actual.data(), other.data(), other.size() * sizeof(float)) != 0)
    throw std::runtime_error("two threads give other bits");
  size_t next = 0;
  for (graph::Value& value : parsed_.graph.values)
    if (value.kind == graph::Value::Parameter) value.data = numbersOf(parameters.at(next++));
  const std::vector<Tensor> values =
      reference::evaluate(parsed_.graph, tensorsOf(parsed_.graph, inputs, batch, sizes), sizes);
  const graph::ValueId output = parsed_.graph.outputs[0].value;
  result.shape = values[output].shape;
  result.expected = values[output].data;
  result.bounds =
      reference::errorBounds(parsed_.graph, values, sizes, inspect::formsOf(parsed_.graph, schedule_))[output]
          .data;
  return result;
}

} // namespace convoy::arithmetic
