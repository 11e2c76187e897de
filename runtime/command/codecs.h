// Picture files, to and from bytes in memory. Errors are the reason alone, in this project's words.
#ifndef CONVOY_COMMAND_CODECS_H
#define CONVOY_COMMAND_CODECS_H
#include "picture.h"

namespace convoy::command {

bool isPng(const Bytes& file);
bool isJpeg(const Bytes& file);
bool isPnm(const Bytes& file); // "P" and a digit

// PNG of every colour type and depth, interlaced or not. Damage that libpng would only warn of is an error.
Result<Picture> decodePng(const Bytes& file, int64_t pixelLimit);
// samples: interleaved 8 bit, 1, 3 or 4 channels.
Result<Bytes> encodePng(const Bytes& samples, int32_t channels, int64_t height, int64_t width);

// Gray and colour JPEG, turned upright as its EXIF data says. Warnings are errors.
Result<Picture> decodeJpeg(const Bytes& file, int64_t pixelLimit);

// PGM and PPM, text (P2, P3) and binary (P5, P6), maximum 1 to 65535.
Result<Picture> decodePnm(const Bytes& file, int64_t pixelLimit);
// P5 for 1 channel, P6 for 3.
Bytes encodePnm(const Bytes& samples, int32_t channels, int64_t height, int64_t width);

} // namespace convoy::command
#endif
