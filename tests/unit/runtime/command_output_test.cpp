// Outputs that cannot be written: a clear message, status 1, and no partial file.
#include "command/file.h"

#include "fake_pipelines.h"
#include "test_files.h"

#include <csignal>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy::test {
namespace {

using command::OutputFiles;
using testing::HasSubstr;

class Output : public TestWithFolder {
protected:
  void SetUp() override {
    TestWithFolder::SetUp();
    photo = write("in.ppm", command::encodePnm(Bytes(3 * 40 * 40, 100), 3, 40, 40));
    gray = write("in.pgm", command::encodePnm(Bytes(40 * 40, 100), 1, 40, 40));
  }
  std::string photo, gray;
};

// Files may not grow beyond `bytes`, as on a full disk.
class FileSizeLimit {
public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit = {bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
  }

private:
  rlimit before{};
};

TEST_F(Output, FolderThatIsNotThere) {
  const Ended ended = runCommand(doublePipeline(), {photo, "-o", path("no/out.png")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err, "prog: error: cannot write '" + path("no/out.png") + "': No such file or directory\n");
}

TEST_F(Output, FolderThatTakesNoFiles) {
  const Ended ended = runCommand(doublePipeline(), {photo, "-o", "/proc/out.png"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("prog: error: cannot write '/proc/out.png': "));
}

TEST_F(Output, DiskFull) {
  write("out.npy", {'o', 'l', 'd'});
  Ended ended;
  {
    FileSizeLimit limit(1000);
    ended = runCommand(doublePipeline(), {photo, "-o", path("out.npy")});
  }
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err, "prog: error: cannot write '" + path("out.npy") + "': File too large\n");
  EXPECT_EQ(listing(), (std::vector<std::string>{"in.pgm", "in.ppm", "out.npy"}));
  EXPECT_EQ(read("out.npy"), (Bytes{'o', 'l', 'd'})) << "the earlier file is as it was";
}

TEST_F(Output, NoneWhenALaterOneFails) {
  for (const std::string& later : {path("no/high.npy"), std::string("/proc/high.npy"), path("high.png")}) {
    const Ended ended = runCommand(splitPipeline(),
                                   {gray, "--output", "low=" + path("low.png"), "--output", "high=" + later});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("cannot write '" + later + "': "));
    EXPECT_EQ(listing(), (std::vector<std::string>{"in.pgm", "in.ppm"}));
  }
}

TEST_F(Output, WhatPicturesCannotHold) {
  const Ended channels = runCommand(splitPipeline(), {gray, "--output", "high=" + path("high.png")});
  EXPECT_THAT(channels.err,
              HasSubstr("output 'high' of shape 2x40x40 is not a picture of 1, 3 or 4 channels; use .npy"));
  const Ended colours = runCommand(doublePipeline(), {photo, "-o", path("out.pgm")});
  EXPECT_THAT(colours.err, HasSubstr("output 'result' of shape 3x40x40 has colours; use .ppm or .png"));
  write("batch.npy", makeNpy({2, 3, 3, 1}, std::vector<float>(18)));
  const Ended batch = runCommand(doublePipeline(), {path("batch.npy"), "-o", path("out.png")});
  EXPECT_THAT(batch.err, HasSubstr("a picture file holds one item, and the batch has 2; use .npy"));
  for (const Ended& ended : {channels, colours, batch}) EXPECT_EQ(ended.status, 1);
}

TEST_F(Output, TwoOutputsInOneFile) {
  const Ended ended = runCommand(
      splitPipeline(), {gray, "--output", "low=" + path("x.npy"), "--output", "high=" + path("x.npy")});
  EXPECT_EQ(ended.status, 2);
  EXPECT_FALSE(exists("x.npy"));
}

TEST_F(Output, GrayAsPpmReplicates) {
  ASSERT_EQ(runCommand(splitPipeline(), {gray, "--output", "low=" + path("low.ppm")}).status, 0);
  EXPECT_EQ(read("low.ppm"), command::encodePnm(Bytes(3 * 40 * 40, 50), 3, 40, 40));
}

TEST_F(Output, OutputFolderThatIsAFile) {
  const Ended ended = runCommand(doublePipeline(), {photo, "--output-dir", photo});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot make the folder"));
}

TEST_F(Output, TargetsOfOtherKinds) {
  mkdir(path("folder.png").c_str(), 0777);
  EXPECT_THAT(runCommand(doublePipeline(), {photo, "-o", path("folder.png")}).err,
              HasSubstr("': Is a directory"));
  mkfifo(path("pipe.png").c_str(), 0666);
  EXPECT_THAT(runCommand(doublePipeline(), {photo, "-o", path("pipe.png")}).err,
              HasSubstr("it is not a regular file"));
}

TEST_F(Output, LinksStayLinks) {
  write("real.ppm", {'x'});
  ASSERT_EQ(symlink(path("real.ppm").c_str(), path("link.ppm").c_str()), 0);
  ASSERT_EQ(runCommand(doublePipeline(), {photo, "-o", path("link.ppm")}).status, 0);
  struct stat facts;
  ASSERT_EQ(lstat(path("link.ppm").c_str(), &facts), 0);
  EXPECT_TRUE(S_ISLNK(facts.st_mode));
  EXPECT_EQ(read("real.ppm"), command::encodePnm(Bytes(3 * 40 * 40, 200), 3, 40, 40));
}

TEST_F(Output, PermissionsFollowTheMask) {
  const mode_t before = umask(027);
  const Ended ended = runCommand(doublePipeline(), {photo, "-o", path("out.png")});
  umask(before);
  struct stat facts;
  ASSERT_EQ(stat(path("out.png").c_str(), &facts), 0) << ended.err;
  EXPECT_EQ(facts.st_mode & 0777, 0640u);
}

TEST_F(Output, AppearTogetherAtCommit) {
  {
    OutputFiles files;
    ASSERT_FALSE(files.add(path("a.bin"), {1}));
    ASSERT_FALSE(files.add(path("b.bin"), {2}));
    EXPECT_FALSE(exists("a.bin"));
    ASSERT_FALSE(files.commit());
    EXPECT_EQ(read("a.bin"), Bytes{1});
    EXPECT_EQ(read("b.bin"), Bytes{2});
    ASSERT_FALSE(files.add(path("c.bin"), {3})); // never committed
  }
  EXPECT_EQ(listing(), (std::vector<std::string>{"a.bin", "b.bin", "in.pgm", "in.ppm"}));
}

TEST_F(Output, RenameThatFails) {
  OutputFiles files;
  ASSERT_FALSE(files.add(path("a.bin"), {1}));
  ASSERT_FALSE(files.add(path("b.bin"), {2}));
  mkdir(path("b.bin").c_str(), 0777); // came in between
  command::Outcome error = files.commit();
  ASSERT_TRUE(error);
  EXPECT_THAT(error->text, HasSubstr("cannot write '" + path("b.bin") + "': "));
  EXPECT_FALSE(exists("a.bin"));
}

TEST_F(Output, RenameThatFailsGivesEarlierFilesBack) {
  write("a.bin", {9});
  const std::vector<std::string> before = listing();
  {
    OutputFiles files;
    ASSERT_FALSE(files.add(path("a.bin"), {1}));
    ASSERT_FALSE(files.add(path("b.bin"), {2}));
    mkdir(path("b.bin").c_str(), 0777);
    EXPECT_TRUE(files.commit());
    rmdir(path("b.bin").c_str());
  }
  EXPECT_EQ(read("a.bin"), Bytes{9});
  EXPECT_EQ(listing(), before);
}

} // namespace
} // namespace convoy::test
