#include "driver/reproducer.h"
#include "output/files.h"
#include "gtest/gtest.h"
#include <csignal>
#include <cstdlib>

namespace convoy::driver {
namespace {

class ReproducerTest : public testing::Test {
protected:
  void SetUp() override {
    options_.file = "net.cvy";
    reproducer_ = makeReproducer({"build", "net.cvy", "-o", "my net"}, options_, &file_);
    reproducer_.path = folder_.file("crash.cvy");
  }
  std::string written() { return readFile(reproducer_.path, 10000).bytes; }

  TemporaryFolder folder_;
  SourceFile file_{"net.cvy", "pipeline net(x: tensor) {\n}\n"};
  Options options_;
  Reproducer reproducer_;
};

TEST_F(ReproducerTest, HoldsCommandLineAndScript) {
  EXPECT_NE(reproducer_.text.find("//   convoy build net.cvy -o 'my net'\n"), std::string::npos)
      << reproducer_.text;
  EXPECT_NE(reproducer_.text.find("\npipeline net(x: tensor) {\n}\n"), std::string::npos) << reproducer_.text;
}

TEST_F(ReproducerTest, ALineEndInAnArgumentStaysInTheComment) {
  Reproducer r = makeReproducer({"check", "a\nb'c"}, options_, nullptr);
  EXPECT_NE(r.text.find("//   convoy check 'a b'\\''c'\n"), std::string::npos) << r.text;
}

TEST_F(ReproducerTest, InternalErrorWritesIt) {
  testing::internal::CaptureStderr();
  reportInternalError("the sum is odd", reproducer_);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("internal error: the sum is odd"), std::string::npos) << said;
  EXPECT_NE(said.find(reproducer_.path), std::string::npos) << said;
  EXPECT_EQ(written(), reproducer_.text);
}

TEST_F(ReproducerTest, CrashWritesItAndEndsWith3) {
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE}) {
    std::remove(reproducer_.path.c_str());
    EXPECT_EXIT(
        {
          CrashGuard guard(reproducer_);
          std::raise(signal);
        },
        testing::ExitedWithCode(3), "internal error: a crash");
    EXPECT_EQ(written(), reproducer_.text);
  }
}

int overflow(volatile int depth) {
  volatile char frame[4096] = {};
  return depth == 0 ? 0 : overflow(depth - 1) + frame[depth % 4096] + 1;
}

TEST_F(ReproducerTest, StackOverflowToo) {
  EXPECT_EXIT(
      {
        CrashGuard guard(reproducer_);
        std::_Exit(overflow(1 << 24));
      },
      testing::ExitedWithCode(3), "internal error: a crash");
  EXPECT_EQ(written(), reproducer_.text);
}

} // namespace
} // namespace convoy::driver
