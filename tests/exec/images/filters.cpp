#include "filters.h"
#include "pyramids.h"
#include <opencv2/imgproc.hpp>

namespace convoy::images {

cv::Mat real(const cv::Mat& photo) {
  cv::Mat result;
  photo.convertTo(result, CV_32F, 1 / 255.0);
  return result;
}

cv::Mat luminance(const cv::Mat& photo) {
  cv::Mat result;
  cv::cvtColor(real(photo), result, cv::COLOR_RGB2GRAY);
  return result;
}

cv::Mat gaussian(const cv::Mat& picture, double sigma) {
  const int extent = 2 * static_cast<int>(std::ceil(3 * sigma)) + 1;
  cv::Mat result;
  cv::GaussianBlur(picture, result, {extent, extent}, sigma, sigma, cv::BORDER_REFLECT_101);
  return result;
}

namespace {

std::vector<Result> gaussianBlur(const cv::Mat& photo) { return {{"result", gaussian(photo, 2)}}; }

std::vector<Result> bilateral(const cv::Mat& photo) {
  cv::Mat result;
  cv::bilateralFilter(real(photo), result, 5, 0.3, 2, cv::BORDER_REFLECT_101);
  return {{"result", result}};
}

std::vector<Result> boxBlur(const cv::Mat& photo) {
  cv::Mat result;
  cv::blur(photo, result, {7, 7}, {-1, -1}, cv::BORDER_REPLICATE);
  return {{"result", result}};
}

std::vector<Result> unsharpMask(const cv::Mat& photo) {
  cv::Mat result;
  cv::addWeighted(real(photo), 2.5, gaussian(real(photo), 1.5), -1.5, 0, result);
  return {{"result", result}};
}

std::vector<Result> sobel(const cv::Mat& photo) {
  const cv::Mat gray = luminance(photo);
  cv::Mat right, down, steepness;
  cv::Sobel(gray, right, CV_32F, 1, 0, 3, 1, 0, cv::BORDER_REPLICATE);
  cv::Sobel(gray, down, CV_32F, 0, 1, 3, 1, 0, cv::BORDER_REPLICATE);
  cv::magnitude(right, down, steepness);
  return {{"right", right / 4 + 0.5}, {"down", down / 4 + 0.5}, {"steepness", steepness / 2}};
}

std::vector<Result> laplacian(const cv::Mat& photo) {
  cv::Mat result;
  cv::Laplacian(luminance(photo), result, CV_32F, 1, 1, 0.5, cv::BORDER_REFLECT_101);
  return {{"result", result}};
}

std::vector<Result> differenceOfGaussians(const cv::Mat& photo) {
  const cv::Mat gray = luminance(photo);
  return {{"result", 4 * (gaussian(gray, 1) - gaussian(gray, 2)) + 0.5}};
}

std::vector<Result> emboss(const cv::Mat& photo) {
  const cv::Mat kernel = (cv::Mat_<float>(3, 3) << -2, -1, 0, -1, 0, 1, 0, 1, 2) / 4;
  cv::Mat result;
  cv::filter2D(luminance(photo), result, CV_32F, kernel, {-1, -1}, 0.5, cv::BORDER_REPLICATE);
  return {{"result", result}};
}

// Where a response is above `level` and all others of 7x7 by at least `margin`.
cv::Mat peaks(const cv::Mat& response, double level, double margin) {
  cv::Mat others = cv::Mat::ones(7, 7, CV_8U), highest;
  others.at<uchar>(3, 3) = 0;
  cv::dilate(response, highest, others);
  return (response > level + margin) & (response - highest >= margin);
}

std::vector<Result> harris(const cv::Mat& photo) {
  cv::Mat response;
  cv::cornerHarris(luminance(photo), response, 3, 3, 0.04, cv::BORDER_REFLECT_101);
  response /= 16; // slopes over 8, not 12, to the fourth power; means of nine, not sums, squared
  const double level = 0.0001, rounding = 1e-8;
  const cv::Mat square = cv::Mat::ones(5, 5, CV_8U);
  cv::Mat marks, unsure, corners = photo.clone();
  cv::dilate(peaks(response, level, rounding), marks, square);
  cv::dilate(peaks(response, level, -rounding), unsure, square);
  corners.setTo(cv::Scalar(255, 0, 0), marks);
  return {{"response", response * 4000}, {"corners", corners, unsure ^ marks}};
}

cv::Mat square(int radius) { return cv::Mat::ones(2 * radius + 1, 2 * radius + 1, CV_8U); }

std::vector<Result> dilate(const cv::Mat& photo) {
  cv::Mat result;
  cv::dilate(photo, result, square(2));
  return {{"result", result}};
}

std::vector<Result> erode(const cv::Mat& photo) {
  cv::Mat result;
  cv::erode(photo, result, square(2));
  return {{"result", result}};
}

std::vector<Result> localContrast(const cv::Mat& photo) {
  const cv::Mat gray = luminance(photo), detail = gray - gaussian(gray, 8);
  cv::Mat deviation;
  cv::sqrt(gaussian(detail.mul(detail), 8), deviation);
  return {{"result", 0.2 * detail / (deviation + 0.01) + 0.5}};
}

} // namespace

const std::vector<Filter>& filters() {
  static const std::vector<Filter> all = {
      {"bilateral", bilateral},
      {"box_blur", boxBlur},
      {"difference_of_gaussians", differenceOfGaussians},
      {"dilate", dilate},
      {"downscale", downscale},
      {"emboss", emboss},
      {"erode", erode},
      {"gaussian_blur", gaussianBlur},
      {"gaussian_pyramid", gaussianPyramid},
      {"harris", harris},
      {"laplacian", laplacian},
      {"laplacian_pyramid", laplacianPyramid},
      {"local_contrast", localContrast},
      {"mosaic", mosaic},
      {"sobel", sobel},
      {"unsharp_mask", unsharpMask},
  };
  return all;
}

} // namespace convoy::images
