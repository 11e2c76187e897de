// --top-k and --labels: the largest values of a vector, by number or name.
#include "fake_pipelines.h"
#include "test_files.h"

#include <cmath>
#include <gmock/gmock.h>

namespace convoy::test {
namespace {

using testing::HasSubstr;

class TopK : public TestWithFolder {
protected:
  std::string vector(const std::string& name, const std::vector<float>& values) {
    return write(name, makeNpy({static_cast<int64_t>(values.size())}, values));
  }
  std::string text(const std::string& name, const std::string& content) {
    return write(name, Bytes(content.begin(), content.end()));
  }
  std::string one() { return vector("one.npy", {0.1f, 0.6f, 0.05f, 0.25f}); }
};

TEST_F(TopK, NumbersOfTheLargestFirst) {
  const Ended ended = runCommand(classifyPipeline(), {one(), "--top-k", "2"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, "1  0.6000\n3  0.2500\n");
}

TEST_F(TopK, TiesGoToTheLowerNumberAndNanComesLast) {
  const std::string file = vector("ties.npy", {NAN, 0.5f, -2e9f, 0.5f});
  EXPECT_EQ(runCommand(classifyPipeline(), {file, "--top-k", "99"}).out,
            "1  0.5000\n3  0.5000\n2  -2e+09\n0  nan\n");
  EXPECT_EQ(runCommand(classifyPipeline(), {file, "--top-k=1"}).out, "1  0.5000\n");
}

TEST_F(TopK, LabelsStandInColumns) {
  const std::string labels = text("labels", "\xEF\xBB\xBF"
                                            "zero\r\none\r\nzwölf\r\n\x1b[31m\r\n\r\n");
  EXPECT_EQ(runCommand(classifyPipeline(), {one(), "--top-k", "4", "--labels", labels}).out,
            "one       0.6000\n\\x1b[31m  0.2500\nzero      0.1000\nzwölf     0.0500\n");
}

TEST_F(TopK, ItemsOfABatchAreNumbered) {
  const std::string batch = write("batch.npy", makeNpy({2, 4}, {1, 2, 3, 4, 8, 7, 6, 5}));
  EXPECT_EQ(runCommand(classifyPipeline(), {batch, "--top-k", "1"}).out, "0  3  4.0000\n1  0  8.0000\n");
  const std::string none = write("none.npy", makeNpy({0, 4}, {}));
  const Ended ended = runCommand(classifyPipeline(), {none, "--top-k", "1"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
}

TEST_F(TopK, ManyFilesNeedNoFolder) {
  const std::string a = one(), b = vector("two.npy", {3, 2, 1, 0}), labels = text("labels", "a\nb\nc\nd");
  const Ended ended =
      runCommand(classifyPipeline(), {a, path("missing.npy"), b, "--top-k", "1", "--labels", labels});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.out, a + "  b  0.6000\n" + b + "  a  3.0000\n");
  EXPECT_THAT(ended.err, HasSubstr("missing.npy': No such file"));
  EXPECT_EQ(runCommand(classifyPipeline(), {a, b, "--top-k", "1", "--output-dir", path("out")}).status, 0);
  EXPECT_EQ(listing("out"), (std::vector<std::string>{"one.npy", "two.npy"}));
}

TEST_F(TopK, LabelsThatDoNotFit) {
  for (const auto& [content, lines] :
       {std::pair("a\nb\nc\n", "3 lines"), {"a\nb\nc\nd\ne\n", "5 lines"}, {"", "0 lines"}}) {
    const std::string labels = text("labels", content);
    const Ended ended = runCommand(classifyPipeline(), {one(), "--top-k", "1", "--labels", labels});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.err,
              "prog: error: '" + labels + "' has " + lines + ", but output 'result' has 4 values\n");
    EXPECT_EQ(ended.out, "");
  }
  const Ended missing = runCommand(classifyPipeline(), {one(), "--top-k", "1", "--labels", path("none")});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("cannot read '" + path("none") + "': No such file"));
}

TEST_F(TopK, WrongUse) {
  const std::string photo = write("photo.ppm", command::encodePnm(Bytes(3 * 9), 3, 3, 3));
  const auto expectUsage = [](const Ended& ended, const std::string& words) {
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr(words));
  };
  expectUsage(runCommand(doublePipeline(), {photo, "--top-k", "1"}), "whose only output is a vector");
  expectUsage(runCommand(classifyPipeline(), {one(), "--labels", "x"}), "--labels needs --top-k");
  expectUsage(runCommand(classifyPipeline(), {one(), "--top-k", "0"}), "--top-k takes a whole number from 1");
  expectUsage(runCommand(classifyPipeline(), {one(), "--top-k", "1", "--benchmark", "1"}), "--benchmark");
  expectUsage(runCommand(classifyPipeline(), {one(), "--weights", "x"}), "part of this program");
}

} // namespace
} // namespace convoy::test
