// Shape rules of the layers between colours.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"

namespace convoy::ops {

namespace {

std::optional<TensorType> withChannels(ShapeRequest& request, int64_t channels) {
  TensorType result{request.operands[0].dims, ImageKind::None};
  result.dims[0] = channels;
  return result;
}

std::optional<TensorType> ofThree(ShapeRequest& request, const char* op, const char* names,
                                  int64_t channels) {
  if (request.operands[0].channels() == 3) return withChannels(request, channels);
  request.misfits = {0};
  auto report = wrongOperand(request, op, "3 channels (" + std::string(names) + ")", 0);
  if (const int64_t given = request.operands[0].channels(); given == 1 || given == 4)
    report.help(given == 4 ? "`rgb` before it leaves out the alpha" : "`rgb` before it repeats the channel");
  return std::nullopt;
}

std::optional<TensorType> ofAnyImage(ShapeRequest& request, const char* op, int64_t channels) {
  const int64_t given = request.operands[0].channels();
  if (given == 1 || given == 3 || given == 4) return withChannels(request, channels);
  request.misfits = {0};
  wrongOperand(request, op, "1, 3 or 4 channels (gray, rgb or rgba)", 0);
  return std::nullopt;
}

constexpr const char* kRgb = "red, green, blue";

} // namespace

std::optional<TensorType> luminanceShape(ShapeRequest& request) {
  return ofThree(request, "luminance", kRgb, 1);
}
std::optional<TensorType> grayShape(ShapeRequest& request) { return ofAnyImage(request, "gray", 1); }
std::optional<TensorType> rgbShape(ShapeRequest& request) { return ofAnyImage(request, "rgb", 3); }
std::optional<TensorType> rgbaShape(ShapeRequest& request) { return ofAnyImage(request, "rgba", 4); }
std::optional<TensorType> rgbToYcbcrShape(ShapeRequest& request) {
  return ofThree(request, "rgb_to_ycbcr", kRgb, 3);
}
std::optional<TensorType> ycbcrToRgbShape(ShapeRequest& request) {
  return ofThree(request, "ycbcr_to_rgb", "Y, Cb, Cr", 3);
}
std::optional<TensorType> rgbToHsvShape(ShapeRequest& request) {
  return ofThree(request, "rgb_to_hsv", kRgb, 3);
}
std::optional<TensorType> hsvToRgbShape(ShapeRequest& request) {
  return ofThree(request, "hsv_to_rgb", "hue, saturation, value", 3);
}

} // namespace convoy::ops
