// A random pipeline as data: it is generated, printed as a script, and made smaller while it fails.
#pragma once
#include "../sweep/data.h"
#include "../sweep/modes.h"

namespace convoy::random_pipelines {

using sweep::Random;

struct Input {
  // Learned ones are parameters: a vector, or of extents 1 but for the channels, or of known sizes.
  enum Kind { Tensor, Vector, Image, Scalar, LearnedVector, LearnedOnes, LearnedTensor } kind = Tensor;
  int64_t channels = 1;
  bool isLearned() const { return kind >= LearnedVector; }
};

// One call. What an op does not have is not looked at.
struct Layer {
  OpKind op = OpKind::Relu;
  std::vector<int> operands;                     // values: the inputs first, then the layers
  int64_t filters = 1;                           // conv, dense, slice
  int64_t from = 0;                              // slice
  std::vector<int64_t> kernel, stride, dilation; // per axis; transpose: its order
  std::vector<int64_t> outputPadding;            // transposed_conv
  std::string padding = "0";                     // also what is cropped; resizing: the size or the scale
  std::string border;                            // empty: zero. Resizing: the mode
  std::string align, round;                      // resizing; empty: the default
  int64_t groups = 1;
  bool bias = false, ceilMode = false, countPadding = true;
  std::string word;                            // of an attribute that is one
  std::string type = "u8";                     // of whole numbers: the result's
  std::vector<int64_t> zeroPoints = {0, 0, 0}; // of two operands and the result
  // For attributes that are numbers, in ascending order; `low` and `high` also stand for a second and a third
  // operand that is missing.
  double low = -4, high = 5;
};

struct Pipeline {
  std::vector<std::string> spatial; // of the inputs: a size's name or a number, an axis each
  std::vector<Input> inputs;
  std::vector<Layer> layers;
  std::vector<int> results; // values
  std::vector<sweep::Run> runs;
  sweep::Fill fill = sweep::Fill::Integers;
  std::string cpu;
  int optimize = 0;
  std::optional<size_t> mode; // another arithmetic, of sweep::modes()
  bool anySchedule = false;   // a random one, in place of the compiler's
  int groupRows =
      0; // all kernels that can be in groups are, in strips of so many times the fewest rows; 0: by cost
  uint64_t seed = 0; // of its numbers

  int rank() const { return static_cast<int>(spatial.size()); }
  int values() const { return static_cast<int>(inputs.size() + layers.size()); }
};

Pipeline generate(uint64_t seed, const std::vector<std::string>& cpus);
std::string script(const Pipeline& pipeline);
// "H 3, W 17, batch 2; x86-64-v3 -O1, bf16 on tiles; integers"
std::string settings(const Pipeline& pipeline);

// Without the inputs and layers that no result needs.
Pipeline pruned(Pipeline pipeline);
// The steps that make a pipeline simpler, the largest first. Some make one that is not valid.
std::vector<Pipeline> smaller(const Pipeline& pipeline);

} // namespace convoy::random_pipelines
