// Whole commands that read, run and write.
#include "fake_pipelines.h"
#include "test_files.h"

#include "command/npy.h"
#include "command/tensor_file.h"

#include <cstring>
#include <gmock/gmock.h>

namespace convoy::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Command : public TestWithFolder {
protected:
  // A 4x5 colour picture of small values, so that twice them fits.
  std::string photo(const std::string& name = "photo.png") {
    Bytes samples = rampSamples(4 * 5 * 3);
    for (uint8_t& sample : samples) sample /= 2;
    return write(name, *command::encodePng(samples, 3, 4, 5));
  }
  Bytes doubledPhoto() {
    Bytes samples = rampSamples(4 * 5 * 3);
    for (uint8_t& sample : samples) sample = static_cast<uint8_t>(sample / 2 * 2);
    return samples;
  }
  // The samples of a picture file.
  Bytes samplesIn(const std::string& name) {
    const Bytes file = read(name);
    command::Result<command::Picture> picture =
        command::isPng(file) ? command::decodePng(file, 1000) : command::decodePnm(file, 1000);
    if (!picture) return {};
    return samplesOf(*picture);
  }
  // Shape and values of an .npy file.
  std::pair<std::vector<int64_t>, std::vector<float>> arrayIn(const std::string& name) {
    const Bytes file = read(name);
    command::Result<command::NpyArray> array = command::parseNpy(file);
    if (!array) return {{-1}, {}};
    std::vector<float> values((file.size() - array->offset) / sizeof(float));
    if (!values.empty()) memcpy(values.data(), file.data() + array->offset, values.size() * sizeof(float));
    return {array->shape, values};
  }
};

TEST_F(Command, PictureToPicture) {
  for (const char* name : {"out.png", "out.ppm", "OUT.PNG"}) {
    const Ended ended = runCommand(doublePipeline(), {photo(), "-o", path(name)});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out + ended.err, "");
    EXPECT_EQ(samplesIn(name), doubledPhoto());
  }
  EXPECT_EQ(listing(), (std::vector<std::string>{"OUT.PNG", "out.png", "out.ppm", "photo.png"}));
}

TEST_F(Command, AnyNumberOfThreads) {
  for (const char* threads : {"1", "2", "7"}) {
    ASSERT_EQ(runCommand(doublePipeline(), {photo(), "-o", path("out.png"), "--threads", threads}).status, 0);
    EXPECT_EQ(samplesIn("out.png"), doubledPhoto());
  }
}

TEST_F(Command, NpyKeepsTheBatchDimension) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  write("one.npy", makeNpy({3, 3, 1}, values));
  ASSERT_EQ(runCommand(doublePipeline(), {path("one.npy"), "-o", path("out.npy")}).status, 0);
  EXPECT_EQ(arrayIn("out.npy").first, (std::vector<int64_t>{3, 3, 1}));
  EXPECT_EQ(arrayIn("out.npy").second, (std::vector<float>{2, 4, 6, 8, 10, 12, 14, 16, 18}));
  write("batch.npy", makeNpy({1, 3, 3, 1}, values));
  ASSERT_EQ(runCommand(doublePipeline(), {path("batch.npy"), "-o", path("out.npy")}).status, 0);
  EXPECT_EQ(arrayIn("out.npy").first, (std::vector<int64_t>{1, 3, 3, 1}));
  write("many.npy", makeNpy({4, 3, 3, 2}, std::vector<float>(72, 1.5f)));
  ASSERT_EQ(runCommand(doublePipeline(), {path("many.npy"), "-o", path("out.npy")}).status, 0);
  EXPECT_EQ(arrayIn("out.npy").first, (std::vector<int64_t>{4, 3, 3, 2}));
  EXPECT_EQ(arrayIn("out.npy").second, std::vector<float>(72, 3.0f));
  write("none.npy", makeNpy({0, 3, 3, 2}, {}));
  ASSERT_EQ(runCommand(doublePipeline(), {path("none.npy"), "-o", path("out.npy")}).status, 0);
  EXPECT_EQ(arrayIn("out.npy").first, (std::vector<int64_t>{0, 3, 3, 2}));
}

TEST_F(Command, SeveralInputs) {
  write("a.npy", makeNpy({2, 2}, {1, 2, 3, 4}));
  write("b.npy", makeNpy({2, 2}, {10, 20, 30, 40}));
  ASSERT_EQ(runCommand(addPipeline(), {path("a.npy"), path("b.npy"), "--output", "result=" + path("out.npy")})
                .status,
            0);
  EXPECT_EQ(arrayIn("out.npy").second, (std::vector<float>{11, 22, 33, 44}));
  const Ended printed =
      runCommand(addPipeline(), {"--input", "b=" + path("b.npy"), "--input", "a=" + path("a.npy")});
  EXPECT_EQ(printed.status, 0);
  EXPECT_EQ(printed.out, "'result' 2x2: 11 22 33 44\n");
  write("batch.npy", makeNpy({3, 2, 2}, std::vector<float>(12)));
  const Ended uneven = runCommand(addPipeline(), {path("a.npy"), path("batch.npy")});
  EXPECT_EQ(uneven.status, 1);
  EXPECT_EQ(uneven.err, "prog: error: input 'b' has 3 items, but input 'a' has 1\n");
  write("long.npy", makeNpy({2, 3}, std::vector<float>(6)));
  const Ended differ = runCommand(addPipeline(), {path("a.npy"), path("long.npy")});
  EXPECT_EQ(differ.status, 1);
  EXPECT_EQ(differ.err, "prog: error: input 'b': width is 3, but W is 2 elsewhere; "
                        "given: 'a' 2x2 for tensor[2, W], 'b' 2x3 for tensor[2, W]\n");
}

TEST_F(Command, SeveralOutputs) {
  const std::string in = write("in.pgm", command::encodePnm({100, 200}, 1, 1, 2));
  ASSERT_EQ(runCommand(splitPipeline(),
                       {in, "--output", "low=" + path("low.pgm"), "--output", "high=" + path("high.npy")})
                .status,
            0);
  EXPECT_EQ(samplesIn("low.pgm"), (Bytes{50, 100}));
  EXPECT_EQ(arrayIn("high.npy").first, (std::vector<int64_t>{2, 1, 2}));
}

TEST_F(Command, KeptLayersAreNoResults) {
  convoy_pipeline kept = splitPipeline();
  kept.layer_count = 1; // 'high'
  const std::string in = write("in.pgm", command::encodePnm(rampSamples(4 * 5), 1, 4, 5));
  // -o, for there is one result; and what has no file is printed.
  ASSERT_EQ(runCommand(kept, {in, "-o", path("low.npy"), "--dump-layer", "high=" + path("high.npy")}).status,
            0);
  EXPECT_EQ(arrayIn("low.npy").first, (std::vector<int64_t>{1, 4, 5}));
  EXPECT_EQ(arrayIn("high.npy").first, (std::vector<int64_t>{2, 4, 5}));
  const Ended printed = runCommand(kept, {in});
  EXPECT_THAT(printed.out, StartsWith("'low'"));
  EXPECT_THAT(printed.out, testing::Not(HasSubstr("high")));
  ASSERT_EQ(
      runCommand(kept, {in, "--output-dir", path("out"), "--dump-layer=high=" + path("other.npy")}).status,
      0);
  EXPECT_EQ(read("out/in.png").empty(), false);
  EXPECT_EQ(read("other.npy"), read("high.npy"));

  const auto fails = [&](const convoy_pipeline& pipeline, const std::string& what, const std::string& why) {
    const Ended ended = runCommand(pipeline, {in, "--dump-layer", what});
    EXPECT_EQ(ended.status, 2);
    EXPECT_EQ(ended.err, "prog: error: " + why + "\n");
  };
  fails(splitPipeline(), "high=x.npy",
        "this program keeps no layers; 'convoy build --keep-layers=NAME' makes one that does");
  fails(kept, "low=x.npy", "there is no layer 'low'; the pipeline has 'high'");
  fails(kept, "high=", "layer 'high' needs a file");
  fails(kept, "high=x.png", "cannot write 'x.png': the name must end in .npy");
  const Ended output = runCommand(kept, {in, "--output", "high=x.npy"});
  EXPECT_EQ(output.err, "prog: error: there is no output 'high'; the pipeline has 'low'\n");
  const Ended several = runCommand(kept, {in, in, "--output-dir", path("out"), "--dump-layer", "high=x.npy"});
  EXPECT_EQ(several.status, 2);
}

TEST_F(Command, OutputFolderForOneInput) {
  const std::string in = write("in.pgm", command::encodePnm({100, 200}, 1, 1, 2));
  ASSERT_EQ(runCommand(splitPipeline(), {in, "--output-dir", path("out")}).status, 0);
  EXPECT_EQ(listing("out"), (std::vector<std::string>{"in-high.npy", "in-low.png"}));
}

TEST_F(Command, ManyInputs) {
  const std::string one = photo("one.png"), two = photo("two.png");
  const Ended ended = runCommand(doublePipeline(), {one, two, "--output-dir", path("out")});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.err, "") << "no progress bar where there is no terminal";
  EXPECT_EQ(listing("out"), (std::vector<std::string>{"one.png", "two.png"}));
  EXPECT_EQ(samplesIn("out/two.png"), doubledPhoto());
}

TEST_F(Command, ManyInputsGoOnAfterABadOne) {
  write("bad.png", {1, 2, 3});
  const Ended ended = runCommand(
      doublePipeline(), {photo("one.png"), path("bad.png"), photo("two.png"), "--output-dir", path("out")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err, "prog: error: cannot read '" + path("bad.png") +
                           "': it is not a PNG, JPEG, PPM, PGM or .npy file\n");
  EXPECT_EQ(listing("out"), (std::vector<std::string>{"one.png", "two.png"}));
}

TEST_F(Command, ManyInputsOfOneName) {
  const Ended ended = runCommand(doublePipeline(), {"a/x.png", "b/x.png", "--output-dir", path("out")});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("two files named 'x' would overwrite"));
}

TEST_F(Command, Benchmark) {
  const Ended ended = runCommand(doublePipeline(), {"--benchmark", "5", "--size", "H=9", "--size=W=7",
                                                    "--threads", "2", "--json", path("time.json")});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, StartsWith("double: 5 runs on 2 threads: median "));
  const Bytes json = read("time.json");
  int threads = 0, runs = 0;
  double median = -1, fastest = -1;
  ASSERT_EQ(sscanf(std::string(json.begin(), json.end()).c_str(),
                   "{\"threads\": %d, \"runs\": %d, \"median_ms\": %lf, \"min_ms\": %lf}", &threads, &runs,
                   &median, &fastest),
            4);
  EXPECT_EQ(threads, 2);
  EXPECT_EQ(runs, 5);
  EXPECT_GE(median, fastest);
  EXPECT_GT(fastest, 0);
  const Ended piped = runCommand(doublePipeline(), {photo(), "--benchmark=1", "--json=-", "--threads=1"});
  EXPECT_EQ(piped.status, 0);
  EXPECT_THAT(piped.out, StartsWith("{\"threads\": 1, \"runs\": 1, "));
}

TEST_F(Command, BenchmarkOfAnInputWritesItsOutputOnce) {
  ASSERT_EQ(runCommand(doublePipeline(), {photo(), "--benchmark", "2", "-o", path("out.png")}).status, 0);
  EXPECT_EQ(samplesIn("out.png"), doubledPhoto());
}

TEST_F(Command, HelpAndDescription) {
  const Ended help = runCommand(doublePipeline(), {"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Usage: prog photo -o FILE"));
  EXPECT_THAT(help.out, HasSubstr("'photo'              image[rgb, H, W]"));
  EXPECT_THAT(help.out, HasSubstr("--benchmark N"));
  const Ended description = runCommand(doublePipeline(), {"--describe"});
  EXPECT_EQ(description.status, 0);
  EXPECT_EQ(description.out,
            "{\n  \"name\": \"double\",\n  \"inputs\": [\n"
            "    {\"name\": \"photo\", \"kind\": \"image\", \"channels\": 3, \"element\": \"float32\", "
            "\"layout\": \"C, H, W\", \"shape\": [3, \"H\", \"W\"]}\n  ],\n  \"outputs\": [\n"
            "    {\"name\": \"result\", \"kind\": \"image\", \"channels\": 3, \"element\": \"float32\", "
            "\"layout\": \"C, H, W\", \"shape\": [3, null, null]}\n  ],\n  \"sizes\": [\"H\", \"W\"],\n"
            "  \"weights_bytes\": 4,\n  \"weights_file\": null\n}\n");
  EXPECT_THAT(runCommand(fixedPipeline(), {"--describe"}).out,
              HasSubstr("\"name\": \"result\", \"kind\": \"tensor\", "
                        "\"element\": \"float32\", \"layout\": "
                        "\"C, H, W\", \"shape\": [3, 4, 5]"));
}

TEST_F(Command, WrongInputs) {
  const Ended missing = runCommand(doublePipeline(), {path("no.png"), "-o", path("out.png")});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.err, "prog: error: cannot read '" + path("no.png") + "': No such file or directory\n");
  const std::string flat = write("flat.ppm", command::encodePnm(Bytes(12), 3, 2, 2));
  const Ended small = runCommand(doublePipeline(), {flat, "-o", path("out.png")});
  EXPECT_EQ(small.status, 1);
  EXPECT_EQ(
      small.err,
      "prog: error: double.cvy:2:9: needs at least 3 rows; given: 'photo' 3x2x2 for image[rgb, H, W]\n");
  const Ended size = runCommand(fixedPipeline(), {photo(), "-o", path("out.png")});
  EXPECT_EQ(size.status, 0) << "4x5 fits";
  const Ended other = runCommand(fixedPipeline(), {flat, "-o", path("other.png")});
  EXPECT_EQ(other.status, 1);
  EXPECT_EQ(other.err, "prog: error: input 'x': height is 2, but the pipeline takes 4; "
                       "given: 'x' 3x2x2 for tensor[3, 4, 5]\n");
  const Ended limit = runCommand(doublePipeline(), {photo(), "-o", path("other.png"), "--max-pixels", "5"});
  EXPECT_EQ(limit.status, 1);
  EXPECT_THAT(limit.err, HasSubstr("4x5 pixels are more than the limit of 5"));
  const Ended usage = runCommand(doublePipeline(), {});
  EXPECT_EQ(usage.status, 2);
  EXPECT_FALSE(exists("other.png"));
}

TEST_F(Command, NamesAreEscaped) {
  const Ended ended = runCommand(doublePipeline(), {"bad\x1b[31m.png"});
  EXPECT_EQ(ended.err, "prog: error: cannot read 'bad\\x1b[31m.png': No such file or directory\n");
}

TEST_F(Command, OldPipelinesAreRefused) {
  convoy_pipeline old = doublePipeline();
  old.abi_version = 99;
  const Ended ended = runCommand(old, {photo(), "-o", path("out.png")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err,
            "prog: error: the pipeline was compiled for version 99 of the runtime, this is version " +
                std::to_string(CONVOY_ABI_VERSION) + "\n");
}

TEST_F(Command, CodeForANewerProcessorIsRefused) {
  convoy_pipeline newer = doublePipeline();
  const uint64_t everything = ~uint64_t{0};
  newer.versions = &everything;
  newer.prepared_size = []() -> int64_t { abort(); }; // nothing of it may run
  const Ended ended = runCommand(newer, {photo(), "-o", path("out.png")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err, "prog: error: this processor lacks instructions that the pipeline was compiled for\n");
}

TEST_F(Command, FailureInTheCompiledCode) {
  convoy_pipeline failing = doublePipeline();
  failing.run = [](const convoy_call*) { return int32_t{CONVOY_ERROR_CPU}; };
  const Ended ended = runCommand(failing, {photo(), "-o", path("out.png")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.err, "prog: error: this processor lacks instructions that the pipeline was compiled for\n");
  EXPECT_FALSE(exists("out.png"));
}

} // namespace
} // namespace convoy::test
