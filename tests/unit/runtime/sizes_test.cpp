#include "convoy/runtime.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace {

// photo: image[rgb, H, W], mask: tensor[1, H, W], state: tensor[4]
class Sizes : public testing::Test {
protected:
  static constexpr int64_t photo[] = {3, 0, 0}, mask[] = {1, 0, 0}, state[] = {4};
  static constexpr int32_t spatial[] = {-1, 0, 1}, fixed[] = {-1};
  const convoy_port ports[3] = {{"photo", 3, 3, photo, spatial, 0, 0},
                                {"mask", 0, 3, mask, spatial, 0, 0},
                                {"state", 0, 1, state, fixed, 0, 0}};
  const char* const names[2] = {"H", "W"};
  const convoy_check checks[1] = {{"conv 'gx' needs at least 7 rows", "edges.cvy:4:10"}};
  convoy_pipeline pipeline{};

  void SetUp() override {
    pipeline.name = "p";
    pipeline.input_count = 3;
    pipeline.inputs = ports;
    pipeline.size_count = 2;
    pipeline.size_names = names;
    pipeline.check_count = 1;
    pipeline.checks = checks;
  }

  int32_t bind(const std::vector<std::vector<int64_t>>& shapes) {
    std::vector<const int64_t*> pointers;
    std::vector<int32_t> ranks;
    for (const std::vector<int64_t>& shape : shapes) {
      pointers.push_back(shape.data());
      ranks.push_back(static_cast<int32_t>(shape.size()));
    }
    return convoy_bind_sizes(&pipeline, pointers.data(), ranks.data(), sizes, &failure);
  }
  std::string text() {
    char buffer[256];
    convoy_failure_text(&pipeline, &failure, buffer, sizeof buffer);
    return buffer;
  }

  int64_t sizes[2] = {};
  convoy_failure failure{};
};

// Its pointer may be null: it has no extents.
TEST_F(Sizes, ScalarsHaveNone) {
  const convoy_port scalar = {"level", 0, 0, nullptr, nullptr, 1, 0.5f};
  pipeline.input_count = 1;
  pipeline.inputs = &scalar;
  EXPECT_EQ(bind({{}}), CONVOY_OK);
  EXPECT_EQ(bind({{1}}), CONVOY_ERROR_SHAPE);
  EXPECT_EQ(text(), "input 'level' has 1 dimension, but the pipeline takes 0 (one number)");
}

TEST_F(Sizes, Bound) {
  EXPECT_EQ(bind({{3, 480, 640}, {1, 480, 640}, {4}}), CONVOY_OK);
  EXPECT_EQ(sizes[0], 480);
  EXPECT_EQ(sizes[1], 640);
  EXPECT_EQ(text(), "no error");
}

TEST_F(Sizes, WrongRank) {
  EXPECT_EQ(bind({{480, 640}, {1, 480, 640}, {4}}), CONVOY_ERROR_SHAPE);
  EXPECT_EQ(text(), "input 'photo' has 2 dimensions, but the pipeline takes 3 (channels, height, width)");
}

TEST_F(Sizes, WrongConstant) {
  EXPECT_EQ(bind({{4, 480, 640}, {1, 480, 640}, {4}}), CONVOY_ERROR_SHAPE);
  EXPECT_EQ(text(), "input 'photo': channels are 4, but the pipeline takes 3");
}

TEST_F(Sizes, Disagreement) {
  EXPECT_EQ(bind({{3, 480, 640}, {1, 480, 641}, {4}}), CONVOY_ERROR_SHAPE);
  EXPECT_EQ(failure.input, 1);
  EXPECT_EQ(failure.axis, 2);
  EXPECT_EQ(failure.expected, 640);
  EXPECT_EQ(failure.actual, 641);
  EXPECT_EQ(text(), "input 'mask': width is 641, but W is 640 elsewhere");
}

TEST_F(Sizes, EmptyAndNegative) {
  EXPECT_EQ(bind({{3, 0, 640}, {1, 0, 640}, {4}}), CONVOY_ERROR_SHAPE);
  EXPECT_EQ(text(), "input 'photo': height is 0, but must be at least 1");
  EXPECT_EQ(bind({{3, 4, -1}, {1, 4, -1}, {4}}), CONVOY_ERROR_SHAPE);
}

TEST_F(Sizes, TooLarge) {
  EXPECT_EQ(bind({{3, int64_t{1} << 40, int64_t{1} << 40}, {1, 1, 1}, {4}}), CONVOY_ERROR_OVERFLOW);
  EXPECT_EQ(text(), "input 'photo' is too large");
  EXPECT_EQ(bind({{3, int64_t{1} << 22, int64_t{1} << 22}, {1, int64_t{1} << 22, int64_t{1} << 22}, {4}}),
            CONVOY_ERROR_OVERFLOW);
  EXPECT_EQ(bind({{3, (int64_t{1} << 31) + 1, 1}, {1, (int64_t{1} << 31) + 1, 1}, {4}}), CONVOY_OK);
  EXPECT_EQ(bind({{3, 1, (int64_t{1} << 31) - 1}, {1, 1, (int64_t{1} << 31) - 1}, {4}}), CONVOY_OK);
  EXPECT_EQ(bind({{3, 1, int64_t{1} << 31}, {1, 1, int64_t{1} << 31}, {4}}), CONVOY_ERROR_OVERFLOW);
}

TEST_F(Sizes, NullArguments) {
  EXPECT_EQ(convoy_bind_sizes(nullptr, nullptr, nullptr, nullptr, nullptr), CONVOY_ERROR_ARGUMENT);
  EXPECT_EQ(convoy_bind_sizes(&pipeline, nullptr, nullptr, sizes, &failure), CONVOY_ERROR_ARGUMENT);
  EXPECT_EQ(text(), "an argument is null, misaligned or negative");
}

TEST_F(Sizes, FailedCheckIsLocated) {
  failure = {CONVOY_ERROR_CHECK, -1, -1, 0, 0, 0};
  EXPECT_EQ(text(), "edges.cvy:4:10: conv 'gx' needs at least 7 rows");
  failure.check = 5; // no such check
  EXPECT_EQ(text(), "a size does not meet what the pipeline needs");
}

TEST_F(Sizes, TextIsCutToItsBuffer) {
  bind({{480, 640}, {1, 480, 640}, {4}});
  char buffer[8] = "zzzzzzz";
  convoy_failure_text(&pipeline, &failure, buffer, sizeof buffer);
  EXPECT_STREQ(buffer, "input '");
  convoy_failure_text(&pipeline, &failure, buffer, 0);
  EXPECT_STREQ(buffer, "input '");
}

TEST(Status, EveryOneHasText) {
  for (int32_t status = CONVOY_OK; status <= CONVOY_ERROR_CPU; ++status)
    EXPECT_STRNE(convoy_status_string(status), "unknown error") << status;
  EXPECT_STREQ(convoy_status_string(99), "unknown error");
}

} // namespace
