// Pipelines written by hand in the shape of compiled ones, to test what surrounds them.
#ifndef CONVOY_TESTS_FAKE_PIPELINES_H
#define CONVOY_TESTS_FAKE_PIPELINES_H
#include "convoy/runtime.h"

#include <string>
#include <vector>

namespace convoy::test {

// double(photo: image[rgb, H, W]) -> image[rgb]: 2 * photo; needs at least 3 rows. The factor is a prepared
// weight.
const convoy_pipeline& doublePipeline();
// add(a: tensor[2, W], b: tensor[2, W]) -> tensor[2, W]
const convoy_pipeline& addPipeline();
// split(p: image[gray, H, W]) -> (low: image[gray], high: tensor[2, H, W]): p / 2, and p twice
const convoy_pipeline& splitPipeline();
// fixed(x: tensor[3, 4, 5]) -> tensor[3, 4, 5]: x itself
const convoy_pipeline& fixedPipeline();
// classify(x: tensor[4]) -> tensor[4]: x itself
const convoy_pipeline& classifyPipeline();

// How a command ended.
struct Ended {
  int status;
  std::string out, err;
};
// Runs `prog arguments...`.
Ended runCommand(const convoy_pipeline& pipeline, const std::vector<std::string>& arguments);

} // namespace convoy::test
#endif
