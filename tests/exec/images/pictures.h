// Pictures of the tests, and the files by which compiled programs take and give them.
#pragma once
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace convoy::images {

// Channels are red, green, blue; a gray picture has one.
struct Named {
  std::string name;
  cv::Mat picture; // CV_8UC1 or CV_8UC3
};

// Four pictures made by formulas, the same on every machine: even and odd sizes, gray and colour, edges,
// ramps, noise, and one row of seven pixels.
std::vector<Named> madePictures();

// A binary PGM or PPM file. Reading gives an empty picture when the file is not one with 8 bits.
void writePicture(const std::string& path, const cv::Mat& picture);
cv::Mat readPicture(const std::string& path);

} // namespace convoy::images
