// Types of values in a pipeline.
#pragma once
#include "ops/size.h"
#include <optional>
#include <vector>

namespace convoy {

enum class ImageKind { None, Gray, Rgb, Rgba };
int64_t channelsOf(ImageKind kind);              // 1, 3, 4; None: 0
const char* nameOf(ImageKind kind);              // "gray", "rgb", "rgba"; None: ""
ImageKind imageKindNamed(std::string_view name); // None when there is no such kind

// What the numbers of a tensor are. U8 and I8 are whole numbers from 0 to 255 and from -128 to 127: those of
// a quantized value, which stand for (number - zero point) * scale. I32 is of parameters alone, and as far as
// float32 holds every whole number, from -2^24 to 2^24.
enum class Element { F32, U8, I8, I32 };
const char* nameOf(Element element); // "f32", "u8", "i8", "i32"
std::optional<Element> elementNamed(std::string_view name);
int64_t lowestOf(Element element); // of whole numbers
int64_t highestOf(Element element);
bool isWholeIn(Element element, double number);

// A tensor of one item: channels first, then 0 to 3 spatial dimensions, slowest first ([D,] [H,] W).
// The batch is never part of a type. dims[0], the channels, is always a constant.
struct TensorType {
  std::vector<Size> dims;
  ImageKind image = ImageKind::None; // an image[...] at the interface; inside it is a plain tensor
  // Of an input alone: a run-time scalar, one number for all items of the batch. dims is {1} then, so that it
  // broadcasts.
  bool scalar = false;
  // Wherever values lie as float32, whole numbers are float32 too.
  Element element = Element::F32;
  bool quantized() const { return element != Element::F32; }
  int64_t channels() const { return dims[0].known(); }
  int spatialRank() const { return static_cast<int>(dims.size()) - 1; }
  const Size& spatial(int axis) const { return dims[1 + axis]; }
  Size elements() const; // of one item
  bool sameDims(const TensorType& other) const { return dims == other.dims; }
  // For messages: "tensor[16, H, W]", "image[rgb, H, W]", "tensor[16, H, W] u8", "float", and "image[rgb]"
  // where an input's sizes were left out.
  std::string str() const;
  // The same with every size: "image[rgb, photo.H, photo.W]".
  std::string fullText() const;
};

TensorType scalarType();

// "C" for axis 0, then "D", "H", "W" as far as the rank has them: the last axis is always "W".
std::string axisName(const TensorType& type, int axis);

} // namespace convoy
