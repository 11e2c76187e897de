// The layers of the reference, on dense arrays of double. Results are allocated by the caller with their
// shape.
#pragma once
#include "reference/interpreter.h"
#include <array>

namespace convoy::reference {

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

void convolve(const Tensor& input, const Tensor& weight, const Tensor* bias, int64_t groups,
              const WindowTable& window, Tensor& result);
void maxPool(const Tensor& input, const WindowTable& window, Tensor& result);
void averagePool(const Tensor& input, const WindowTable& window, bool countPadding, Tensor& result);
void globalMax(const Tensor& input, Tensor& result);
void globalAverage(const Tensor& input, Tensor& result);
void select(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& result);
// What a batch_norm does to the numbers of one channel: y = x * scale + shift.
struct ChannelScale {
  double scale, shift;
};
// Weight, bias, running mean, running variance.
using BatchNormParameters = std::array<const Tensor*, 4>;
ChannelScale channelScale(const BatchNormParameters& parameters, double epsilon, int64_t channel);
void batchNorm(const Tensor& input, const BatchNormParameters& parameters, double epsilon, Tensor& result);
void luminance(const Tensor& input, Tensor& result);
void concat(const std::vector<const Tensor*>& inputs, Tensor& result);
void dense(const Tensor& input, const Tensor& weight, const Tensor* bias, Tensor& result);
void softmax(const Tensor& input, Tensor& result);

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

} // namespace convoy::reference
