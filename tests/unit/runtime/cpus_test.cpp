#include "cpus.h"

#include "convoy/runtime.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <string>
#include <sys/stat.h>
#include <thread>

namespace {

// A made-up /sys/fs/cgroup and /proc/self/cgroup.
class Cgroup : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "convoy-cgroup-XXXXXX";
    root = mkdtemp(pattern.data());
  }
  void TearDown() override { ASSERT_EQ(system(("rm -r '" + root + "'").c_str()), 0); }

  void write(const std::string& path, const std::string& text) {
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      mkdir((root + "/" + path.substr(0, slash)).c_str(), 0777);
    std::ofstream(root + "/" + path) << text;
  }
  int32_t quota() { return convoy::quotaThreads((root + "/membership").c_str(), root.c_str()); }

  std::string root;
};

TEST_F(Cgroup, Version2) {
  write("membership", "0::/app\n");
  EXPECT_EQ(quota(), 0) << "no file, no limit";
  write("app/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), 0);
  write("app/cpu.max", "200000 100000\n");
  EXPECT_EQ(quota(), 2);
  write("app/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota(), 2) << "rounded up";
  write("app/cpu.max", "20000 100000\n");
  EXPECT_EQ(quota(), 1);
}

TEST_F(Cgroup, SmallestOfTheGroupsAbove) {
  write("membership", "0::/slice/app/inner\n");
  write("slice/app/inner/cpu.max", "800000 100000\n");
  write("slice/app/cpu.max", "max 100000\n");
  write("slice/cpu.max", "300000 100000\n");
  EXPECT_EQ(quota(), 3);
}

TEST_F(Cgroup, PathThatTheContainerDoesNotShow) {
  write("membership", "0::/docker/abc\n");
  write("cpu.max", "400000 100000\n");
  EXPECT_EQ(quota(), 4);
}

TEST_F(Cgroup, Version1) {
  write("membership", "12:cpuset:/app\n4:cpu,cpuacct:/app\n1:name=systemd:/app\n");
  write("cpu/app/cpu.cfs_quota_us", "-1\n");
  write("cpu/app/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), 0);
  write("cpu/app/cpu.cfs_quota_us", "500000\n");
  EXPECT_EQ(quota(), 5);
}

TEST_F(Cgroup, Nonsense) {
  EXPECT_EQ(quota(), 0);
  write("membership", "0::/app\nno colons\n:\n::\n");
  for (const char* text : {"", "x", "-5 100000", "5", "5 0", "99999999999999999999 1"}) {
    write("app/cpu.max", text);
    EXPECT_GE(quota(), 0) << text;
  }
}

TEST(Cpus, RespectAffinity) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(convoy::affinityThreads(), CPU_COUNT(&before));
  // On a thread of its own: the mask of this one stays.
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &before)) {
        CPU_SET(cpu, &one);
        break;
      }
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(convoy::affinityThreads(), 1);
    EXPECT_EQ(convoy_available_threads(), 1);
  }).join();
}

} // namespace
