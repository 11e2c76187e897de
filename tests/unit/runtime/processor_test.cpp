// Which version runs, on made-up processors and on this one.
#include "processor.h"

#include "convoy/runtime.h"

#include <cstring>
#include <gtest/gtest.h>
#include <initializer_list>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace {

const char* const names[] = {
#define CONVOY_INSTRUCTION_SET(name, leaf, subleaf, where, bit, state) name,
#include "instruction_sets.def"
};

uint64_t version(std::initializer_list<const char*> wanted) {
  uint64_t bits = 0;
  for (const char* each : wanted) {
    size_t i = 0;
    while (strcmp(names[i], each) != 0) ++i; // beyond the last one the test crashes
    bits |= uint64_t{1} << i;
  }
  return bits;
}

const uint64_t sse = version({"sse3", "sse4.1"}), avx2 = version({"avx", "avx2", "fma"}),
               avx512 = avx2 | version({"avx512f", "avx512vl"}),
               tiles = avx512 | version({"amx-tile", "amx-bf16", "amx-int8"});
constexpr uint64_t ymm = 0x7, zmm = 0xe7, all = 0x600e7; // XCR0, with the x87's and SSE's bits

// A processor of our own: its instruction sets, what the system saves, and whether it gives tiles.
struct Made {
  uint64_t sets = 0, saved = 0;
  bool xsave = true, gives = false;
  int asked = 0;
} made;

struct Row {
  uint32_t leaf, subleaf;
  int where, bit;
};
enum { A, B, C, D };
const Row rows[] = {
#define CONVOY_INSTRUCTION_SET(name, leaf, subleaf, where, bit, state) {leaf, subleaf, where, bit},
#include "instruction_sets.def"
};

const convoy::Processor processor = {[](uint32_t leaf, uint32_t subleaf, uint32_t registers[4]) {
                                       for (int i = 0; i < 4; ++i) registers[i] = 0;
                                       for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i)
                                         if (rows[i].leaf == leaf && rows[i].subleaf == subleaf &&
                                             made.sets >> i & 1)
                                           registers[rows[i].where] |= 1U << rows[i].bit;
                                       if (leaf == 1 && made.xsave) registers[C] |= 1U << 27;
                                     },
                                     []() -> uint64_t {
                                       if (!made.xsave) abort(); // the instruction would not be there
                                       return made.saved;
                                     },
                                     [] {
                                       ++made.asked;
                                       return made.gives;
                                     }};

int32_t choose(std::vector<uint64_t> versions) {
  return convoy::chooseVersion(versions.data(), static_cast<int32_t>(versions.size()), processor);
}

TEST(Processor, RunsTheFirstVersionThatItHas) {
  made = {avx2 | sse, ymm};
  EXPECT_EQ(choose({avx512, avx2, sse}), 1);
  EXPECT_EQ(choose({avx512, sse, avx2}), 1) << "the order is the caller's";
  EXPECT_EQ(choose({avx512, 0}), 1);
  EXPECT_EQ(choose({avx512}), -1);
  EXPECT_EQ(choose({}), -1);
  EXPECT_EQ(choose({uint64_t{1} << 63}), -1) << "a version of later than this runtime";
  made = {avx512, zmm};
  EXPECT_EQ(choose({avx512 | version({"avx512vnni"}), avx512}), 1) << "one instruction set is lacking";
}

TEST(Processor, NeedsTheSystemToSaveRegisters) {
  made = {avx512 | sse, ymm};
  EXPECT_EQ(choose({avx512, avx2, sse}), 1) << "no zmm registers";
  made.saved = 0x3;
  EXPECT_EQ(choose({avx512, avx2, sse}), 2) << "no ymm registers either";
  made.xsave = false;
  EXPECT_EQ(choose({avx512, avx2, sse}), 2) << "it cannot even be asked";
  made = {tiles, zmm};
  made.gives = true;
  EXPECT_EQ(choose({tiles, avx512}), 1) << "no tiles";
  EXPECT_EQ(made.asked, 0);
}

TEST(Processor, AsksForTilesWhenTheyAreAllThatIsLacking) {
  made = {tiles, all};
  EXPECT_EQ(choose({tiles, avx512}), 1) << "refused";
  EXPECT_EQ(made.asked, 1);
  EXPECT_EQ(choose({tiles}), -1) << "refused, and there is nothing else";
  made = {tiles, all};
  made.gives = true;
  EXPECT_EQ(choose({tiles, avx512}), 0);
  EXPECT_EQ(made.asked, 1);
  EXPECT_EQ(choose({avx512, avx2}), 0);
  EXPECT_EQ(made.asked, 1) << "code without tiles needs no permission";
  made = {avx512, all};
  EXPECT_EQ(choose({tiles, avx512}), 1);
  EXPECT_EQ(made.asked, 0) << "there are none to ask for";
}

// Of this processor: the compiler that made the test knows another way to ask.
TEST(Processor, KnowsThisOne) {
#if defined(__x86_64__)
  auto runs = [](uint64_t version) { return convoy_choose_version(&version, 1) == 0; };
  EXPECT_TRUE(runs(0));
  EXPECT_EQ(runs(version({"sse3"})), __builtin_cpu_supports("sse3") != 0);
  EXPECT_EQ(runs(version({"sse4.2"})), __builtin_cpu_supports("sse4.2") != 0);
  EXPECT_EQ(runs(version({"popcnt"})), __builtin_cpu_supports("popcnt") != 0);
  EXPECT_EQ(runs(version({"lzcnt"})), __builtin_cpu_supports("lzcnt") != 0);
  EXPECT_EQ(runs(version({"avx"})), __builtin_cpu_supports("avx") != 0);
  EXPECT_EQ(runs(version({"fma"})), __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ(runs(version({"bmi2"})), __builtin_cpu_supports("bmi2") != 0);
  EXPECT_EQ(runs(version({"avx2"})), __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(runs(version({"avx512f"})), __builtin_cpu_supports("avx512f") != 0);
  EXPECT_EQ(runs(version({"avx512vl"})), __builtin_cpu_supports("avx512vl") != 0);
  EXPECT_EQ(runs(version({"avx512vbmi2"})), __builtin_cpu_supports("avx512vbmi2") != 0);
  EXPECT_EQ(runs(version({"avx512vnni"})), __builtin_cpu_supports("avx512vnni") != 0);
  EXPECT_EQ(runs(version({"avx512bf16"})), __builtin_cpu_supports("avx512bf16") != 0);
  EXPECT_FALSE(runs(~uint64_t{0}));
#endif
}

// The real thing: Linux gives the registers, and says so.
TEST(Processor, IsGivenTilesByTheSystem) {
#if defined(__x86_64__) && defined(__linux__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & 1U << 24))
    GTEST_SKIP() << "this processor has no matrix unit, so the system is not asked for its registers";
  auto permitted = [] {
    uint64_t states = 0;
    return syscall(SYS_arch_prctl, 0x1022 /* ARCH_GET_XCOMP_PERM */, &states) == 0 && states >> 18 & 1;
  };
  EXPECT_EQ(convoy_choose_version(&tiles, 1) == 0, permitted());
  const pid_t child = fork();
  if (child == 0) _exit(permitted() == (convoy_choose_version(&tiles, 1) == 0) ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
#endif
}

// Every thread, and a child after a fork, get the answer that this one got.
TEST(Processor, AnswersAlike) {
  const uint64_t versions[] = {tiles, avx512, avx2, 0};
  const int32_t here = convoy_choose_version(versions, 4);
  ASSERT_GE(here, 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { EXPECT_EQ(convoy_choose_version(versions, 4), here); });
  for (std::thread& t : threads) t.join();
  const pid_t child = fork();
  if (child == 0) _exit(convoy_choose_version(versions, 4) == here ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

} // namespace
