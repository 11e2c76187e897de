#include "command/options.h"

#include "fake_pipelines.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace convoy::command {
namespace {

using test::addPipeline;
using test::doublePipeline;
using test::splitPipeline;

std::string problem(const convoy_pipeline& pipeline, const std::vector<std::string>& arguments) {
  Result<Options> options = parseOptions(pipeline, arguments);
  if (options) return "accepted";
  EXPECT_EQ(options.error().exitStatus, exitUsage);
  return options.error().text;
}

TEST(Options, PositionalFilesFillInputsInOrder) {
  Result<Options> options = parseOptions(addPipeline(), {"one.npy", "-o", "x.npy", "two.npy"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->inputs, (std::vector<std::string>{"one.npy", "two.npy"}));
  EXPECT_EQ(options->outputs, (std::vector<std::string>{"x.npy"}));
  Result<Options> mixed = parseOptions(addPipeline(), {"--input", "a=A.npy", "two.npy"});
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->inputs, (std::vector<std::string>{"A.npy", "two.npy"}));
  Result<Options> dashes = parseOptions(addPipeline(), {"--", "-one", "--two"});
  ASSERT_TRUE(dashes);
  EXPECT_EQ(dashes->inputs, (std::vector<std::string>{"-one", "--two"}));
}

TEST(Options, ValuesAfterEqualsOrAsNextArgument) {
  Result<Options> options = parseOptions(splitPipeline(), {"p.png", "--threads=3", "--output=low=a=b.png",
                                                           "--output", "high=h.npy", "--max-pixels=99"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->threads, 3);
  EXPECT_EQ(options->outputs, (std::vector<std::string>{"a=b.png", "h.npy"}));
  EXPECT_EQ(options->pixelLimit, 99);
}

TEST(Options, ManyFilesForOneInput) {
  Result<Options> options = parseOptions(doublePipeline(), {"a.png", "b.png", "--output-dir", "out"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->items, (std::vector<std::string>{"a.png", "b.png"}));
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "b.png"}), "several input files need --output-dir");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "b.png", "--output-dir=out", "-o", "x.png"}),
            "several input files need --output-dir alone, without 'x.png'");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "b.png", "--output-dir=out", "--benchmark=2"}),
            "--benchmark takes one input file");
}

TEST(Options, ThreadsFromTheEnvironment) {
  setenv("CONVOY_NUM_THREADS", "5", 1);
  Result<Options> environment = parseOptions(doublePipeline(), {"a.png"});
  Result<Options> argument = parseOptions(doublePipeline(), {"a.png", "--threads", "2"});
  setenv("CONVOY_NUM_THREADS", "many", 1);
  const std::string text = problem(doublePipeline(), {"a.png"});
  unsetenv("CONVOY_NUM_THREADS");
  ASSERT_TRUE(environment && argument);
  EXPECT_EQ(environment->threads, 5);
  EXPECT_EQ(argument->threads, 2);
  EXPECT_EQ(text, "CONVOY_NUM_THREADS takes a whole number from 1 to 1024, not 'many'");
  Result<Options> none = parseOptions(doublePipeline(), {"a.png"});
  ASSERT_TRUE(none);
  EXPECT_EQ(none->threads, 0);
}

TEST(Options, WrongUsage) {
  EXPECT_EQ(problem(doublePipeline(), {}), "no file for input 'photo'; --help shows the usage");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "--wat"}), "unknown option '--wat'; --help lists them");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "-o"}), "-o needs FILE");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "-o", "x.jpg"}),
            "cannot write 'x.jpg': the name must end in .png, .ppm, .pgm or .npy");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "-o", "x.png", "-o", "y.png"}),
            "output 'result' is given twice");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "--threads", "0"}),
            "--threads takes a whole number from 1 to 1024, not '0'");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "--help=1"}), "--help takes no value");
  EXPECT_EQ(problem(doublePipeline(), {"--input", "foto=a.png"}),
            "there is no input 'foto'; the pipeline has 'photo'");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "--json", "x"}), "--json needs --benchmark");
  EXPECT_EQ(problem(doublePipeline(), {"a.png", "--size", "H=3"}), "--size needs --benchmark");
  EXPECT_EQ(problem(doublePipeline(), {"--benchmark", "2", "--size", "D=3"}),
            "there is no run-time size 'D'; the pipeline has 'H', 'W'");
  EXPECT_EQ(problem(doublePipeline(), {"--benchmark", "2", "--size", "H=0"}),
            "--size takes a whole number from 1 to 2147483647, not '0'");
  EXPECT_EQ(problem(doublePipeline(), {"--benchmark", "2", "-o", "x.png"}),
            "a benchmark of made-up data writes no outputs; give inputs");
  EXPECT_EQ(problem(addPipeline(), {"a", "b", "c"}), "there is no input left for 'c'");
  EXPECT_EQ(problem(addPipeline(), {"a"}), "no file for input 'b'; --help shows the usage");
  EXPECT_EQ(problem(splitPipeline(), {"a", "-o", "x.png"}),
            "-o needs a pipeline with one output; use --output NAME=FILE or --output-dir");
}

TEST(Options, TableTellsWhichTakeAValue) {
  ASSERT_NE(findOption("--input"), nullptr);
  EXPECT_NE(findOption("--input=a=b")->value, nullptr);
  EXPECT_EQ(findOption("--help")->value, nullptr);
  EXPECT_EQ(findOption("-O3"), nullptr);
}

} // namespace
} // namespace convoy::command
