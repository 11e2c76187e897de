#include "pictures.h"
#include <cmath>
#include <cstdint>
#include <fstream>

namespace convoy::images {

namespace {

// The same numbers everywhere, other than those of the standard library's distributions.
class Noise {
public:
  explicit Noise(uint32_t seed) : state_(seed) {}
  int below(int limit) {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<int>((state_ >> 8) % static_cast<uint32_t>(limit));
  }

private:
  uint32_t state_;
};

// Every pixel by itself.
cv::Mat noise(int height, int width, int type, uint32_t seed) {
  cv::Mat picture(height, width, type);
  Noise numbers(seed);
  for (int y = 0; y < height; ++y)
    for (size_t i = 0; i < width * picture.elemSize(); ++i)
      picture.ptr(y)[i] = static_cast<uchar>(numbers.below(256));
  return picture;
}

// Discs and bars with sharp edges on ramps, with a little noise: what filters are for.
cv::Mat shapes(int height, int width, uint32_t seed) {
  cv::Mat picture(height, width, CV_8UC3);
  Noise numbers(seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool disc = std::hypot(y - height / 2.0, x - width / 3.0) < height / 4.0;
      const bool bar = (x + y / 2) % 29 < 3;
      const int colour[3] = {255 * x / width, 255 * y / height, disc ? 240 : 60};
      for (int c = 0; c < 3; ++c)
        picture.at<cv::Vec3b>(y, x)[c] = static_cast<uchar>(
            std::clamp((bar ? 255 - colour[c] : colour[c]) + numbers.below(9) - 4, 0, 255));
    }
  }
  return picture;
}

// Black and white squares, the sharpest corners there are.
cv::Mat squares(int height, int width, int extent) {
  cv::Mat picture(height, width, CV_8UC1);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) picture.at<uchar>(y, x) = (y / extent + x / extent) % 2 ? 255 : 0;
  return picture;
}

} // namespace

std::vector<Named> madePictures() {
  return {{"shapes", shapes(77, 123, 1)},
          {"noise", noise(48, 64, CV_8UC3, 2)},
          {"squares", squares(41, 56, 9)},
          {"row", noise(1, 7, CV_8UC3, 3)}};
}

void writePicture(const std::string& path, const cv::Mat& picture) {
  std::ofstream file(path, std::ios::binary);
  file << (picture.channels() == 1 ? "P5" : "P6") << '\n' << picture.cols << ' ' << picture.rows << "\n255\n";
  for (int y = 0; y < picture.rows; ++y)
    file.write(reinterpret_cast<const char*>(picture.ptr(y)),
               static_cast<std::streamsize>(picture.cols * picture.elemSize()));
}

cv::Mat readPicture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string kind;
  int width = 0, height = 0, most = 0;
  file >> kind >> width >> height >> most;
  file.get();
  if (!file || most != 255 || (kind != "P5" && kind != "P6")) return {};
  cv::Mat picture(height, width, kind == "P5" ? CV_8UC1 : CV_8UC3);
  file.read(reinterpret_cast<char*>(picture.data),
            static_cast<std::streamsize>(picture.total() * picture.elemSize()));
  return file ? picture : cv::Mat{};
}

} // namespace convoy::images
