#include "output/artifact.h"
#include "gtest/gtest.h"
#include <filesystem>

namespace convoy {
namespace {

namespace fs = std::filesystem;

Artifact bytes(const std::string& text) { return {text}; }

size_t filesIn(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(PendingFiles, AppearTogether) {
  TemporaryFolder folder;
  PendingFiles files;
  ASSERT_EQ(files.add(folder.file("a"), bytes("1")), std::nullopt);
  ASSERT_EQ(files.add(folder.file("b"), bytes("2")), std::nullopt);
  EXPECT_FALSE(fs::exists(folder.file("a")));
  EXPECT_FALSE(files.commit());
  EXPECT_EQ(readFile(folder.file("a"), 9).bytes, "1");
  EXPECT_EQ(readFile(folder.file("b"), 9).bytes, "2");
  EXPECT_EQ(filesIn(folder.path()), 2u);
}

TEST(PendingFiles, WhatIsNotCommittedIsRemoved) {
  TemporaryFolder folder;
  {
    PendingFiles files;
    ASSERT_EQ(files.add(folder.file("a"), bytes("1")), std::nullopt);
    EXPECT_EQ(files.add(folder.file("none/b"), bytes("2")), "there is no such file or folder");
  }
  EXPECT_EQ(filesIn(folder.path()), 0u);
}

TEST(PendingFiles, AFailureGivesEarlierFilesBack) {
  TemporaryFolder folder;
  ASSERT_EQ(writeFile(folder.file("old"), "old"), std::nullopt);
  {
    PendingFiles files;
    ASSERT_EQ(files.add(folder.file("old"), bytes("new")), std::nullopt);
    ASSERT_EQ(files.add(folder.file("fresh"), bytes("new")), std::nullopt);
    ASSERT_EQ(files.add(folder.file("late"), bytes("new")), std::nullopt);
    fs::create_directory(folder.file("late")); // came in between
    const std::optional<PendingFiles::Failure> failure = files.commit();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->path, folder.file("late"));
    EXPECT_EQ(failure->why, "it is a folder");
  }
  EXPECT_EQ(readFile(folder.file("old"), 9).bytes, "old");
  EXPECT_FALSE(fs::exists(folder.file("fresh")));
  EXPECT_EQ(filesIn(folder.path()), 2u);
}

TEST(PendingFiles, NumbersStandBehindBytes) {
  TemporaryFolder folder;
  PendingFiles files;
  const auto numbers = std::make_shared<const std::vector<float>>(std::vector<float>{1.0f});
  ASSERT_EQ(files.add(folder.file("a"), {"head", numbers}), std::nullopt);
  EXPECT_FALSE(files.commit());
  EXPECT_EQ(readFile(folder.file("a"), 9).bytes, std::string("head\0\0\x80\x3f", 8));
}

TEST(PendingFiles, CopiesFilesOfPrivateFolders) {
  TemporaryFolder folder;
  const auto made = std::make_shared<TemporaryFolder>();
  ASSERT_EQ(writeFile(made->file("result"), std::string(3 << 20, 'x')), std::nullopt);
  PendingFiles files;
  ASSERT_EQ(files.add(folder.file("a"), {"", nullptr, made, "result"}, true), std::nullopt);
  EXPECT_FALSE(files.commit());
  EXPECT_EQ(readFile(folder.file("a"), 4 << 20).bytes, std::string(3 << 20, 'x'));
}

} // namespace
} // namespace convoy
