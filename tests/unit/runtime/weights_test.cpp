// Weights files: every way in which one can be wrong is told apart, and none is used.
#include "convoy/runtime.h"
#include "digest.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

class WeightsFile : public testing::Test {
protected:
  void SetUp() override {
    char pattern[] = "/tmp/convoy-weights-XXXXXX";
    folder = mkdtemp(pattern);
    pipeline.weights_bytes = static_cast<int64_t>(numbers.size() * sizeof(float));
    pipeline.weights_file = "w";
    convoy::digestOf(numbers.data(), numbers.size() * sizeof(float), pipeline.weights_digest);
  }
  void TearDown() override {
    unlink(path().c_str());
    rmdir(folder.c_str());
  }
  std::string path() const { return folder + "/w"; }
  // As the compiler writes it.
  std::string whole() const {
    char digits[32];
    convoy::digestDigits(pipeline.weights_digest, digits);
    std::string header = "{\"__metadata__\":{\"convoy.digest\":\"" + std::string(digits, 32) + "\"}}";
    header.resize(120, ' ');
    std::string file(8, '\0');
    file[0] = 120;
    return file + header +
           std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
  }
  int32_t open(const std::string& content) {
    FILE* file = fopen(path().c_str(), "wb");
    fwrite(content.data(), 1, content.size(), file);
    fclose(file);
    return openPath(path());
  }
  int32_t openPath(const std::string& from) {
    convoy_weights* weights = nullptr;
    const int32_t status = convoy_weights_open(&pipeline, from.c_str(), &weights, &failure);
    EXPECT_EQ(status == CONVOY_OK, weights != nullptr);
    EXPECT_EQ(failure.status, status);
    if (weights) {
      EXPECT_EQ(memcmp(convoy_weights_data(weights), numbers.data(), numbers.size() * sizeof(float)), 0);
    }
    convoy_weights_close(weights);
    return status;
  }
  void expectFault(int32_t status, convoy_weights_fault fault, const std::string& words) {
    EXPECT_EQ(status, CONVOY_ERROR_WEIGHTS);
    EXPECT_EQ(failure.check, fault);
    char text[256];
    convoy_failure_text(&pipeline, &failure, text, sizeof text);
    EXPECT_NE(std::string(text).find(words), std::string::npos) << text;
  }

  std::string folder;
  std::vector<float> numbers = {1, 2.5f, -3, 4};
  convoy_pipeline pipeline{};
  convoy_failure failure{};
};

TEST_F(WeightsFile, Whole) { EXPECT_EQ(open(whole()), CONVOY_OK); }

TEST_F(WeightsFile, EveryTruncationIsRefused) {
  const std::string file = whole();
  for (size_t length = 0; length < file.size(); ++length)
    EXPECT_EQ(open(file.substr(0, length)), CONVOY_ERROR_WEIGHTS) << length;
  expectFault(open(file.substr(0, 140)), CONVOY_WEIGHTS_WRONG_SIZE, "it has 140 bytes instead of 144");
  expectFault(open(file + "x"), CONVOY_WEIGHTS_WRONG_SIZE, "145 bytes instead of 144");
}

TEST_F(WeightsFile, EveryBitOfTheNumbersCounts) {
  std::string file = whole();
  for (size_t bit = 128 * 8; bit < file.size() * 8; ++bit) {
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ 1 << bit % 8);
    expectFault(open(file), CONVOY_WEIGHTS_DAMAGED, "is damaged: its numbers");
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ 1 << bit % 8);
  }
}

TEST_F(WeightsFile, OfAnotherPipeline) {
  const std::string file = whole();
  pipeline.weights_digest[3] ^= 1;
  expectFault(open(file), CONVOY_WEIGHTS_OF_ANOTHER, "belongs to another pipeline");
}

TEST_F(WeightsFile, HeadersThatAreNone) {
  for (const auto& [at, byte] :
       std::vector<std::pair<size_t, char>>{{0, 121}, {0, 0}, {0, -1}, {1, 1}, {7, 127}, {7, -1}, {8, '['}}) {
    std::string file = whole();
    file[at] = byte;
    EXPECT_EQ(open(file), CONVOY_ERROR_WEIGHTS) << at;
  }
  expectFault(open("\x89PNG, for example, and more than eight bytes"), CONVOY_WEIGHTS_NO_HEADER,
              "no weights file");
}

TEST_F(WeightsFile, WhatIsNoFile) {
  expectFault(openPath(folder + "/none"), CONVOY_WEIGHTS_UNREADABLE, std::strerror(ENOENT));
  expectFault(openPath(folder), CONVOY_WEIGHTS_NOT_A_FILE, "regular file");
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0); // nobody writes to it: opening must not wait
  expectFault(openPath(path()), CONVOY_WEIGHTS_NOT_A_FILE, "regular file");
}

TEST_F(WeightsFile, Arguments) {
  convoy_weights* weights = nullptr;
  EXPECT_EQ(convoy_weights_open(nullptr, "w", &weights, nullptr), CONVOY_ERROR_ARGUMENT);
  EXPECT_EQ(convoy_weights_open(&pipeline, nullptr, &weights, &failure), CONVOY_ERROR_ARGUMENT);
  EXPECT_EQ(convoy_weights_open(&pipeline, "w", nullptr, &failure), CONVOY_ERROR_ARGUMENT);
  EXPECT_EQ(convoy_weights_open(&pipeline, path().c_str(), &weights, nullptr), CONVOY_ERROR_WEIGHTS);
  convoy_weights_close(nullptr);
}

} // namespace
