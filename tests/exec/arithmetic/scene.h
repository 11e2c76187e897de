// A pipeline in a schedule of a test's choice, compiled once and run with numbers of its choice.
#pragma once
#include "../sweep/program.h"
#include "output/memory.h"
#include "reference/interpreter.h"
#include <map>

struct convoy_pool;
struct convoy_pipeline;

namespace convoy::arithmetic {

using Sizes = std::map<std::string, int64_t>;
using Rows = std::vector<std::vector<float>>;

struct Result {
  std::vector<int64_t> shape;           // of an item
  std::vector<float> actual;            // by one thread, and with the same bits by two
  std::vector<double> expected, bounds; // of the reference
};

// The sums of absolute products of a graph of one convolution, with the weights that it has.
std::vector<double> magnitudes(graph::Graph graph, const Rows& inputs, int64_t batch = 1,
                               const Sizes& sizes = {});

class Scene {
public:
  // `script`: a pipeline p of one result. `kernels`: the lines of its schedule.
  Scene(const std::string& script, const std::string& kernels, const std::string& cpu);
  ~Scene();

  const graph::Graph& graph() const { return parsed_.graph; }
  // How many numbers each parameter has, in the order of the graph, and each input.
  std::vector<size_t> parameterSizes() const;
  std::vector<std::string> parameterNames() const;
  std::vector<size_t> inputSizes(int64_t batch, const Sizes& sizes) const;

  // Throws when threads differ, or where the code says that something is wrong.
  Result run(const Rows& parameters, const Rows& inputs, int64_t batch = 1, const Sizes& sizes = {});
  std::vector<float> compute(const Rows& parameters, const Rows& inputs, int64_t batch, const Sizes& sizes,
                             int threads) const;

private:
  size_t resultSize(int64_t batch, const Sizes& sizes) const;

  sweep::Parsed parsed_;
  schedule::Schedule schedule_;
  sweep::Program program_;
  std::unique_ptr<CodeInMemory> code_;
  convoy_pool* pool_;
};

} // namespace convoy::arithmetic
