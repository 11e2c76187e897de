// Runs whole commands while the first, second, third ... request for memory fails. Each must end with a clear
// error, status 1 and no output file, until one gets through.
#include "fake_pipelines.h"
#include "test_files.h"

#include "convoy/command.h"

#include <cstdlib>
#include <new>

namespace {

// Requests until the one that fails; negative: none fails.
long requestsLeft = -1;

bool failsNow() { return requestsLeft >= 0 && requestsLeft-- == 0; }

} // namespace

// The linker sends calls of convoy_allocate here (--wrap).
extern "C" void* __real_convoy_allocate(int64_t bytes);
extern "C" void* __wrap_convoy_allocate(int64_t bytes) {
  return failsNow() ? nullptr : __real_convoy_allocate(bytes);
}

void* operator new(size_t bytes) {
  void* memory = failsNow() ? nullptr : malloc(bytes ? bytes : 1);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }

namespace convoy::test {
namespace {

class NoMemory : public TestWithFolder {
protected:
  // Fails every request in turn. Gives how many there are.
  long failEach(const convoy_pipeline& pipeline, std::vector<std::string> words, const std::string& output) {
    words.insert(words.begin(), "prog");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    for (long request = 0; request < 5000; ++request) {
      testing::internal::CaptureStdout();
      testing::internal::CaptureStderr();
      requestsLeft = request;
      const int status = convoy_command(&pipeline, static_cast<int>(argv.size()), argv.data());
      const bool failed = requestsLeft < 0;
      requestsLeft = -1;
      testing::internal::GetCapturedStdout();
      const std::string error = testing::internal::GetCapturedStderr();
      if (!failed) {
        EXPECT_EQ(status, 0) << error;
        EXPECT_TRUE(exists(output));
        return request;
      }
      EXPECT_EQ(status, 1) << "request " << request << ": " << error;
      EXPECT_NE(error.find("not enough memory"), std::string::npos) << "request " << request << ": " << error;
      EXPECT_EQ(listing().size(), 1u) << "request " << request << ": nothing but the input is there";
    }
    ADD_FAILURE() << "no end";
    return 0;
  }
};

TEST_F(NoMemory, PngToPng) {
  const std::string in = write("in.png", *command::encodePng(rampSamples(4 * 5 * 3), 3, 4, 5));
  EXPECT_GT(failEach(doublePipeline(), {in, "-o", path("out.png"), "--threads", "2"}, "out.png"), 20);
}

TEST_F(NoMemory, JpegToNpy) {
  const std::string in = write("in.jpg", makeJpeg(Bytes(16 * 16 * 3, 9), 3, 16, 16, makeExif(6)));
  EXPECT_GT(failEach(splitPipeline(), {in, "--output", "high=" + path("out.npy")}, "out.npy"), 20);
}

TEST_F(NoMemory, NpyToPpm) {
  const std::string in = write("in.npy", makeNpy({1, 1, 4, 5}, std::vector<float>(20)));
  EXPECT_GT(failEach(splitPipeline(), {in, "--output", "low=" + path("out.ppm")}, "out.ppm"), 20);
}

} // namespace
} // namespace convoy::test
