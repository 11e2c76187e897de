#include "ops/type.h"

namespace convoy {

int64_t channelsOf(ImageKind kind) {
  switch (kind) {
  case ImageKind::None: return 0;
  case ImageKind::Gray: return 1;
  case ImageKind::Rgb: return 3;
  case ImageKind::Rgba: return 4;
  }
  return 0;
}

const char* nameOf(ImageKind kind) {
  switch (kind) {
  case ImageKind::None: return "";
  case ImageKind::Gray: return "gray";
  case ImageKind::Rgb: return "rgb";
  case ImageKind::Rgba: return "rgba";
  }
  return "";
}

ImageKind imageKindNamed(std::string_view name) {
  for (ImageKind kind : {ImageKind::Gray, ImageKind::Rgb, ImageKind::Rgba})
    if (name == nameOf(kind)) return kind;
  return ImageKind::None;
}

Size TensorType::elements() const {
  Size product = 1;
  for (const Size& dim : dims) product = product * dim;
  return product;
}

// Whether the size is a name that was made for what an input leaves out: "photo.H".
static bool wasLeftOut(const Size& size) {
  const std::string name = size.str();
  const size_t dot = name.find('.');
  return dot != std::string::npos && dot + 2 == name.size();
}

std::string TensorType::str() const {
  if (image != ImageKind::None && dims.size() == 3 && wasLeftOut(dims[1]) && wasLeftOut(dims[2]))
    return std::string("image[") + nameOf(image) + "]";
  return fullText();
}

std::string TensorType::fullText() const {
  if (scalar) return "float";
  std::string text =
      image == ImageKind::None ? "tensor[" + dims[0].str() : std::string("image[") + nameOf(image);
  for (size_t i = 1; i < dims.size(); ++i) text += ", " + dims[i].str();
  return text + "]";
}

TensorType scalarType() { return {{Size(1)}, ImageKind::None, true}; }

std::string axisName(const TensorType& type, int axis) {
  if (axis == 0) return "C";
  static const char* const names[] = {"W", "H", "D"};
  return names[type.dims.size() - 1 - axis];
}

} // namespace convoy
