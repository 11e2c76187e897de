#include "convolution.h"
#include "../sweep/data.h"
#include "compiled_text.h"
#include "convoy/runtime.h"
#include "driver/pipeline.h"
#include "inspect/forms.h"
#include <cmath>
#include <stdexcept>

namespace convoy::arithmetic {

namespace {

using reference::NumberForm;
using reference::Tensor;

std::string script(const Shape& s) {
  auto number = [](int64_t n) { return std::to_string(n); };
  return "pipeline p(x: tensor[" + number(s.channels) + ", " + number(s.height) + ", " + number(s.width) +
         "]) {\n  return x |> conv(" + number(s.filters) + ", kernel: " + number(s.kernel) + "x" +
         number(s.kernel) + ", padding: " + number(s.kernel / 2) + ", bias: false, name: \"c\")\n}\n";
}

std::string scheduleText(const Way& way) {
  const bool units = way.form != NumberForm::Float32;
  const std::string layout = way.form == NumberForm::Bf16    ? "bf16"
                             : way.form == NumberForm::Split ? "split"
                                                             : "blocked";
  return "schedule @p lanes 16 {\n" + (units ? "  kernel [x]: reorder " + layout + "\n" : std::string()) +
         "  kernel [c]: " + (way.tiles ? "tiles " : "window ") + layout +
         (way.tiles ? " tile 2x1 writes blocked\n  kernel [c]: reorder planar\n"
                    : " tile 6x1 writes planar\n") +
         "}\n";
}

Tensor absolute(Tensor tensor) {
  for (double& number : tensor.data) number = std::fabs(number);
  return tensor;
}

std::vector<float> run(const sweep::Program& program, const Shape& shape, const std::vector<float>& x) {
  const CodeInMemory code(program.units, weightsOf(program.description));
  const auto& pipeline = *static_cast<const convoy_pipeline*>(code.find(program.prefix + "_pipeline"));
  auto memory = [](int64_t bytes) {
    return std::unique_ptr<char, void (*)(void*)>(
        static_cast<char*>(std::aligned_alloc(64, static_cast<size_t>(bytes + 63) / 64 * 64 + 64)),
        std::free);
  };
  const int64_t sizes[1] = {0};
  const auto prepared = memory(pipeline.prepared_size());
  const int64_t bytes = pipeline.workspace_size(sizes, 1, 1, nullptr);
  const auto workspace = memory(bytes);
  if (pipeline.prepare(pipeline.weights, prepared.get()) != CONVOY_OK)
    throw std::runtime_error("prepare failed");
  std::vector<float> result(static_cast<size_t>(shape.filters * shape.height * shape.width));
  const void* inputs[] = {x.data()};
  void* outputs[] = {result.data()};
  convoy_call call{sizes, 1, inputs, outputs, prepared.get(), workspace.get(), bytes, nullptr, nullptr};
  if (pipeline.run(&call) != CONVOY_OK) throw std::runtime_error("run failed");
  return result;
}

} // namespace

Outcome convolve(const Way& way, const Shape& shape, const Numbers& numbers) {
  sweep::Parsed parsed = sweep::parseScript("p", script(shape));
  graph::Graph& graph = parsed.graph;
  for (graph::Value& value : graph.values) {
    if (value.kind != graph::Value::Parameter) continue;
    auto data = std::make_shared<graph::ParameterData>();
    data->data = numbers.w;
    value.data = std::move(data);
  }
  const SourceFile text("test.schedule", scheduleText(way));
  DiagnosticEngine diags;
  const auto schedule = schedule::read(text, graph, texts::targetFor(way.cpu), diags);
  if (!schedule) throw std::runtime_error(renderText(*diags.all().at(0), false));
  const sweep::Program program = sweep::compileScheduled(graph, *schedule, texts::targetFor(way.cpu), 0);

  Outcome outcome;
  outcome.actual = run(program, shape, numbers.x);
  const Tensor x{{shape.channels, shape.height, shape.width}, 1, {numbers.x.begin(), numbers.x.end()}};
  const auto values = reference::evaluate(graph, {x}, {});
  const graph::ValueId result = graph.outputs[0].value;
  outcome.expected = values[result].data;
  outcome.bounds = reference::errorBounds(graph, values, inspect::formsOf(graph, *schedule))[result].data;
  for (graph::Value& value : graph.values) {
    if (value.kind != graph::Value::Parameter) continue;
    auto data = std::make_shared<graph::ParameterData>(*value.data);
    for (float& number : data->data) number = std::fabs(number);
    value.data = std::move(data);
  }
  outcome.magnitudes = reference::evaluate(graph, {absolute(x)}, {})[result].data;
  return outcome;
}

} // namespace convoy::arithmetic
