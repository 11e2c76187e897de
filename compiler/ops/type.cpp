#include "ops/type.h"
#include <cmath>

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

const char* nameOf(Element element) {
  switch (element) {
  case Element::F32: return "f32";
  case Element::U8: return "u8";
  case Element::I8: return "i8";
  case Element::I32: return "i32";
  }
  return "";
}

std::optional<Element> elementNamed(std::string_view name) {
  for (Element element : {Element::F32, Element::U8, Element::I8, Element::I32})
    if (name == nameOf(element)) return element;
  return std::nullopt;
}

int64_t lowestOf(Element element) {
  return element == Element::U8 ? 0 : element == Element::I8 ? -128 : -(int64_t(1) << 24);
}

int64_t highestOf(Element element) {
  return element == Element::U8 ? 255 : element == Element::I8 ? 127 : int64_t(1) << 24;
}

bool isWholeIn(Element element, double number) {
  return number == std::nearbyint(number) && static_cast<double>(lowestOf(element)) <= number &&
         number <= static_cast<double>(highestOf(element));
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
  return text + "]" + (quantized() ? std::string(" ") + nameOf(element) : "");
}

TensorType scalarType() { return {{Size(1)}, ImageKind::None, true}; }

std::string axisName(const TensorType& type, int axis) {
  if (axis == 0) return "C";
  static const char* const names[] = {"W", "H", "D"};
  return names[type.dims.size() - 1 - axis];
}

} // namespace convoy
