// Layers that make one number of all elements along some axes.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Calls function(result index, index into x) for every element, with the reduced axes running fastest in
// order.
template <typename Function> void forEachTerm(const Tensor& x, const Tensor& y, Function function) {
  for (int64_t item = 0; item < x.batch; ++item)
    for (int64_t i = 0; i < x.elements(); ++i) {
      int64_t rest = i, step = 1, to = 0;
      for (size_t axis = x.shape.size(); axis-- > 0; rest /= x.shape[axis]) {
        if (y.shape[axis] != 1) to += rest % x.shape[axis] * step;
        step *= y.shape[axis];
      }
      function(item * y.elements() + to, item * x.elements() + i);
    }
}

double terms(const Tensor& x, const Tensor& y) {
  return y.elements() ? static_cast<double>(x.elements() / y.elements()) : 0;
}

void sum(const Tensor& x, Tensor& y) {
  std::fill(y.data.begin(), y.data.end(), 0.0);
  forEachTerm(x, y, [&](int64_t to, int64_t from) { y.data[to] += x.data[from]; });
}

void mean(const Tensor& x, Tensor& y) {
  sum(x, y);
  for (double& number : y.data) number /= terms(x, y);
}

void largest(const Tensor& x, Tensor& y) {
  std::fill(y.data.begin(), y.data.end(), -kInfinity);
  forEachTerm(x, y, [&](int64_t to, int64_t from) { y.data[to] = maximum(y.data[to], x.data[from]); });
}

void smallest(const Tensor& x, Tensor& y) {
  std::fill(y.data.begin(), y.data.end(), kInfinity);
  forEachTerm(x, y, [&](int64_t to, int64_t from) { y.data[to] = -maximum(-y.data[to], -x.data[from]); });
}

// Calls function(result index, the channels' numbers in order) at each position.
template <typename Function> void forEachPosition(const Tensor& x, Function function) {
  const int64_t channels = x.shape[0], plane = x.elements() / channels;
  std::vector<int64_t> at(static_cast<size_t>(channels));
  for (int64_t item = 0; item < x.batch; ++item)
    for (int64_t i = 0; i < plane; ++i) {
      for (int64_t c = 0; c < channels; ++c) at[static_cast<size_t>(c)] = (item * channels + c) * plane + i;
      function(item * plane + i, at);
    }
}

void argMax(const LayerCall& call, Tensor& y) {
  const std::vector<double>& x = call.x().data;
  forEachPosition(call.x(), [&](int64_t to, const std::vector<int64_t>& at) {
    size_t best = 0;
    for (size_t c = 1; c < at.size() && !std::isnan(x[at[best]]); ++c)
      if (std::isnan(x[at[c]]) || x[at[c]] > x[at[best]]) best = c;
    y.data[to] = static_cast<double>(best);
  });
}

// Any channel that may be as large as the largest one can be the answer.
void argMaxBound(const BoundCall& call, Tensor& error) {
  const std::vector<double>&x = call.x().data, &ex = call.ex().data;
  forEachPosition(call.x(), [&](int64_t to, const std::vector<int64_t>& at) {
    const int64_t best = at[static_cast<size_t>(call.y.data[to])];
    for (size_t c = 0; c < at.size(); ++c)
      if (ex[best] + ex[at[c]] > 0 && x[at[c]] + ex[at[c]] >= x[best] - ex[best])
        error.data[to] = std::max(error.data[to], std::fabs(static_cast<double>(c) - call.y.data[to]));
  });
}

// The errors of the terms and a rounding for each sum; g as in errorBounds.
void sumBound(const BoundCall& call, Tensor& error) { averaged(call, terms(call.x(), call.y), error, sum); }
void meanBound(const BoundCall& call, Tensor& error) { averaged(call, terms(call.x(), call.y), error, mean); }

// No extreme moves further than the element that moves furthest.
void extremeBound(const BoundCall& call, Tensor& error) { largest(call.ex(), error); }

} // namespace

std::vector<LayerReference> reductionLayers() {
  using Call = LayerCall;
  return {
      {OpKind::GlobalMaxPool, [](const Call& call, Tensor& y) { largest(call.x(), y); }, extremeBound},
      {OpKind::GlobalAvgPool, [](const Call& call, Tensor& y) { mean(call.x(), y); }, meanBound},
      {OpKind::ReduceMean, [](const Call& call, Tensor& y) { mean(call.x(), y); }, meanBound},
      {OpKind::ReduceSum, [](const Call& call, Tensor& y) { sum(call.x(), y); }, sumBound},
      {OpKind::ReduceMax, [](const Call& call, Tensor& y) { largest(call.x(), y); }, extremeBound},
      {OpKind::ReduceMin, [](const Call& call, Tensor& y) { smallest(call.x(), y); }, extremeBound},
      {OpKind::ArgMax, argMax, argMaxBound},
  };
}

} // namespace convoy::reference
