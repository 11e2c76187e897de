// Pictures and the conversions between them.
#ifndef CONVOY_COMMAND_PICTURE_H
#define CONVOY_COMMAND_PICTURE_H
#include "buffer.h"
#include "file.h"

namespace convoy::command {

// As decoded: sRGB-encoded, straight alpha. 8-bit samples stay bytes, others are planar float32 in 0..1.
struct Picture {
  int32_t channels = 0; // 1 gray, 2 gray and alpha, 3 rgb, 4 rgba
  int64_t height = 0, width = 0;
  FloatBuffer planes; // [channels][height][width]
  ByteBuffer bytes;   // [height][width][channels], when there are no planes
  bool isBytes() const { return bytes.size() > 0; }
};

// Pictures with more pixels are refused before they are decoded.
constexpr int64_t defaultPixelLimit = int64_t{1} << 28;

// Whether there are pixels, and not more than the limit.
Outcome checkPixels(int64_t height, int64_t width, int64_t pixelLimit);

// Checks the limit, then allocates bytes when `maximum` is 255.
Result<Picture> makePicture(int32_t channels, int64_t height, int64_t width, int32_t maximum,
                            int64_t pixelLimit);

// Puts one row of interleaved samples in place. Two bytes per sample are big-endian; 1.0 is `maximum`, as for
// makePicture.
void storeRow(Picture& picture, int64_t row, const uint8_t* samples, int32_t bytesPerSample, int32_t maximum);

// From 1..4 to 1, 3 or 4 channels, `pixels` of each plane: gray replicates, colour read as gray takes
// luminance, a missing alpha is 1, an unwanted one is dropped.
void convertChannels(const float* from, int32_t fromChannels, float* to, int32_t toChannels, int64_t pixels);

// Interleaved 8-bit samples as planes.
void toPlanes(const uint8_t* bytes, int32_t channels, int64_t pixels, float* planes);

// 8-bit samples of one interleaved picture from planes: NaN is 0, clamped to 0..1, times 255, half to even.
Bytes toBytes(const float* planes, int32_t channels, int64_t pixels);

// Turns the picture upright. Orientation is EXIF's, 1..8; others change nothing.
Result<Picture> orient(Picture picture, int orientation);

// EXIF's orientation from a TIFF structure ("II*\0" or "MM\0*" first); 1 when there is none or it is broken.
int exifOrientation(const uint8_t* tiff, size_t size);

} // namespace convoy::command
#endif
