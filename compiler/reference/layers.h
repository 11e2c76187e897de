// The layers of the reference, on dense arrays of double. Results are allocated by the caller with their
// shape.
#pragma once
#include "reference/interpreter.h"

namespace convoy::reference {

// A node and what it reads. Parameters are among the operands, after the activations.
struct LayerCall {
  const graph::Value& node;
  std::vector<const Tensor*> operands;
  const std::map<std::string, int64_t>& sizes;

  const Tensor& x(size_t i = 0) const { return *operands[i]; }
  const Tensor* optional(size_t i) const { return i < operands.size() ? operands[i] : nullptr; }
  double number(const std::string& attribute) const; // as the code has it: rounded to float32
};

// The same, with how far each operand may be off, and the layer's exact result.
struct BoundCall : LayerCall {
  std::vector<const Tensor*> errors; // with what taking the operands in their forms costs
  const Tensor& y;
  LayerForms forms;
  double termsBefore =
      0; // products in each sum of the layer that made the first operand; 0: it is no sum of products

  const Tensor& ex(size_t i = 0) const { return *errors[i]; }
};

// What the reference knows of a layer.
struct LayerReference {
  OpKind op;
  void (*evaluate)(const LayerCall& call, Tensor& result);
  // How far float32 code may be off. `error` comes in with the result's shape, all 0.
  void (*bound)(const BoundCall& call, Tensor& error);
};
const LayerReference& referenceOf(OpKind op);

// The layers by families, a file each.
std::vector<LayerReference> windowLayers();
std::vector<LayerReference> transposedLayers();
std::vector<LayerReference> elementwiseLayers();
std::vector<LayerReference> activationLayers(); // and other elementary functions
std::vector<LayerReference> channelLayers();    // along channels
std::vector<LayerReference> reductionLayers();
std::vector<LayerReference> normalizationLayers();
std::vector<LayerReference> imageLayers();
std::vector<LayerReference> shapeLayers();
std::vector<LayerReference> movingLayers(); // to other positions
std::vector<LayerReference> quantizedLayers();

// The position inside 0..size-1 that stands for `position` under a border, or -1 where the constant is read.
int64_t borderPosition(BorderMode mode, int64_t position, int64_t size);

// A window over three spatial axes (missing ones have one element and one tap), with the input position of
// every (output position, tap) tabulated: position[axis][o * kernel[axis] + k], -1 outside.
struct WindowTable {
  int64_t input[3], output[3], kernel[3];
  std::vector<int64_t> position[3];
  double constant = 0; // what is read outside
  // Pooling with count_include_pad: how many taps of a window along an axis lie in the padded input.
  std::vector<int64_t> padded[3];
};
WindowTable windowTable(const Attributes& attributes, const std::vector<int64_t>& inputShape,
                        const std::vector<int64_t>& resultShape, const std::map<std::string, int64_t>& sizes);

// Cross-correlation; `bias` may be null.
void convolve(const Tensor& input, const Tensor& weight, const Tensor* bias, int64_t groups,
              const WindowTable& window, Tensor& result);

// to[i] += the sum of weights[row] * numbers[row][i], row after row; `n` numbers a row.
void addProducts(const double* weights, const double* numbers, int64_t rows, int64_t n, double* to);

// The larger one; NaN when either is.
inline double maximum(double a, double b) { return a != a ? a : b != b ? b : a > b ? a : b; }

// How to walk an operand along the result: steps of batch, channel and each spatial axis, 0 where it
// broadcasts.
struct Broadcast {
  int64_t extent[5] = {1, 1, 1, 1, 1}; // of the result
  int64_t step[2][5] = {};
};
Broadcast broadcastOf(const Tensor& a, const Tensor& b, const Tensor& result);

// Calls function(result index, index into a, index into b) for every element.
template <typename Function> void forEachPair(const Broadcast& walk, Function function) {
  int64_t at = 0;
  for (int64_t n = 0; n < walk.extent[0]; ++n)
    for (int64_t c = 0; c < walk.extent[1]; ++c)
      for (int64_t d = 0; d < walk.extent[2]; ++d)
        for (int64_t h = 0; h < walk.extent[3]; ++h) {
          int64_t a = n * walk.step[0][0] + c * walk.step[0][1] + d * walk.step[0][2] + h * walk.step[0][3];
          int64_t b = n * walk.step[1][0] + c * walk.step[1][1] + d * walk.step[1][2] + h * walk.step[1][3];
          for (int64_t w = 0; w < walk.extent[4]; ++w)
            function(at++, a + w * walk.step[0][4], b + w * walk.step[1][4]);
        }
}

// y[i] = function(x[i]).
template <typename Function> void map(const LayerCall& call, Tensor& result, Function function) {
  const std::vector<double>& x = call.x().data;
  for (size_t i = 0; i < x.size(); ++i) result.data[i] = function(x[i]);
}

// y = function(a, b), element by element, with broadcast.
template <typename Function> void zip(const LayerCall& call, Tensor& result, Function function) {
  const double *a = call.x(0).data.data(), *b = call.x(1).data.data();
  forEachPair(broadcastOf(call.x(0), call.x(1), result),
              [&](int64_t at, int64_t i, int64_t j) { result.data[at] = function(a[i], b[j]); });
}

// ---- bounds ----

constexpr double kUnit = 0x1p-24;      // relative rounding error of one operation
constexpr double kSmallest = 0x1p-126; // what is smaller may be flushed to zero

// The relative error of n roundings in a row.
inline double roundings(double n) { return n * kUnit / (1 - n * kUnit); }

Tensor magnitude(const Tensor& x, const Tensor& error); // |x| + error: as large as the computed value can be
Tensor absolute(const Tensor& x);

// The layer itself is exact and brings no two numbers further apart.
void asBefore(const BoundCall& call, Tensor& error);

// A layer of `terms` products with weights that are not negative, applied by `layer(from, to)`: the division
// or the weights cost two roundings more.
template <typename Layer> void averaged(const BoundCall& call, double terms, Tensor& error, Layer layer) {
  Tensor sum = error;
  layer(call.ex(), error);
  layer(magnitude(call.x(), call.ex()), sum);
  for (size_t i = 0; i < error.data.size(); ++i)
    error.data[i] += roundings(terms + 2) * sum.data[i] + terms * kSmallest;
}

} // namespace convoy::reference
