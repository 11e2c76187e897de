#include "sema/foreign_names.h"
#include <cctype>
#include <iterator>

namespace convoy::sema {

namespace {

struct Entry {
  std::string_view word; // in lower case, without '_'
  const char* answer;
};

constexpr const char* maybeLater = "there is no such layer yet";

constexpr Entry layers[] = {
    {"linear", "write dense(10)"},
    {"fc", "write dense(10)"},
    {"fullyconnected", "write dense(10)"},
    {"cat", "concat(a, b) joins channels"},
    {"concatenate", "concat(a, b) joins channels"},
    {"adaptiveavgpool2d", "write adaptive_avg_pool(7x7), or global_avg_pool"},
    {"globalaveragepooling2d", "write global_avg_pool"},
    {"where", "for every element: select(x > 0, a, b)"},
    {"threshold", "for every element: select(x > 0.5, a, b)"},
    {"cvtcolor", "write luminance"},
    {"grayscale", "write luminance"},
    {"rgb2gray", "write luminance"},
    {"filter2d", "write conv(kernel: [[0, 1, 0], [1, 4, 1], [0, 1, 0]], padding: same)"},
    {"sobel", "write conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same)"},
    {"laplacian", "write conv(kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], padding: same)"},
    {"gaussianblur",
     "write its kernel: conv(kernel: [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, "
     "0.0625]], padding: same)"},
    {"blur", "write avg_pool(3x3, stride: 1, padding: same)"},
    {"boxfilter", "write avg_pool(3x3, stride: 1, padding: same)"},
    {"leakyrelu", "write leaky_relu(0.01)"},
    {"lrelu", "write leaky_relu(0.01)"},
    {"swish", "write silu"},
    {"hswish", "write hard_swish"},
    {"hardswish", "write hard_swish"},
    {"hsigmoid", "write hard_sigmoid"},
    {"hardsigmoid", "write hard_sigmoid"},
    {"hardtanh", "write clamp(-1, 1)"},
    {"clip", "write clamp(0, 6)"},
    {"logistic", "write sigmoid"},
    {"expit", "write sigmoid"},
    {"mish", "write x * tanh(softplus(x))"},
    {"logsigmoid", "write -softplus(-x)"},
    {"softsign", "write x / (1 + abs(x))"},
    {"square", "write pow(x, 2)"},
    {"power", "write pow(x, y)"},
    {"rsqrt", "write pow(x, -0.5)"},
    {"reciprocal", "write 1 / x"},
    {"maximum", "write max(x, y)"},
    {"minimum", "write min(x, y)"},
    {"bn", "write batch_norm"},
    {"lrn", "write local_response_norm(5)"},
    {"mean", "write reduce_mean(axes: channels), or axes: spatial"},
    {"amax", "write reduce_max(axes: channels), or axes: spatial"},
    {"amin", "write reduce_min(axes: channels), or axes: spatial"},
    {"pool", "write max_pool(2x2) or avg_pool(2x2)"},
    {"pooling", "write max_pool(2x2) or avg_pool(2x2)"},
    {"add", "write a + b"},
    {"activation", "write relu"},
    {"dropout", "leave it out: it does nothing when a network is run"},
    {"dropout2d", "leave it out: it does nothing when a network is run"},
    {"identity", "leave it out"},
    {"sequential", "layers are piped one by one: x |> conv(16, kernel: 3x3) |> relu"},
    {"print", "a value is looked at by returning it: return (result: y, seen: x)"},
    {"range", "a range is written 0..3, which ends before 3"},
    {"len", "write length(list)"},
    {"str", "a text holds values: \"conv{i}\""},
    {"float", "numbers are float32 as they are"},
    {"int", "div(a, b) divides integers"},
    {"view", "reshape(x, [16, -1]), or flatten, which makes a tensor[C]"},
    {"interpolate", "write resize(x, 224x224, mode: bilinear), or upsample(x, 2)"},
    {"pixelshuffle", "write depth_to_space(2)"},
    {"pixelunshuffle", "write space_to_depth(2)"},
    {"shufflechannels", "write channel_shuffle(2)"},
    {"narrow", "slice(x, 0, 16) has the channels 0 to 15"},
    {"chunk", "slice(x, 0, 16) has the channels 0 to 15"},
    {"copymakeborder", "write pad(2, border: reflect101)"},
    {"zeropad2d", "write pad(2)"},
    {"centercrop", "write crop(224x224)"},
    {"permute", "write transpose(x, order: [1, 2, 0]); axis 0 are the channels"},
    {"convtranspose2d", "write transposed_conv(16, kernel: 2x2, stride: 2)"},
    {"convtranspose", "write transposed_conv(16, kernel: 2x2, stride: 2)"},
    {"conv2dtranspose", "write transposed_conv(16, kernel: 2x2, stride: 2)"},
    {"deconv", "write transposed_conv(16, kernel: 2x2, stride: 2)"},
    {"depthwiseconv2d", "write depthwise_conv(kernel: 3x3)"},
    {"lppool2d", "write lp_pool(2x2)"},
    {"medianblur", maybeLater},
    {"canny", maybeLater},
};

constexpr Entry attributeNames[] = {
    {"kernelsize", "kernel"},
    {"ksize", "kernel"},
    {"poolsize", "window"},
    {"outchannels", "filters"},
    {"outfeatures", "units"},
    {"strides", "stride"},
    {"pad", "padding"},
    {"pads", "padding"},
    {"paddingmode", "border"},
    {"bordertype", "border"},
    {"eps", "epsilon"},
    {"usebias", "bias"},
    {"dilationrate", "dilation"},
    {"min", "low"},
    {"max", "high"},
    {"numfilters", "filters"},
    {"negativeslope", "slope"},
    {"dim", "axes"},
    {"axis", "axes"},
};

constexpr Entry attributeHelps[] = {
    {"inchannels", "leave it out: the input has them"},
    {"infeatures", "leave it out: the input has them"},
    {"numfeatures", "leave it out: the input has them"},
    {"inputshape", "leave it out: the input's type has it"},
    {"dim", "leave it out: softmax and concat go along the channels"},
    {"axis", "leave it out: softmax and concat go along the channels"},
    {"inplace", "leave it out: no value is ever changed"},
    {"momentum", "leave it out: nothing is trained here"},
    {"activation", "pipe it: |> relu"},
    {"dtype", "leave it out: all numbers are float32"},
};

std::string normalized(std::string_view word) {
  std::string plain;
  for (char c : word)
    if (c != '_') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain;
}

template <size_t count> const char* find(const Entry (&table)[count], std::string_view word) {
  const std::string plain = normalized(word);
  for (const Entry& entry : table)
    if (entry.word == plain) return entry.answer;
  return nullptr;
}

} // namespace

const char* helpForForeignLayer(std::string_view word) { return find(layers, word); }

std::string attributeFromForeign(std::string_view word) {
  const char* name = find(attributeNames, word);
  return name ? name : "";
}

const char* helpForForeignAttribute(std::string_view word) { return find(attributeHelps, word); }

} // namespace convoy::sema
