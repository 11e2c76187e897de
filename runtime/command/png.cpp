// libpng reports errors by longjmp. Every function that sets a jump holds plain data only, so that no
// destructor is ever skipped; what has a destructor lives in the callers.
#include "codecs.h"

#include "text.h"

#include <csetjmp>
#include <cstring>
#include <new>
#include <png.h>

namespace convoy::command {
namespace {

constexpr char damaged[] = "the PNG data is damaged";
constexpr char endsEarly[] = "the PNG data ends too early";

struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  const uint8_t* next = nullptr;
  const uint8_t* end = nullptr;
  const char* problem = damaged;
  png_uint_32 height = 0, width = 0;
  int channels = 0, bitDepth = 0, passes = 1, orientation = 1;
  size_t rowBytes = 0;

  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void onError(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void onWarning(png_structp png, png_const_charp text) { png_error(png, text); }

void readBytes(png_structp png, png_bytep to, size_t count) {
  Reader& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (static_cast<size_t>(reader.end - reader.next) < count) {
    reader.problem = endsEarly;
    png_error(png, "end");
  }
  memcpy(to, reader.next, count);
  reader.next += count;
}

// Reads up to the pixels. Nothing that grows with the picture is allocated yet.
bool readHeader(Reader& reader) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png))) return false;
  // Nothing here uses these, and widespread harmless faults in them (colour profiles) would warn.
  static const png_byte unused[] = "bKGD\0cHRM\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0"
                                   "sRGB\0tEXt\0tIME\0zTXt";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unused, sizeof unused / 5);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF); // the pixel limit is ours
  png_read_info(png, reader.info);
  reader.height = png_get_image_height(png, reader.info);
  reader.width = png_get_image_width(png, reader.info);
  return true;
}

// Asks for 8 or 16 bits of gray, gray and alpha, rgb or rgba. libpng allocates its rows here.
bool startPixels(Reader& reader) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_palette_to_rgb(png);
  if (png_get_color_type(png, reader.info) == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, reader.info) < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, reader.info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
  reader.passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader.info);
  reader.channels = png_get_channels(png, reader.info);
  reader.bitDepth = png_get_bit_depth(png, reader.info);
  reader.rowBytes = png_get_rowbytes(png, reader.info);
  return true;
}

// rows: one row, or all of them when the picture is interlaced.
bool readPixels(Reader& reader, Picture& picture, uint8_t* rows) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  const int32_t bytesPerSample = reader.bitDepth / 8, maximum = (1 << reader.bitDepth) - 1;
  for (int pass = 0; pass < reader.passes; ++pass)
    for (png_uint_32 y = 0; y < reader.height; ++y) {
      uint8_t* row = rows + (reader.passes > 1 ? y * reader.rowBytes : 0);
      png_read_row(reader.png, row, nullptr);
      if (pass == reader.passes - 1) storeRow(picture, y, row, bytesPerSample, maximum);
    }
  png_read_end(reader.png, reader.info);
  png_uint_32 size = 0;
  png_bytep exif = nullptr;
  if (png_get_eXIf_1(reader.png, reader.info, &size, &exif)) reader.orientation = exifOrientation(exif, size);
  return true;
}

struct Writer {
  png_structp png = nullptr;
  png_infop info = nullptr;
  Bytes bytes;

  ~Writer() { png_destroy_write_struct(&png, &info); }
};

bool append(Bytes& bytes, const uint8_t* data, size_t count) {
  try {
    bytes.insert(bytes.end(), data, data + count);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void writeBytes(png_structp png, png_bytep data, size_t count) {
  if (!append(static_cast<Writer*>(png_get_io_ptr(png))->bytes, data, count)) png_error(png, "memory");
}

void flushNothing(png_structp) {}

bool writePicture(Writer& writer, const uint8_t* samples, int32_t channels, int64_t height, int64_t width) {
  png_structp png = writer.png;
  if (setjmp(png_jmpbuf(png))) return false;
  const int colour = channels == 1   ? PNG_COLOR_TYPE_GRAY
                     : channels == 3 ? PNG_COLOR_TYPE_RGB
                                     : PNG_COLOR_TYPE_RGBA;
  png_set_write_fn(png, &writer, writeBytes, flushNothing);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_IHDR(png, writer.info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, colour,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // Fast filters and a low level: half the time of the defaults for a few percent of size.
  png_set_compression_level(png, 3);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB | PNG_FILTER_UP);
  png_write_info(png, writer.info);
  for (int64_t y = 0; y < height; ++y) png_write_row(png, samples + y * width * channels);
  png_write_end(png, nullptr);
  return true;
}

} // namespace

bool isPng(const Bytes& file) { return file.size() >= 8 && png_sig_cmp(file.data(), 0, 8) == 0; }

Result<Picture> decodePng(const Bytes& file, int64_t pixelLimit) {
  Reader reader;
  reader.next = file.data();
  reader.end = file.data() + file.size();
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, onError, onWarning);
  if (reader.png) reader.info = png_create_info_struct(reader.png);
  if (!reader.info) return Error{"not enough memory"};
  png_set_read_fn(reader.png, &reader, readBytes);
  if (!readHeader(reader)) return Error{reader.problem};
  // Deflate shrinks at most 1032 times: a smaller file cannot hold what it declares.
  const uint64_t packedRow = (uint64_t{reader.width} + 7) / 8;
  if (packedRow * reader.height > 1032 * static_cast<uint64_t>(file.size())) return Error{endsEarly};
  if (Outcome error = checkPixels(reader.height, reader.width, pixelLimit)) return *error;
  if (!startPixels(reader)) return Error{reader.problem};
  Result<Picture> picture =
      makePicture(reader.channels, reader.height, reader.width, (1 << reader.bitDepth) - 1, pixelLimit);
  if (!picture) return picture;
  Result<Memory> rows =
      allocateBytes(static_cast<int64_t>(reader.rowBytes) * (reader.passes > 1 ? reader.height : 1));
  if (!rows) return rows.error();
  if (!readPixels(reader, *picture, static_cast<uint8_t*>(rows->get()))) return Error{reader.problem};
  return orient(std::move(*picture), reader.orientation);
}

Result<Bytes> encodePng(const Bytes& samples, int32_t channels, int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > 0x7FFFFFFF || width > 0x7FFFFFFF)
    return Error{"a PNG has 1 to 2147483647 pixels in each direction"};
  Writer writer;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, onError, onWarning);
  if (writer.png) writer.info = png_create_info_struct(writer.png);
  if (!writer.info || !writePicture(writer, samples.data(), channels, height, width))
    return Error{"not enough memory"};
  return std::move(writer.bytes);
}

} // namespace convoy::command
