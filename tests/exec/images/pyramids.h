// Filters whose results have other sizes than the picture.
#pragma once
#include "filters.h"

namespace convoy::images {

std::vector<Result> downscale(const cv::Mat& photo);
std::vector<Result> mosaic(const cv::Mat& photo);
std::vector<Result> gaussianPyramid(const cv::Mat& photo);
std::vector<Result> laplacianPyramid(const cv::Mat& photo);

} // namespace convoy::images
