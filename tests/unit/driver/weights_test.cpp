// Which files a compilation reads, for whoever must know when to compile again.
#include "driver/pipeline.h"
#include "output/files.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace convoy::driver {
namespace {

// One float32 number in .npy form.
std::string oneNumber() {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)}";
  std::string file = std::string("\x93NUMPY\x01") + '\0' + static_cast<char>(header.size()) + '\0' + header;
  return file + std::string("\0\0\x80\x3f", 4);
}

class FilesRead : public testing::Test {
protected:
  FilesRead() {
    ::mkdir(folder.file("w").c_str(), 0777);
    writeFile(folder.file("w/fc.weight.npy"), oneNumber());
    writeFile(folder.file("w/unused.npy"), oneNumber());
    writeFile(folder.file("p.cvy"),
              "weights \"w\"\npipeline p(x: tensor[1]) { return x |> dense(1, bias: false, name: \"fc\") }");
    options.file = folder.file("p.cvy");
  }

  // Below the folder, sorted.
  std::vector<std::string> read(Goal goal, std::set<Stage> stages = {}) {
    DiagnosticEngine diags;
    Compilation compilation(options, diags);
    compilation.stages = std::move(stages);
    PhaseTimes times;
    succeeded = compilation.open() &&
                runPipeline(compilation, goal, times, [&](Stage, const std::string& text) { last = text; });
    std::vector<std::string> names;
    for (const std::string& path : compilation.filesRead) {
      EXPECT_EQ(path.compare(0, folder.path().size() + 1, folder.path() + "/"), 0) << path;
      names.push_back(path.substr(folder.path().size() + 1));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder;
  Options options;
  bool succeeded = false;
  std::string last;
};

using Names = std::vector<std::string>;

TEST_F(FilesRead, ScriptAndEveryFileOfAFolder) {
  EXPECT_EQ(read(Goal::Check), (Names{"p.cvy", "w/fc.weight.npy", "w/unused.npy"}));
  EXPECT_TRUE(succeeded);
}

TEST_F(FilesRead, ScheduleWhenItIsWanted) {
  read(Goal::Stages, {Stage::Schedule});
  ASSERT_TRUE(succeeded);
  writeFile(folder.file("p.schedule"), last);
  options.scheduleFile = folder.file("p.schedule");
  EXPECT_EQ(read(Goal::Stages, {Stage::Loops}),
            (Names{"p.cvy", "p.schedule", "w/fc.weight.npy", "w/unused.npy"}));
  EXPECT_TRUE(succeeded);
}

TEST_F(FilesRead, NotTheFileInWhosePlaceAnotherStands) {
  writeFile(folder.file("p.cvy"),
            "weights \"none\"\npipeline p(x: tensor[1]) { return x |> dense(1, bias: false, name: \"fc\") }");
  EXPECT_EQ(read(Goal::Check), (Names{"p.cvy"}));
  EXPECT_FALSE(succeeded);
  options.weightsFile = folder.file("w");
  EXPECT_EQ(read(Goal::Check), (Names{"p.cvy", "w/fc.weight.npy", "w/unused.npy"}));
  EXPECT_TRUE(succeeded);
}

} // namespace
} // namespace convoy::driver
