#include "driver/quantize.h"
#include "command/tensor_file.h"
#include "driver/graph_runner.h"
#include "graph/passes/fold_batch_norm.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <set>

namespace convoy::driver {

namespace {

using command::Tensor;
using graph::ValueId;
using quantize::Histogram;

constexpr size_t heldOutEvery = 5; // the last of so many samples is not calibrated with

bool isHeldOut(size_t number) { return number % heldOutEvery == heldOutEvery - 1; }

// The graph with these values for its results, those of the pipeline first.
graph::Graph exposed(graph::Graph graph, const std::vector<ValueId>& values) {
  for (size_t i = 0; i < graph.outputs.size(); ++i) graph.outputs[i].name = "result " + std::to_string(i);
  for (ValueId id : values) graph.outputs.push_back({"value " + graph.value(id).name, id, ImageKind::None});
  return graph;
}

class Quantizer {
public:
  Quantizer(const Compilation& c, const Samples& samples, PhaseTimes& times)
      : c_(c), samples_(samples), times_(times) {}

  std::optional<Quantization> run() {
    result_.network = graph::foldBatchNorm(c_.written ? *c_.written : *c_.graph);
    if (!findInput()) return std::nullopt;
    result_.plan = quantize::makePlan(result_.network);
    if (result_.plan.empty()) return nothingToQuantize();
    findValues();
    network_ = GraphRunner::make(c_, exposed(result_.network, nodes_), times_);
    if (!network_ || !readScalars() || !calibrate()) return std::nullopt;
    const std::vector<quantize::Scale> scales = quantize::chooseScales(result_.plan, histograms_);
    for (QuantizedValue& value : result_.values) {
      value.low = histograms_.at(value.value).low(), value.high = histograms_.at(value.value).high();
      value.scale = scales[*result_.plan.group[value.value]];
    }
    quantize::Rewritten rewritten = quantize::rewrite(result_.network, result_.plan, scales);
    result_.graph = std::move(rewritten.graph);
    if (!compare(rewritten.whole)) return std::nullopt;
    return std::move(result_);
  }

private:
  std::optional<Quantization> nothingToQuantize() {
    auto report = c_.diags.report(diag::NothingToQuantize, {}, result_.network.name);
    std::set<std::string> said;
    for (ValueId id = 0; id < result_.network.values.size(); ++id)
      if (const std::string& reason = result_.plan.layers[id].reason;
          !reason.empty() && said.insert(reason).second)
        report.note("'" + result_.network.value(id).name + "': " + reason);
    report.help("convolutions with a zero border, and dense layers, can be");
    return std::nullopt;
  }

  // The one input that is no number.
  bool findInput() {
    int64_t count = 0;
    for (size_t i = 0; i < result_.network.inputs.size(); ++i)
      if (!result_.network.value(result_.network.inputs[i]).type.scalar) input_ = i, ++count;
    if (count == 1) return true;
    c_.diags.report(diag::OneInput, {}, result_.network.name, count)
        .help("samples are files of one input each");
    return false;
  }

  bool readScalars() {
    const graph::Graph& graph = result_.network;
    inputs_.resize(graph.inputs.size());
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
      const graph::Value& value = graph.value(graph.inputs[i]);
      if (!value.type.scalar) continue;
      command::Result<Tensor> number = command::scalarTensor(value.defaultValue.value_or(0.5f));
      for (const auto& [name, text] : c_.options.inputs)
        if (name == value.name) number = command::loadScalar(network_->pipeline().inputs[i], text);
      if (!number) {
        c_.diags.report(diag::CannotRun, {}, graph.name, number.error().text);
        return false;
      }
      inputs_[i] = std::move(*number);
    }
    return true;
  }

  // The values that are observed.
  void findValues() {
    std::set<ValueId> observed;
    for (const quantize::Group& group : result_.plan.groups)
      for (const quantize::Observed& each : group.observed) observed.insert(each.value);
    for (ValueId id : observed) {
      result_.values.push_back({id, 0, 0, {}, {}});
      if (result_.network.value(id).kind == graph::Value::Node) nodes_.push_back(id);
    }
  }

  const convoy_port& port() const { return network_->pipeline().inputs[input_]; }
  bool eachSample(const Samples::Visitor& visit) {
    return samples_.forEach(port(), network_->pipeline().size_names, visit, c_.diags);
  }

  // Of the inputs that there are now. nullopt after a diagnostic.
  std::optional<std::vector<Tensor>> outputsOf(GraphRunner& runner, const std::string& file) {
    command::Result<std::vector<Tensor>> outputs = runner.run(inputs_);
    if (outputs) return std::move(*outputs);
    c_.diags.report(diag::WrongSample, {}, file, outputs.error().text);
    return std::nullopt;
  }

  // The numbers of a value, of the network's outputs on these inputs.
  const Tensor& numbersOf(const std::vector<Tensor>& outputs, ValueId id) const {
    const auto node = std::lower_bound(nodes_.begin(), nodes_.end(), id);
    if (node == nodes_.end() || *node != id) return inputs_[input_];
    return outputs[result_.network.outputs.size() + static_cast<size_t>(node - nodes_.begin())];
  }

  bool calibrate() {
    size_t seen = 0;
    const bool done = eachSample([&](size_t number, const std::string& file, Tensor item) {
      seen = number + 1;
      if (isHeldOut(number)) return true;
      inputs_[input_] = std::move(item);
      const auto outputs = outputsOf(*network_, file);
      if (!outputs) return false;
      ++result_.calibrated;
      for (const QuantizedValue& value : result_.values) {
        const Tensor& numbers = numbersOf(*outputs, value.value);
        Histogram& histogram = histograms_[value.value];
        histogram.add(numbers.data.data(), static_cast<size_t>(numbers.data.size()));
        if (histogram.allFinite()) continue;
        c_.diags.report(diag::WrongSample, {}, file,
                        "it makes numbers of '" + result_.network.value(value.value).name +
                            "' that are not finite");
        return false;
      }
      return true;
    });
    result_.heldOut = seen >= heldOutEvery;
    return done && !noSamples(seen);
  }

  bool noSamples(size_t seen) {
    if (seen > 0) return false;
    c_.diags.report(diag::NoSamples, {}, c_.options.samples).help("its files have no items");
    return true;
  }

  // The graph with 8-bit layers, whose values are made float32 to look at them.
  graph::Graph comparable(const std::map<ValueId, ValueId>& whole) const {
    graph::Graph graph = result_.graph;
    std::vector<ValueId> real;
    for (const QuantizedValue& value : result_.values) {
      graph::Value node;
      node.kind = graph::Value::Node;
      node.op = OpKind::Dequantize;
      node.name = "compared " + result_.network.value(value.value).name;
      node.operands = {whole.at(value.value)};
      node.type.dims = graph.value(node.operands[0]).type.dims;
      node.attributes.set("scale", value.scale.scale);
      node.attributes.set("zero_point", int64_t(0));
      real.push_back(static_cast<ValueId>(graph.values.size()));
      graph.values.push_back(std::move(node));
    }
    return exposed(std::move(graph), real);
  }

  bool compare(const std::map<ValueId, ValueId>& whole) {
    const auto quantized = GraphRunner::make(c_, comparable(whole), times_);
    if (!quantized) return false;
    const size_t results = result_.network.outputs.size();
    for (const graph::Output& output : result_.network.outputs) {
      const TensorType& type = result_.network.value(output.value).type;
      result_.results.push_back({output.name, type.spatialRank() == 0 && type.channels() > 1, 0, {}});
    }
    return eachSample([&](size_t number, const std::string& file, Tensor item) {
      if (result_.heldOut && !isHeldOut(number)) return true;
      inputs_[input_] = std::move(item);
      const auto expected = outputsOf(*network_, file), actual = outputsOf(*quantized, file);
      if (!expected || !actual) return false;
      ++result_.compared;
      for (size_t i = 0; i < results; ++i) compareResult(result_.results[i], (*expected)[i], (*actual)[i]);
      for (size_t i = 0; i < result_.values.size(); ++i)
        result_.values[i].deviation.add(numbersOf(*expected, result_.values[i].value).data.data(),
                                        (*actual)[results + i].data.data(),
                                        static_cast<size_t>((*actual)[results + i].data.size()));
      return true;
    });
  }

  static void compareResult(QuantizedResult& result, const Tensor& expected, const Tensor& actual) {
    const auto count = static_cast<size_t>(expected.data.size());
    const float *a = expected.data.data(), *b = actual.data.data();
    result.deviation.add(a, b, count);
    if (result.isAnswer && std::max_element(a, a + count) - a != std::max_element(b, b + count) - b)
      ++result.changed;
  }

  const Compilation& c_;
  const Samples& samples_;
  PhaseTimes& times_;
  Quantization result_;
  size_t input_ = 0; // that the samples are for
  std::vector<Tensor> inputs_;
  std::vector<ValueId> nodes_; // of the observed values, in ascending order
  std::unique_ptr<GraphRunner> network_;
  std::map<ValueId, Histogram> histograms_;
};

} // namespace

void Deviation::add(const float* expected, const float* actual, size_t numbers) {
  for (size_t i = 0; i < numbers; ++i) {
    const double difference = static_cast<double>(expected[i]) - static_cast<double>(actual[i]);
    signal += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
    noise += difference * difference;
    largest = std::max(largest, std::fabs(difference));
    sum += std::fabs(difference);
  }
  count += static_cast<int64_t>(numbers);
}

double Deviation::decibels() const { return noise == 0 ? INFINITY : 10 * std::log10(signal / noise); }

std::optional<Quantization> quantizeGraph(const Compilation& c, const Samples& samples, PhaseTimes& times) {
  return Quantizer(c, samples, times).run();
}

} // namespace convoy::driver
