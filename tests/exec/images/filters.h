// What OpenCV makes of a picture, for each script of examples/images.
#pragma once
#include <opencv2/core.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace convoy::images {

// 8-bit results are compared as they are, CV_32F ones in 0..1 after rounding to 8 bits, each with one step of
// room. Where `unsure` is not 0 (it may be empty), a comparison of nearly equal numbers decides, and rounding
// with it.
struct Result {
  std::string name;
  cv::Mat picture;
  cv::Mat unsure = {};
};

struct Filter {
  const char* script;                                   // without .cvy
  std::vector<Result> (*results)(const cv::Mat& photo); // of a CV_8UC3, red first
};

const std::vector<Filter>& filters();

inline void PrintTo(const Filter& filter, std::ostream* out) { *out << filter.script; }

// 0..1
cv::Mat real(const cv::Mat& photo);
cv::Mat luminance(const cv::Mat& photo);
cv::Mat gaussian(const cv::Mat& picture, double sigma);

} // namespace convoy::images
