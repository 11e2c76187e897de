#include "picture.h"

#include "text.h"

#include <cinttypes>
#include <cmath>
#include <cstring>

namespace convoy::command {

Outcome checkPixels(int64_t height, int64_t width, int64_t pixelLimit) {
  if (height < 1 || width < 1) return Error{"the picture has no pixels"};
  if (height <= pixelLimit / width) return std::nullopt;
  return Error{format("%" PRId64 "x%" PRId64 " pixels are more than the limit of %" PRId64
                      " (see --max-pixels)",
                      height, width, pixelLimit)};
}

Result<Picture> makePicture(int32_t channels, int64_t height, int64_t width, int32_t maximum,
                            int64_t pixelLimit) {
  if (Outcome error = checkPixels(height, width, pixelLimit)) return *error;
  Picture picture{channels, height, width, {}, {}};
  if (maximum == 255) {
    Result<ByteBuffer> bytes = ByteBuffer::allocate(channels * height * width);
    if (!bytes) return bytes.error();
    picture.bytes = std::move(*bytes);
    return picture;
  }
  Result<FloatBuffer> planes = FloatBuffer::allocate(channels * height * width);
  if (!planes) return planes.error();
  picture.planes = std::move(*planes);
  return picture;
}

void storeRow(Picture& picture, int64_t row, const uint8_t* samples, int32_t bytesPerSample,
              int32_t maximum) {
  const float one = static_cast<float>(maximum);
  const int64_t step = int64_t{picture.channels} * bytesPerSample;
  if (picture.isBytes()) {
    uint8_t* to = picture.bytes.data() + row * picture.width * picture.channels;
    for (int64_t i = 0; i < picture.width * picture.channels; ++i)
      to[i] = samples[i * bytesPerSample + bytesPerSample - 1];
    return;
  }
  for (int32_t channel = 0; channel < picture.channels; ++channel) {
    float* to = picture.planes.data() + (channel * picture.height + row) * picture.width;
    const uint8_t* from = samples + channel * bytesPerSample;
    if (bytesPerSample == 1)
      for (int64_t x = 0; x < picture.width; ++x) to[x] = static_cast<float>(from[x * step]) / one;
    else
      for (int64_t x = 0; x < picture.width; ++x)
        to[x] = static_cast<float>(from[x * step] << 8 | from[x * step + 1]) / one;
  }
}

void convertChannels(const float* from, int32_t fromChannels, float* to, int32_t toChannels, int64_t pixels) {
  const size_t plane = static_cast<size_t>(pixels) * sizeof(float);
  const bool gray = fromChannels <= 2;
  if (toChannels == 1 && !gray) {
    const float *red = from, *green = from + pixels, *blue = from + 2 * pixels;
    for (int64_t i = 0; i < pixels; ++i) to[i] = 0.299f * red[i] + 0.587f * green[i] + 0.114f * blue[i];
    return;
  }
  const int32_t colours = toChannels == 1 ? 1 : 3;
  for (int32_t c = 0; c < colours; ++c) memcpy(to + c * pixels, from + (gray ? 0 : c) * pixels, plane);
  if (toChannels != 4) return;
  float* alpha = to + 3 * pixels;
  if (fromChannels % 2 == 0)
    memcpy(alpha, from + (fromChannels - 1) * pixels, plane);
  else
    for (int64_t i = 0; i < pixels; ++i) alpha[i] = 1.0f;
}

void toPlanes(const uint8_t* bytes, int32_t channels, int64_t pixels, float* planes) {
  for (int32_t channel = 0; channel < channels; ++channel)
    for (int64_t i = 0; i < pixels; ++i)
      planes[channel * pixels + i] = static_cast<float>(bytes[i * channels + channel]) / 255.0f;
}

Bytes toBytes(const float* planes, int32_t channels, int64_t pixels) {
  Bytes bytes(static_cast<size_t>(channels * pixels));
  for (int32_t channel = 0; channel < channels; ++channel) {
    const float* from = planes + channel * pixels;
    uint8_t* to = bytes.data() + channel;
    for (int64_t i = 0; i < pixels; ++i) {
      const float value = from[i] > 0.0f ? (from[i] < 1.0f ? from[i] : 1.0f) : 0.0f; // NaN is not above 0
      to[i * channels] = static_cast<uint8_t>(std::nearbyintf(value * 255.0f));
    }
  }
  return bytes;
}

Result<Picture> orient(Picture picture, int orientation) {
  if (orientation < 2 || orientation > 8) return picture;
  // Orientations 5 to 8 exchange rows and columns; then the source may be mirrored either way.
  const bool exchange = orientation >= 5;
  const bool mirrorRows = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool mirrorColumns = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const int64_t height = exchange ? picture.width : picture.height;
  const int64_t width = exchange ? picture.height : picture.width;
  Result<Picture> upright = makePicture(picture.channels, height, width, picture.isBytes() ? 255 : 0,
                                        picture.height * picture.width);
  if (!upright) return upright;
  // The pixels of a plane, or of all channels at once.
  const auto turn = [&](const auto* from, auto* to, size_t channels) {
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x, to += channels) {
        // Where the upright pixel (y, x) is stored.
        int64_t row = exchange ? x : y, column = exchange ? y : x;
        if (mirrorRows) row = picture.height - 1 - row;
        if (mirrorColumns) column = picture.width - 1 - column;
        const auto* pixel = from + static_cast<size_t>(row * picture.width + column) * channels;
        for (size_t channel = 0; channel < channels; ++channel) to[channel] = pixel[channel];
      }
  };
  const int64_t pixels = height * width;
  if (picture.isBytes())
    turn(picture.bytes.data(), upright->bytes.data(), static_cast<size_t>(picture.channels));
  else
    for (int32_t channel = 0; channel < picture.channels; ++channel)
      turn(picture.planes.data() + channel * pixels, upright->planes.data() + channel * pixels, 1);
  return upright;
}

int exifOrientation(const uint8_t* tiff, size_t size) {
  constexpr int upright = 1;
  if (size < 8) return upright;
  const bool little = memcmp(tiff, "II*\0", 4) == 0;
  if (!little && memcmp(tiff, "MM\0*", 4) != 0) return upright;
  const auto word = [&](size_t at) -> unsigned {
    return little ? tiff[at] | tiff[at + 1] << 8 : tiff[at] << 8 | tiff[at + 1];
  };
  const auto longWord = [&](size_t at) -> size_t {
    const size_t first = word(at), second = word(at + 2);
    return little ? first | second << 16 : first << 16 | second;
  };
  const size_t directory = longWord(4);
  if (directory > size - 2) return upright;
  const size_t entries = word(directory);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * 12; // tag, type, count, value
    if (entry > size || size - entry < 12) return upright;
    constexpr unsigned orientationTag = 0x0112, shortType = 3;
    if (word(entry) != orientationTag) continue;
    const unsigned value = word(entry + 8);
    return word(entry + 2) == shortType && value >= 1 && value <= 8 ? static_cast<int>(value) : upright;
  }
  return upright;
}

} // namespace convoy::command
