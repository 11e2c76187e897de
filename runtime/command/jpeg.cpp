// libjpeg leaves through the error handler, which jumps. Functions that set a jump hold plain data only.
#include "codecs.h"

#include "text.h"

#include <csetjmp>
#include <cstdio> // jpeglib.h needs FILE
#include <cstring>
#include <jerror.h>
#include <jpeglib.h>

namespace convoy::command {
namespace {

constexpr int mostScans = 500; // a progressive file of a few kilobytes can ask for millions

struct Reader {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  jmp_buf jump;
  const char* problem = "the JPEG data is damaged";
  int orientation = 1;
  bool created = false;

  ~Reader() {
    if (created) jpeg_destroy_decompress(&jpeg);
  }
};

[[noreturn]] void leave(j_common_ptr jpeg) {
  Reader& reader = *static_cast<Reader*>(jpeg->client_data);
  switch (reader.errors.msg_code) {
  case JERR_INPUT_EOF:
  case JERR_INPUT_EMPTY:
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER: reader.problem = "the JPEG data ends too early"; break;
  case JERR_OUT_OF_MEMORY: reader.problem = "not enough memory"; break;
  }
  longjmp(reader.jump, 1);
}

void onMessage(j_common_ptr jpeg, int level) {
  if (level < 0) leave(jpeg); // a warning: the data is damaged, and libjpeg would make something up
}

void onProgress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > mostScans) leave(jpeg);
}

int orientationIn(const jpeg_decompress_struct& jpeg) {
  constexpr size_t prefix = 6;
  for (jpeg_saved_marker_ptr marker = jpeg.marker_list; marker; marker = marker->next)
    if (marker->data_length >= prefix && memcmp(marker->data, "Exif\0\0", prefix) == 0)
      return exifOrientation(marker->data + prefix, marker->data_length - prefix);
  return 1;
}

bool readHeader(Reader& reader, const uint8_t* data, size_t size) {
  jpeg_decompress_struct& jpeg = reader.jpeg;
  jpeg.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = leave;
  reader.errors.emit_message = onMessage;
  if (setjmp(reader.jump)) return false;
  jpeg.client_data = &reader;
  jpeg_create_decompress(&jpeg);
  reader.created = true;
  jpeg.client_data = &reader;
  reader.progress.progress_monitor = onProgress;
  jpeg.progress = &reader.progress;
  jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xFFFF);
  jpeg_mem_src(&jpeg, data, size);
  jpeg_read_header(&jpeg, TRUE);
  reader.orientation = orientationIn(jpeg);
  if (jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK) {
    reader.problem = "it is a CMYK JPEG; save it as RGB";
    return false;
  }
  jpeg.out_color_space = jpeg.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  return true;
}

bool readPixels(Reader& reader, Picture& picture, uint8_t* row) {
  jpeg_decompress_struct& jpeg = reader.jpeg;
  if (setjmp(reader.jump)) return false;
  jpeg_start_decompress(&jpeg);
  while (jpeg.output_scanline < jpeg.output_height) {
    const int64_t y = jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
    storeRow(picture, y, row, 1, 255);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

} // namespace

bool isJpeg(const Bytes& file) {
  return file.size() >= 3 && file[0] == 0xFF && file[1] == 0xD8 && file[2] == 0xFF;
}

Result<Picture> decodeJpeg(const Bytes& file, int64_t pixelLimit) {
  Reader reader;
  if (!readHeader(reader, file.data(), file.size())) return Error{reader.problem};
  const int32_t channels = reader.jpeg.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  Result<Picture> picture =
      makePicture(channels, reader.jpeg.image_height, reader.jpeg.image_width, 255, pixelLimit);
  if (!picture) return picture;
  Result<Memory> row = allocateBytes(int64_t{channels} * reader.jpeg.image_width);
  if (!row) return row.error();
  if (!readPixels(reader, *picture, static_cast<uint8_t*>(row->get()))) return Error{reader.problem};
  return orient(std::move(*picture), reader.orientation);
}

} // namespace convoy::command
