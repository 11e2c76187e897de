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

std::vector<Result> mosaic(const cv::Mat& photo) {
  // Squares hang over both ends, one pixel more over the second if that must be.
  const int extent = 8, down = (extent - photo.rows % extent) % extent,
            right = (extent - photo.cols % extent) % extent;
  cv::Mat whole, squares, result;
  cv::copyMakeBorder(photo, whole, down / 2, down - down / 2, right / 2, right - right / 2,
                     cv::BORDER_CONSTANT);
  // The largest of the 8 x 8 pixels that begin at each; those of every eighth; and each of them 8 x 8 times.
  cv::dilate(whole, squares, cv::Mat::ones(extent, extent, CV_8U), {0, 0});
  cv::resize(squares, squares, whole.size() / extent, 0, 0, cv::INTER_NEAREST);
  cv::resize(squares, result, whole.size(), 0, 0, cv::INTER_NEAREST);
  return {{"result", result(cv::Rect({right / 2, down / 2}, photo.size()))}};
}

namespace {

// The picture at a half, a quarter and an eighth of its size.
std::vector<cv::Mat> levels(const cv::Mat& picture) {
  std::vector<cv::Mat> result(3);
  cv::pyrDown(picture, result[0]);
  cv::pyrDown(result[0], result[1]);
  cv::pyrDown(result[1], result[2]);
  return result;
}

// What a level loses against the one before it; medium gray is nothing.
cv::Mat lost(const cv::Mat& before, const cv::Mat& level) {
  cv::Mat again;
  cv::resize(level, again, before.size(), 0, 0, cv::INTER_LINEAR);
  return before - again + cv::Scalar::all(0.5);
}

} // namespace

std::vector<Result> gaussianPyramid(const cv::Mat& photo) {
  const std::vector<cv::Mat> small = levels(real(photo));
  return {{"half", small[0]}, {"quarter", small[1]}, {"eighth", small[2]}};
}

std::vector<Result> laplacianPyramid(const cv::Mat& photo) {
  const std::vector<cv::Mat> small = levels(real(photo));
  return {{"fine", lost(real(photo), small[0])},
          {"medium", lost(small[0], small[1])},
          {"coarse", lost(small[1], small[2])},
          {"rest", small[2]}};
}

} // namespace convoy::images
