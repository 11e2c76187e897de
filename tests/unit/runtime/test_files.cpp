#include "test_files.h"

#include "command/npy.h"

#include <algorithm>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

#include <cstdio>
#include <jpeglib.h>
#include <png.h>

namespace convoy::test {

Bytes samplesOf(const command::Picture& picture) {
  if (picture.isBytes()) return Bytes(picture.bytes.data(), picture.bytes.data() + picture.bytes.size());
  return command::toBytes(picture.planes.data(), picture.channels, picture.height * picture.width);
}

std::vector<float> planesOf(const command::Picture& picture) {
  std::vector<float> planes(static_cast<size_t>(picture.channels * picture.height * picture.width));
  if (picture.isBytes())
    command::toPlanes(picture.bytes.data(), picture.channels, picture.height * picture.width, planes.data());
  else
    std::copy_n(picture.planes.data(), planes.size(), planes.begin());
  return planes;
}

Bytes rampSamples(int64_t count) {
  Bytes samples(static_cast<size_t>(count));
  for (size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<uint8_t>(i * 37);
  return samples;
}

Bytes makePng(const PngRecipe& recipe) {
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto append = [](png_structp to, png_bytep data, size_t count) {
    Bytes& bytes = *static_cast<Bytes*>(png_get_io_ptr(to));
    bytes.insert(bytes.end(), data, data + count);
  };
  png_set_write_fn(png, &file, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(recipe.width), static_cast<png_uint_32>(recipe.height),
               recipe.bitDepth, recipe.colourType,
               recipe.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!recipe.palette.empty())
    png_set_PLTE(png, info, reinterpret_cast<png_const_colorp>(recipe.palette.data()),
                 static_cast<int>(recipe.palette.size() / 3));
  if (!recipe.transparency.empty())
    png_set_tRNS(png, info, recipe.transparency.data(), static_cast<int>(recipe.transparency.size()),
                 nullptr);
  Bytes exif = recipe.exif;
  if (!exif.empty()) png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), exif.data());
  std::string text = recipe.text, key = "Comment";
  if (!text.empty()) {
    png_text entry{};
    entry.compression = PNG_TEXT_COMPRESSION_NONE;
    entry.key = key.data();
    entry.text = text.data();
    entry.text_length = text.size();
    png_set_text(png, info, &entry, 1);
  }
  png_write_info(png, info);
  const size_t rowBytes = png_get_rowbytes(png, info);
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < recipe.height; ++y)
    rows.push_back(const_cast<png_bytep>(recipe.rows.data() + static_cast<size_t>(y) * rowBytes));
  png_write_image(png, rows.data());
  png_write_end(png, nullptr); // with the chunks of `info`, libpng 1.6 would write eXIf twice
  png_destroy_write_struct(&png, &info);
  return file;
}

Bytes makeJpeg(const Bytes& samples, int32_t channels, int64_t height, int64_t width, const Bytes& exif,
               bool progressive) {
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &memory, &size);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.input_components = channels;
  jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1; // colours at full resolution
  if (progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  if (!exif.empty()) {
    Bytes marker = {'E', 'x', 'i', 'f', 0, 0};
    marker.insert(marker.end(), exif.begin(), exif.end());
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, marker.data(), static_cast<unsigned>(marker.size()));
  }
  for (int64_t y = 0; y < height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(samples.data() + static_cast<size_t>(y * width * channels));
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  Bytes file(memory, memory + size);
  free(memory);
  return file;
}

Bytes makeExif(int orientation, bool littleEndian) {
  const auto value = static_cast<uint8_t>(orientation);
  if (littleEndian)
    return {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
  return {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0};
}

Bytes makeNpy(const std::vector<int64_t>& shape, const std::vector<float>& values) {
  Bytes file = command::npyHeader(shape);
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  file.insert(file.end(), bytes, bytes + values.size() * sizeof(float));
  return file;
}

Bytes makeRawNpy(const std::string& header, const Bytes& content, int version) {
  Bytes file = {0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<uint8_t>(version), 0};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file.push_back(static_cast<uint8_t>(header.size() >> (8 * i)));
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), content.begin(), content.end());
  return file;
}

void TestWithFolder::SetUp() {
  std::string pattern = testing::TempDir() + "convoy-test-XXXXXX";
  const char* made = mkdtemp(pattern.data());
  ASSERT_NE(made, nullptr);
  folder = made;
}

void TestWithFolder::TearDown() { ASSERT_EQ(system(("rm -rf '" + folder + "'").c_str()), 0); }

std::string TestWithFolder::write(const std::string& name, const Bytes& content) const {
  std::ofstream file(path(name), std::ios::binary);
  file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  return path(name);
}

Bytes TestWithFolder::read(const std::string& name) const {
  std::ifstream file(path(name), std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

bool TestWithFolder::exists(const std::string& name) const {
  struct stat facts;
  return stat(path(name).c_str(), &facts) == 0;
}

std::vector<std::string> TestWithFolder::listing(const std::string& below) const {
  std::vector<std::string> names;
  DIR* directory = opendir(path(below).c_str());
  if (!directory) return names;
  while (const dirent* entry = readdir(directory))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) names.push_back(entry->d_name);
  closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace convoy::test
