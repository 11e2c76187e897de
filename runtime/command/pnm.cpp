// The portable gray and colour maps of Netpbm.
#include "codecs.h"

#include "text.h"

#include <cinttypes>

namespace convoy::command {
namespace {

constexpr char endsEarly[] = "the PPM/PGM data ends too early";

bool isSpace(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// Reads decimal numbers between white space and comments.
class Numbers {
public:
  explicit Numbers(const Bytes& file) : file(file) {}

  // -1 at the end of the file, -2 when there is something else or the number is beyond `most`.
  int64_t next(int64_t most) {
    while (at < file.size() && (isSpace(file[at]) || file[at] == '#')) {
      if (file[at] == '#')
        while (at < file.size() && file[at] != '\n') ++at;
      else
        ++at;
    }
    if (at >= file.size()) return -1;
    const size_t first = at;
    int64_t value = 0;
    for (; at < file.size() && file[at] >= '0' && file[at] <= '9'; ++at) {
      value = value * 10 + (file[at] - '0');
      if (value > most) return -2;
    }
    return at == first ? -2 : value;
  }

  size_t at = 2; // after the magic

private:
  const Bytes& file;
};

Result<Picture> decodeText(Numbers numbers, Picture picture, int64_t maximum) {
  Bytes row(static_cast<size_t>(picture.width * picture.channels * 2));
  for (int64_t y = 0; y < picture.height; ++y) {
    for (size_t i = 0; i < row.size(); i += 2) {
      const int64_t value = numbers.next(maximum);
      if (value == -1) return Error{endsEarly};
      if (value < 0) return Error{"a sample is not a number within the maximum"};
      row[i] = static_cast<uint8_t>(value >> 8);
      row[i + 1] = static_cast<uint8_t>(value);
    }
    storeRow(picture, y, row.data(), 2, static_cast<int32_t>(maximum));
  }
  return picture;
}

Result<Picture> decodeBinary(const uint8_t* samples, Picture picture, int32_t maximum) {
  const int32_t bytesPerSample = maximum > 255 ? 2 : 1;
  const int64_t rowBytes = picture.width * picture.channels * bytesPerSample;
  for (int64_t y = 0; y < picture.height; ++y, samples += rowBytes) {
    for (int64_t i = 0; i < rowBytes; i += bytesPerSample)
      if ((bytesPerSample == 1 ? samples[i] : samples[i] << 8 | samples[i + 1]) > maximum)
        return Error{"a sample is larger than the maximum"};
    storeRow(picture, y, samples, bytesPerSample, maximum);
  }
  return picture;
}

} // namespace

bool isPnm(const Bytes& file) {
  return file.size() >= 3 && file[0] == 'P' && file[1] >= '1' && file[1] <= '7' &&
         (isSpace(file[2]) || file[2] == '#');
}

Result<Picture> decodePnm(const Bytes& file, int64_t pixelLimit) {
  const char kind = static_cast<char>(file[1]);
  if (kind != '2' && kind != '3' && kind != '5' && kind != '6')
    return Error{format("P%c files are not read; PGM (P2, P5) and PPM (P3, P6) are", kind)};
  const int32_t channels = kind == '3' || kind == '6' ? 3 : 1;
  Numbers numbers(file);
  const int64_t width = numbers.next(INT32_MAX);
  const int64_t height = width < 0 ? width : numbers.next(INT32_MAX);
  const int64_t maximum = height < 0 ? height : numbers.next(65535);
  if (maximum == -1) return Error{endsEarly};
  if (maximum < 1) return Error{"the PPM/PGM header needs a width, a height and a maximum of 1 to 65535"};
  if (numbers.at >= file.size()) return Error{endsEarly};
  if (!isSpace(file[numbers.at])) return Error{"the PPM/PGM header is damaged"};
  const size_t first = numbers.at + 1; // exactly one white space
  const bool text = kind <= '3';
  // A text sample takes a digit and a space. The first comparison keeps the second one from overflowing.
  const uint64_t pixels = static_cast<uint64_t>(width) * static_cast<uint64_t>(height);
  const uint64_t sampleBytes = text || maximum > 255 ? 2 : 1;
  if (pixels > file.size() || pixels * channels * sampleBytes > file.size() - first + (text ? 1 : 0))
    return Error{endsEarly};
  Result<Picture> picture = makePicture(channels, height, width, static_cast<int32_t>(maximum), pixelLimit);
  if (!picture) return picture;
  if (text) return decodeText(numbers, std::move(*picture), maximum);
  return decodeBinary(file.data() + first, std::move(*picture), static_cast<int32_t>(maximum));
}

Bytes encodePnm(const Bytes& samples, int32_t channels, int64_t height, int64_t width) {
  const std::string header =
      format("P%c\n%" PRId64 " %" PRId64 "\n255\n", channels == 1 ? '5' : '6', width, height);
  Bytes file(header.begin(), header.end());
  file.insert(file.end(), samples.begin(), samples.end());
  return file;
}

} // namespace convoy::command
