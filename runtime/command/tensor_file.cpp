#include "tensor_file.h"

#include "codecs.h"
#include "npy.h"
#include "text.h"

#include <cinttypes>
#include <cstring>
#include <new>

namespace convoy::command {
namespace {

bool isPictureChannels(int64_t channels) { return channels == 1 || channels == 3 || channels == 4; }

// The channels a picture is converted to for the port; 0 when the port takes no pictures.
int32_t pictureChannels(const convoy_port& port) {
  if (port.image_channels) return port.image_channels;
  const bool fixed = port.rank == 3 && (!port.symbols || port.symbols[0] < 0);
  return fixed && isPictureChannels(port.constants[0]) ? static_cast<int32_t>(port.constants[0]) : 0;
}

Result<Tensor> fromPicture(const convoy_port& port, const std::string& type, Picture picture) {
  const int32_t channels = pictureChannels(port);
  if (!channels)
    return Error{"it is a picture, but input " + quoted(port.name) + " is " + type + "; give an .npy file"};
  Tensor tensor;
  tensor.extents = {channels, picture.height, picture.width};
  const int64_t pixels = picture.height * picture.width;
  const bool same = channels == picture.channels;
  if (same && port.image_channels && picture.isBytes()) {
    tensor.bytes = std::move(picture.bytes);
    tensor.isBytes = true;
    return tensor;
  }
  if (picture.isBytes()) {
    Result<FloatBuffer> planes = FloatBuffer::allocate(picture.channels * pixels);
    if (!planes) return planes.error();
    toPlanes(picture.bytes.data(), picture.channels, pixels, planes->data());
    picture.planes = std::move(*planes);
  }
  if (same) {
    tensor.data = std::move(picture.planes);
    return tensor;
  }
  Result<FloatBuffer> data = FloatBuffer::allocate(channels * pixels);
  if (!data) return data.error();
  convertChannels(picture.planes.data(), picture.channels, data->data(), channels, pixels);
  tensor.data = std::move(*data);
  return tensor;
}

// What the dimensions of an .npy file for an image mean.
struct ImageLayout {
  int64_t batch = 1, channels = 1, height = 0, width = 0;
  bool batched = false;
};

Result<ImageLayout> imageLayout(const convoy_port& port, const NpyArray& array) {
  const bool planar = array.element == NpyElement::Float32;
  const char* order = planar ? "channels, height, width" : "height, width, channels";
  const std::vector<int64_t>& shape = array.shape;
  const Error mismatch{"its shape " + extentsText(shape) + " is not " + order + " with 1, 3 or 4 channels"};
  ImageLayout layout;
  const auto interpret = [&](size_t first) { // three dimensions from `first`
    layout.channels = shape[planar ? first : first + 2];
    layout.height = shape[planar ? first + 1 : first];
    layout.width = shape[planar ? first + 2 : first + 1];
  };
  if (shape.size() == 4) {
    layout.batch = shape[0];
    layout.batched = true;
    interpret(1);
  } else if (shape.size() == 3) {
    interpret(0);
    // Several gray pictures without channels.
    if (port.image_channels == 1 && !isPictureChannels(layout.channels))
      layout = {shape[0], 1, shape[1], shape[2], true};
    else if (port.image_channels == 1 && planar && layout.channels != 1)
      return Error{format("%s may be one picture of %" PRId64 " channels or as many gray ones; "
                          "reshape it to 1x%s or %" PRId64 "x1x%" PRId64 "x%" PRId64,
                          extentsText(shape).c_str(), shape[0], extentsText(shape).c_str(), shape[0],
                          shape[1], shape[2])};
  } else if (shape.size() == 2 && port.image_channels == 1) {
    layout.height = shape[0];
    layout.width = shape[1];
  } else {
    return mismatch;
  }
  if (!isPictureChannels(layout.channels)) return mismatch;
  return layout;
}

// One item of an .npy file as planes of float32.
void readItem(const uint8_t* item, const ImageLayout& layout, NpyElement element, float* planes) {
  const int64_t pixels = layout.height * layout.width, channels = layout.channels;
  if (element == NpyElement::Float32)
    memcpy(planes, item, static_cast<size_t>(channels * pixels) * sizeof(float));
  else
    toPlanes(item, static_cast<int32_t>(channels), pixels, planes);
}

Result<Tensor> imageFromNpy(const convoy_port& port, const NpyArray& array, const Bytes& file) {
  Result<ImageLayout> layout = imageLayout(port, array);
  if (!layout) return layout.error();
  const int32_t channels = port.image_channels;
  Tensor tensor;
  tensor.extents = {channels, layout->height, layout->width};
  tensor.batch = layout->batch;
  tensor.batched = layout->batched;
  const std::optional<int64_t> count = elementCount(tensor.extents, tensor.batch);
  if (!count) return Error{"its shape " + extentsText(array.shape) + " is too large"};
  const int64_t pixels = layout->height * layout->width;
  const bool convert = layout->channels != channels;
  if (!convert && array.element == NpyElement::Uint8) {
    Result<ByteBuffer> bytes = ByteBuffer::allocate(*count);
    if (!bytes) return bytes.error();
    if (*count > 0) memcpy(bytes->data(), file.data() + array.offset, static_cast<size_t>(*count));
    tensor.bytes = std::move(*bytes);
    tensor.isBytes = true;
    return tensor;
  }
  Result<FloatBuffer> data = FloatBuffer::allocate(*count);
  if (!data) return data.error();
  Result<FloatBuffer> item = FloatBuffer::allocate(convert ? layout->channels * pixels : 0);
  if (!item) return item.error();
  const size_t elementSize = array.element == NpyElement::Float32 ? sizeof(float) : 1;
  const size_t itemBytes = static_cast<size_t>(layout->channels * pixels) * elementSize;
  for (int64_t n = 0; n < layout->batch; ++n) {
    const uint8_t* from = file.data() + array.offset + static_cast<size_t>(n) * itemBytes;
    float* to = data->data() + n * channels * pixels;
    readItem(from, *layout, array.element, convert ? item->data() : to);
    if (convert) convertChannels(item->data(), static_cast<int32_t>(layout->channels), to, channels, pixels);
  }
  tensor.data = std::move(*data);
  return tensor;
}

Result<Tensor> tensorFromNpy(const convoy_port& port, const std::string& type, const NpyArray& array,
                             const Bytes& file) {
  if (array.element != NpyElement::Float32)
    return Error{"it holds uint8, but input " + quoted(port.name) + " is " + type + " and needs float32"};
  const size_t rank = static_cast<size_t>(port.rank);
  Tensor tensor;
  tensor.extents = array.shape;
  if (array.shape.size() == rank + 1) {
    tensor.batched = true;
    tensor.batch = array.shape[0];
    tensor.extents.erase(tensor.extents.begin());
  } else if (array.shape.size() != rank) {
    return Error{"its shape " + extentsText(array.shape) + " does not fit input " + quoted(port.name) +
                 ", which is " + type};
  }
  const std::optional<int64_t> count = elementCount(tensor.extents, tensor.batch);
  if (!count) return Error{"its shape " + extentsText(array.shape) + " is too large"};
  Result<FloatBuffer> data = FloatBuffer::allocate(*count);
  if (!data) return data.error();
  if (*count > 0)
    memcpy(data->data(), file.data() + array.offset, static_cast<size_t>(*count) * sizeof(float));
  tensor.data = std::move(*data);
  return tensor;
}

Result<Tensor> decode(const convoy_port& port, const std::string& type, const Bytes& file,
                      int64_t pixelLimit) {
  if (isNpy(file)) {
    Result<NpyArray> array = parseNpy(file);
    if (!array) return array.error();
    return port.image_channels ? imageFromNpy(port, *array, file) : tensorFromNpy(port, type, *array, file);
  }
  Result<Picture> picture =
      isPng(file)    ? decodePng(file, pixelLimit)
      : isJpeg(file) ? decodeJpeg(file, pixelLimit)
      : isPnm(file)  ? decodePnm(file, pixelLimit)
                     : Result<Picture>(Error{file.empty() ? "it is empty"
                                                          : "it is not a PNG, JPEG, PPM, PGM or .npy file"});
  if (!picture) return picture.error();
  return fromPicture(port, type, std::move(*picture));
}

Outcome savePicture(const convoy_port& port, const Tensor& tensor, const std::string& path,
                    OutputFiles& files) {
  const std::string cannot = "cannot write " + quoted(path) + ": ";
  const std::string extension = extensionOf(path);
  const std::string what = "output " + quoted(port.name) + " of shape " + extentsText(tensor.extents);
  if (tensor.extents.size() != 3 || !isPictureChannels(tensor.extents[0]))
    return Error{cannot + what + " is not a picture of 1, 3 or 4 channels; use .npy"};
  if (tensor.batch != 1)
    return Error{cannot + format("a picture file holds one item, and the batch has %" PRId64 "; use .npy",
                                 tensor.batch)};
  int32_t channels = static_cast<int32_t>(tensor.extents[0]);
  const int64_t height = tensor.extents[1], width = tensor.extents[2];
  if (extension == ".pgm" && channels != 1) return Error{cannot + what + " has colours; use .ppm or .png"};
  if (extension == ".ppm" && channels == 4) return Error{cannot + what + " has alpha; use .png"};
  Bytes samples = tensor.isBytes ? Bytes(tensor.bytes.data(), tensor.bytes.data() + tensor.bytes.size())
                                 : toBytes(tensor.data.data(), channels, height * width);
  if (extension == ".ppm" && channels == 1) { // a .ppm is in colour: gray replicates
    Bytes colour;
    colour.reserve(3 * samples.size());
    for (const uint8_t sample : samples) colour.insert(colour.end(), 3, sample);
    samples = std::move(colour);
    channels = 3;
  }
  if (extension != ".png") return files.add(path, encodePnm(samples, channels, height, width));
  Result<Bytes> png = encodePng(samples, channels, height, width);
  if (!png) return Error{cannot + png.error().text};
  return files.add(path, *png);
}

} // namespace

std::string portType(const convoy_port& port, const char* const* sizeNames) {
  if (isScalar(port)) return "float" + (port.has_default ? " = " + shortest(port.default_value) : "");
  const auto dimension = [&](int32_t axis) -> std::string {
    const int32_t symbol = port.symbols ? port.symbols[axis] : -1;
    if (symbol < 0)
      return port.constants && port.constants[axis] > 0 ? std::to_string(port.constants[axis]) : "_";
    const std::string name = sizeNames ? sizeNames[symbol] : "";
    return name.empty() || name.find('.') != std::string::npos ? "_" : escaped(name);
  };
  const char* image = port.image_channels == 1   ? "gray"
                      : port.image_channels == 3 ? "rgb"
                      : port.image_channels == 4 ? "rgba"
                                                 : nullptr;
  std::string text;
  bool known = !image; // of an image, sizes that nobody named are left out
  for (int32_t axis = image ? 1 : 0; axis < port.rank; ++axis) {
    const std::string extent = dimension(axis);
    known |= extent != "_";
    text += (text.empty() ? "" : ", ") + extent;
  }
  if (!image) return "tensor[" + text + "]";
  return std::string("image[") + image + (known ? ", " + text : "") + "]";
}

Result<Tensor> loadTensor(const convoy_port& port, const char* const* sizeNames, const std::string& path,
                          int64_t pixelLimit) {
  const std::string cannot = "cannot read " + quoted(path) + ": ";
  try {
    Result<Bytes> file = readFile(path);
    if (!file) return Error{cannot + file.error().text};
    Result<Tensor> tensor = decode(port, portType(port, sizeNames), *file, pixelLimit);
    if (!tensor) return Error{cannot + tensor.error().text};
    return tensor;
  } catch (const std::bad_alloc&) { // of the containers; large buffers report it themselves
    return Error{cannot + "not enough memory"};
  }
}

Result<Tensor> inFloats(Result<Tensor> read) {
  if (!read || !read->isBytes) return read;
  Tensor& tensor = *read;
  Result<FloatBuffer> data = FloatBuffer::allocate(tensor.bytes.size());
  if (!data) return data.error();
  const int64_t pixels = tensor.extents[1] * tensor.extents[2], item = tensor.extents[0] * pixels;
  for (int64_t at = 0; at < tensor.bytes.size(); at += item)
    toPlanes(tensor.bytes.data() + at, static_cast<int32_t>(tensor.extents[0]), pixels, data->data() + at);
  tensor.data = std::move(*data);
  tensor.bytes = {};
  tensor.isBytes = false;
  return read;
}

Result<Tensor> scalarTensor(float number) {
  Tensor tensor;
  Result<FloatBuffer> data = FloatBuffer::allocate(1);
  if (!data) return data.error();
  data->data()[0] = number;
  tensor.data = std::move(*data);
  return tensor;
}

Result<Tensor> loadScalar(const convoy_port& port, const std::string& text) {
  if (const std::optional<float> number = parseFloat(text)) return scalarTensor(*number);
  if (extensionOf(text) != ".npy")
    return usageError("input " + quoted(port.name) + " takes a number, or an .npy file with one, not " +
                      quoted(text));
  const std::string cannot = "cannot read " + quoted(text) + ": ";
  Result<Bytes> file = readFile(text);
  if (!file) return Error{cannot + file.error().text};
  if (!isNpy(*file)) return Error{cannot + "it is no .npy file"};
  Result<NpyArray> array = parseNpy(*file);
  if (!array) return Error{cannot + array.error().text};
  if (array->element != NpyElement::Float32 || elementCount(array->shape, 1) != int64_t{1})
    return Error{cannot + "input " + quoted(port.name) + " needs one float32 number"};
  float number = 0;
  memcpy(&number, file->data() + array->offset, sizeof number);
  return scalarTensor(number);
}

bool isPictureName(const std::string& path) {
  const std::string extension = extensionOf(path);
  return extension == ".png" || extension == ".ppm" || extension == ".pgm";
}

Outcome checkOutputName(const std::string& path) {
  if (isPictureName(path) || extensionOf(path) == ".npy") return std::nullopt;
  return usageError("cannot write " + quoted(path) + ": the name must end in .png, .ppm, .pgm or .npy");
}

Outcome saveTensor(const convoy_port& port, const Tensor& tensor, const std::string& path,
                   OutputFiles& files) {
  if (extensionOf(path) != ".npy") return savePicture(port, tensor, path, files);
  std::vector<int64_t> shape = tensor.extents;
  if (tensor.batched) shape.insert(shape.begin(), tensor.batch);
  return files.add(path, npyHeader(shape), tensor.data.data(),
                   static_cast<size_t>(tensor.data.size()) * sizeof(float));
}

} // namespace convoy::command
