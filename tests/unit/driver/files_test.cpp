#include "output/files.h"
#include "gtest/gtest.h"
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy {
namespace {

namespace fs = std::filesystem;

int filesIn(const std::string& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(Files, WrittenAndReadBack) {
  TemporaryFolder folder;
  const std::string path = folder.file("f"), bytes("a\0b\n", 4);
  EXPECT_EQ(writeFile(path, bytes), std::nullopt);
  EXPECT_EQ(writeFile(path, bytes), std::nullopt); // over an old one
  EXPECT_EQ(readFile(path, 4).bytes, bytes);
  EXPECT_EQ(filesIn(folder.path()), 1);
}

TEST(Files, TooLargeIsRefused) {
  TemporaryFolder folder;
  ASSERT_EQ(writeFile(folder.file("f"), "12345"), std::nullopt);
  EXPECT_EQ(readFile(folder.file("f"), 4).error, "it has more than 4 bytes");
}

TEST(Files, FailuresSayWhyAndLeaveNothing) {
  TemporaryFolder folder;
  EXPECT_EQ(readFile(folder.file("none"), 10).error, "there is no such file or folder");
  EXPECT_EQ(readFile(folder.path(), 10).error, "it is a folder");
  EXPECT_EQ(writeFile(folder.path(), "x"), "it is a folder");
  EXPECT_EQ(writeFile(folder.file("none/f"), "x"), "there is no such file or folder");
  EXPECT_EQ(filesIn(folder.path()), 0);
}

TEST(Files, ExecutablesCanBeExecuted) {
  TemporaryFolder folder;
  ASSERT_EQ(writeFile(folder.file("f"), "", true), std::nullopt);
  ASSERT_EQ(writeFile(folder.file("g"), "", false), std::nullopt);
  EXPECT_EQ(::access(folder.file("f").c_str(), X_OK), 0);
  EXPECT_EQ(fs::status(folder.file("g")).permissions() & fs::perms::owner_exec, fs::perms::none);
}

TEST(Files, LinksAreFollowedAndDevicesKept) {
  TemporaryFolder folder;
  ASSERT_EQ(writeFile(folder.file("f"), "old"), std::nullopt);
  fs::create_symlink("f", folder.file("link"));
  EXPECT_TRUE(isSameFile(folder.file("f"), folder.file("link")));
  ASSERT_EQ(writeFile(folder.file("link"), "new"), std::nullopt);
  EXPECT_TRUE(fs::is_symlink(folder.file("link")));
  EXPECT_EQ(readFile(folder.file("f"), 10).bytes, "new");
  ASSERT_EQ(writeFile("/dev/null", "x"), std::nullopt);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(Files, FolderIsRemoved) {
  std::string path;
  {
    TemporaryFolder folder;
    path = folder.path();
    ASSERT_EQ(writeFile(folder.file("f"), "x"), std::nullopt);
  }
  EXPECT_NE(path, "");
  EXPECT_FALSE(fs::exists(path));
}

} // namespace
} // namespace convoy
