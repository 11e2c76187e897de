#include "pyramids.h"
#include <opencv2/imgproc.hpp>

namespace convoy::images {

std::vector<Result> downscale(const cv::Mat& photo) {
  // A mean of what there is at an odd end is the mean of it and its copy.
  cv::Mat even, result;
  cv::copyMakeBorder(photo, even, 0, photo.rows % 2, 0, photo.cols % 2, cv::BORDER_REPLICATE);
  cv::resize(even, result, even.size() / 2, 0, 0, cv::INTER_AREA);
  return {{"result", result}};
}

std::vector<Result> gaussianPyramid(const cv::Mat& photo) {
  cv::Mat half, quarter, eighth;
  cv::pyrDown(real(photo), half);
  cv::pyrDown(half, quarter);
  cv::pyrDown(quarter, eighth);
  return {{"half", half}, {"quarter", quarter}, {"eighth", eighth}};
}

} // namespace convoy::images
