// Which class an example network finds most likely, in strict float32, by Winograd's algorithm, in split bf16
// and in bf16, over 200 inputs. Winograd and split must always find the same one, but for ties; how often
// bf16 does is printed.
//
//   agreement [NAME...]
//
// Without names the small networks, and the others over 16 inputs by Winograd alone; with CONVOY_TEST_LONG in
// the environment all of them in all. Pictures are small ones, since matrix tiles are slow where the
// processor has no unit for them; all convolutions that can are computed on them, or on Winograd tiles of 4x4
// results, whatever that costs.
#include "../sweep/case.h"
#include "../sweep/modes.h"
#include "command/runner.h"
#include "command/tensor_file.h"
#include "driver/load.h"
#include "driver/pipeline.h"
#include "networks.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>

namespace convoy::arithmetic {

namespace {

using schedule::Arithmetic;
using schedule::LayoutChoice;
using schedule::Math;
using schedule::WinogradChoice;

constexpr int64_t together = 8;

using Rows = std::vector<std::vector<float>>;

template <typename T> T valueOf(command::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

// A script as a graph with parameters, for this processor.
struct Written {
  driver::Options options;
  DiagnosticEngine diags;
  driver::Compilation compilation{options, diags};

  explicit Written(const Network& network) {
    options.file = network.path();
    options.defines = network.defines;
    options.initSeed = 1;
    compilation.pipeline = network.pipeline;
    compilation.needsParameters = true;
    driver::PhaseTimes times;
    if (!compilation.open() ||
        !runPipeline(compilation, driver::Goal::Loops, times, [](driver::Stage, const std::string&) {}))
      throw std::runtime_error(renderText(*diags.all().at(0), false));
    if (!network.isTrained()) keepSignals(*compilation.graph);
  }

private:
  // Random weights halve the variance in each relu. Larger ones keep what the input says about the output
  // above the noise of float32.
  static void keepSignals(graph::Graph& graph) {
    for (const graph::Value& node : graph.values) {
      if (node.kind != graph::Value::Node || (node.op != OpKind::Conv && node.op != OpKind::Dense)) continue;
      graph::Value& weight = graph.values[node.operands[1]];
      auto larger = std::make_shared<graph::ParameterData>(*weight.data);
      for (float& number : larger->data) number *= 1.4142f;
      weight.data = std::move(larger);
    }
  }
};

class Compiled {
public:
  // `winogradTile`: results along an axis, where they go by Winograd's algorithm; 0: by cost.
  Compiled(const Written& written, const schedule::Choices& choices, int64_t winogradTile = 0)
      : compilation_(written.options, diags_) {
    compilation_.kind = driver::FileKind::Graph;
    compilation_.graph = written.compilation.graph;
    compilation_.target = written.compilation.target;
    compilation_.schedule = schedule::makeSchedule(*compilation_.graph, *compilation_.target, choices);
    if (winogradTile > 0) sweep::setWinogradTiles(*compilation_.schedule, *compilation_.graph, winogradTile);
    driver::PhaseTimes times;
    if (!runScheduled(compilation_, times)) throw std::runtime_error(renderText(*diags_.all().at(0), false));
    loaded_ = driver::loadInMemory(compilation_);
    runner_ = std::make_unique<command::Runner>(valueOf(command::Runner::create(*loaded_.pipeline, 0, "")));
  }

  const convoy_pipeline& pipeline() const { return *loaded_.pipeline; }
  const graph::Graph& graph() const { return *compilation_.graph; }
  int kernelsIn(schedule::Arithmetic arithmetic) const {
    const auto& kernels = compilation_.schedule->kernels;
    return static_cast<int>(
        std::count_if(kernels.begin(), kernels.end(), [&](const schedule::Kernel& kernel) {
          return kernel.algorithm != schedule::Algorithm::Reorder && arithmeticOf(kernel) == arithmetic;
        }));
  }

  // The first output of each item.
  Rows outputs(const std::vector<command::Tensor>& batches) const {
    Rows all;
    for (const command::Tensor& batch : batches) {
      std::vector<command::Tensor> one(1);
      one[0].extents = batch.extents, one[0].batch = batch.batch, one[0].batched = true;
      one[0].data = valueOf(command::FloatBuffer::allocate(batch.data.size()));
      std::copy_n(batch.data.data(), batch.data.size(), one[0].data.data());
      command::BoundRun run = valueOf(runner_->bind(one));
      if (const command::Outcome error = run.execute()) throw std::runtime_error(error->text);
      const command::Tensor& output = run.outputs[0];
      const int64_t count = output.data.size() / batch.batch;
      for (int64_t item = 0; item < batch.batch; ++item) {
        const float* first = output.data.data() + item * count;
        all.emplace_back(first, first + count);
        for (float number : all.back())
          if (!std::isfinite(number)) throw std::runtime_error("a result is not finite");
      }
    }
    return all;
  }

private:
  DiagnosticEngine diags_;
  driver::Compilation compilation_;
  driver::LoadedPipeline loaded_;
  std::unique_ptr<command::Runner> runner_;
};

// Waves of a random direction, length and strength in each channel, so that networks see different pictures.
void drawWaves(sweep::Random& random, const std::vector<int64_t>& extents, float* to) {
  auto unit = [&] { return static_cast<double>(random.between(0, 1 << 20)) / (1 << 20); };
  int64_t plane = 1;
  for (size_t axis = 1; axis < extents.size(); ++axis) plane *= extents[axis];
  for (int64_t channel = 0; channel < extents[0]; ++channel) {
    std::vector<double> step(extents.size());
    for (double& s : step) s = 1.5 * unit() - 0.75;
    const double strength = 2 * unit(), level = unit() - 0.5, noise = unit() / 2;
    for (int64_t i = 0; i < plane; ++i) {
      double phase = 0;
      for (size_t axis = extents.size() - 1, rest = static_cast<size_t>(i); axis >= 1; --axis) {
        const auto extent = static_cast<size_t>(extents[axis]);
        phase += step[axis] * static_cast<double>(rest % extent);
        rest /= extent;
      }
      *to++ = static_cast<float>(level + strength * std::sin(phase) + noise * (unit() - 0.5));
    }
  }
}

std::vector<command::Tensor> makeInputs(const Network& network, const Compiled& compiled, int64_t inputs) {
  std::vector<int64_t> extents;
  for (const Size& dim : compiled.graph().value(compiled.graph().inputs.at(0)).type.dims)
    extents.push_back(dim.known());
  int64_t elements = 1;
  for (int64_t extent : extents) elements *= extent;
  command::Tensor real;
  if (network.isTrained())
    real = valueOf(command::loadTensor(compiled.pipeline().inputs[0], compiled.pipeline().size_names,
                                       EXAMPLES_FOLDER "/digits/heldout.npy", int64_t{1} << 28));
  sweep::Random random(11);
  std::vector<command::Tensor> batches;
  for (int64_t first = 0; first < inputs; first += together) {
    command::Tensor batch;
    batch.extents = extents, batch.batch = together;
    batch.data = valueOf(command::FloatBuffer::allocate(together * elements));
    for (int64_t item = 0; item < together; ++item) {
      float* to = batch.data.data() + item * elements;
      if (real.data.size() > 0)
        std::copy_n(real.data.data() + (first + item) * elements, elements, to);
      else
        drawWaves(random, extents, to);
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

// Networks with random weights prefer a class or two. Without what a class has on average, as a bias could
// take it away, they tell inputs apart.
std::vector<float> means(const Rows& rows) {
  std::vector<double> sums(rows[0].size());
  for (const std::vector<float>& row : rows)
    for (size_t i = 0; i < row.size(); ++i) sums[i] += static_cast<double>(row[i]);
  std::vector<float> all;
  for (double sum : sums) all.push_back(static_cast<float>(sum / static_cast<double>(rows.size())));
  return all;
}

std::vector<size_t> classes(const Rows& rows, const std::vector<float>& less) {
  std::vector<size_t> all;
  for (std::vector<float> row : rows) {
    for (size_t i = 0; i < row.size(); ++i) row[i] -= less[i];
    all.push_back(static_cast<size_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return all;
}

// Whether all classes that differ are ties: in the expected row they are nearer to each other than a
// 100 000th of its largest number. The tie that is furthest apart is put into `apart`.
bool areTies(const Rows& rows, const std::vector<float>& less, const std::vector<size_t>& expected,
             const std::vector<size_t>& found, double& apart) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::vector<float>& row = rows[i];
    float largest = 0;
    for (float number : row) largest = std::max(largest, std::fabs(number));
    auto at = [&](size_t c) { return row[c] - less[c]; };
    apart = std::max(apart, static_cast<double>((at(expected[i]) - at(found[i])) / largest));
  }
  return apart < 1e-5;
}

int64_t agreeing(const std::vector<size_t>& a, const std::vector<size_t>& b) {
  int64_t count = 0;
  for (size_t i = 0; i < a.size(); ++i) count += a[i] == b[i];
  return count;
}

// One network's strict results, and what others make of them.
class Comparison {
public:
  Comparison(const Network& network, const Written& written, int64_t inputs) : written_(written) {
    const Compiled strict(written_, {LayoutChoice::ByCost, Math::Strict, false});
    batches_ = makeInputs(network, strict, inputs);
    rows_ = strict.outputs(batches_);
    less_ = network.isTrained() ? std::vector<float>(rows_[0].size()) : means(rows_);
    expected_ = classes(rows_, less_);
    const std::set<size_t> different(expected_.begin(), expected_.end());
    std::printf("%-24s %3zu classes of %lld inputs", network.file, different.size(),
                static_cast<long long>(inputs));
  }

  // Float32 sums in another order tell how much of a difference is noise.
  void floatOtherwise() { show("float32 otherwise", {LayoutChoice::InBlocks, Math::Strict, false}); }
  bool winograd() {
    return show("winograd", {LayoutChoice::ByCost, Math::Fast, false, WinogradChoice::Wherever}, 4,
                Arithmetic::Winograd);
  }
  bool split() {
    return show("split", {LayoutChoice::InBlocks, Math::Fast, true, WinogradChoice::Never}, 0,
                Arithmetic::Split);
  }
  void bf16() {
    show("bf16", {LayoutChoice::InBlocks, Math::Bf16, true, WinogradChoice::Never}, 0, Arithmetic::Bf16);
  }

private:
  // Whether it agrees, but for ties.
  bool show(const char* name, const schedule::Choices& choices, int64_t winogradTile = 0,
            Arithmetic arithmetic = Arithmetic::Float32) {
    const Compiled compiled(written_, choices, winogradTile);
    const std::vector<size_t> found = classes(compiled.outputs(batches_), less_);
    std::printf("; %s (%d kernels): %lld", name, compiled.kernelsIn(arithmetic),
                static_cast<long long>(agreeing(expected_, found)));
    double apart = 0;
    const bool good = areTies(rows_, less_, expected_, found, apart);
    if (apart > 0) std::printf(", others are %.1e of the largest number apart", apart);
    return good;
  }

  const Written& written_;
  std::vector<command::Tensor> batches_;
  Rows rows_;
  std::vector<float> less_;
  std::vector<size_t> expected_;
};

bool usesWinograd(const Written& written) {
  const schedule::Choices choices{LayoutChoice::ByCost, Math::Fast, false, WinogradChoice::Wherever};
  const auto kernels =
      schedule::makeSchedule(*written.compilation.graph, *written.compilation.target, choices).kernels;
  return std::any_of(kernels.begin(), kernels.end(),
                     [](const auto& kernel) { return arithmeticOf(kernel) == Arithmetic::Winograd; });
}

// Whether what should agree does.
bool compare(const Network& network, bool all) {
  const Written written(network);
  if (!all && !usesWinograd(written)) {
    std::printf("%-24s no 3x3 convolution in steps of 1: nothing but strict sums\n", network.file);
    return true;
  }
  Comparison comparison(network, written, all ? 200 : 16);
  bool good = comparison.winograd();
  if (all) {
    comparison.floatOtherwise();
    good &= comparison.split();
    comparison.bf16();
  }
  std::printf("\n");
  std::fflush(stdout);
  return good;
}

} // namespace

int main(int argc, char** argv) {
  const std::set<std::string> wanted(argv + 1, argv + argc);
  const bool thorough = std::getenv("CONVOY_TEST_LONG") != nullptr;
  int failed = 0, passed = 0;
  for (const Network& network : networks()) {
    if (!wanted.empty() && !wanted.count(network.file)) continue;
    try {
      ++(compare(network, network.small || thorough || !wanted.empty()) ? passed : failed);
    } catch (const std::exception& problem) {
      std::printf("%s: %s\n", network.file, problem.what());
      ++failed;
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed > 0 || passed == 0;
}

} // namespace convoy::arithmetic

int main(int argc, char** argv) { return convoy::arithmetic::main(argc, argv); }
