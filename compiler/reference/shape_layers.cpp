// Layers that move elements, and those that read all of them.
#include "reference/weighted.h"
#include <algorithm>

namespace convoy::reference {

namespace {

void concat(const std::vector<const Tensor*>& inputs, Tensor& result) {
  auto at = result.data.begin();
  for (int64_t n = 0; n < result.batch; ++n)
    for (const Tensor* input : inputs) {
      auto from = input->data.begin() + n * input->elements();
      at = std::copy(from, from + input->elements(), at);
    }
}

// Channel c of the result is channel from(c) of the input.
void chooseChannels(const LayerCall& call, const Tensor& input, Tensor& result) {
  const int64_t channels = input.shape[0], plane = input.elements() / channels;
  const graph::Value& node = call.node;
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t c = 0; c < result.shape[0]; ++c) {
      int64_t from = 0;
      if (node.op == OpKind::Slice) {
        from = node.attributes.get<int64_t>("from") + c;
      } else {
        const auto groups = node.attributes.get<int64_t>("groups");
        from = c % groups * (channels / groups) + c / groups;
      }
      std::copy_n(input.data.begin() + (n * channels + from) * plane, plane,
                  result.data.begin() + (n * result.shape[0] + c) * plane);
    }
}

void dense(const Tensor& input, const Tensor& weight, const Tensor* bias, Tensor& result) {
  int64_t channels = input.shape[0], units = result.shape[0];
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t u = 0; u < units; ++u) {
      double sum = bias ? bias->data[u] : 0;
      for (int64_t c = 0; c < channels; ++c)
        sum += weight.data[u * channels + c] * input.data[n * channels + c];
      result.data[n * units + u] = sum;
    }
}

} // namespace

static void denseBound(const BoundCall& call, Tensor& error) {
  weighted(call, 0, error,
           [](const Tensor& from, double, const Tensor& weight, const Tensor* bias, Tensor& to) {
             dense(from, weight, bias, to);
           });
}

std::vector<LayerReference> shapeLayers() {
  using Call = LayerCall;
  return {
      {OpKind::Concat, [](const Call& call, Tensor& y) { concat(call.operands, y); },
       [](const BoundCall& call, Tensor& error) { concat(call.errors, error); }},
      {OpKind::Slice, [](const Call& call, Tensor& y) { chooseChannels(call, call.x(), y); },
       [](const BoundCall& call, Tensor& error) { chooseChannels(call, call.ex(), error); }},
      {OpKind::ChannelShuffle, [](const Call& call, Tensor& y) { chooseChannels(call, call.x(), y); },
       [](const BoundCall& call, Tensor& error) { chooseChannels(call, call.ex(), error); }},
      {OpKind::Reshape, [](const Call& call, Tensor& y) { y.data = call.x().data; }, asBefore},
      {OpKind::Flatten, [](const Call& call, Tensor& y) { y.data = call.x().data; }, asBefore},
      {OpKind::Dense, [](const Call& call, Tensor& y) { dense(call.x(), call.x(1), call.optional(2), y); },
       denseBound},
  };
}

} // namespace convoy::reference
