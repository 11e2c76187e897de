// A long script stays cheap: what the phases of the compiler do for it grows with its length. Not told by
// time: by how often they ask for memory, which is the same in every run, and by what they make. Scripts are
// those of
// `./dev bench long`.
#include "driver/pipeline.h"
#include "gtest/gtest.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {
std::atomic<long> allocations{0};
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace convoy::driver {
namespace {

std::string scriptOf(const std::string& kind, int length) {
  std::string text;
  FILE* pipe =
      popen(("python3 " CONVOY_LONG_SCRIPTS " --print " + kind + " " + std::to_string(length)).c_str(), "r");
  char buffer[4096];
  for (size_t n; pipe && (n = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) text.append(buffer, n);
  if (!pipe || pclose(pipe) != 0) throw std::runtime_error("no script is written");
  return text;
}

size_t parallelCalls(const loop::Block& block) {
  size_t calls = 0;
  for (const auto& inst : block.insts) {
    calls += inst->op == loop::Op::Parallel;
    for (const auto& inner : inst->blocks) calls += parallelCalls(*inner);
  }
  return calls;
}

struct Work {
  std::map<std::string, long> allocations; // of each phase up to the loops
  size_t kernels = 0, kernelFunctions = 0, mostCalls = 0;
};

Work workFor(const std::string& kind, int length) {
  Options options;
  options.file = "long.cvy";
  options.target = "x86_64-pc-linux-gnu", options.cpu = "x86-64-v4";
  DiagnosticEngine diags;
  Compilation c(options, diags);
  c.open(scriptOf(kind, length));
  Work work;
  for (const Phase& phase : pipeline()) {
    if (!takesPart(phase, FileKind::Script, std::nullopt) || std::string(phase.name) == "codegen") continue;
    const long before = allocations;
    EXPECT_TRUE(phase.run(c)) << phase.name;
    if (phase.verify) EXPECT_EQ(phase.verify(c), std::vector<std::string>()) << phase.name;
    work.allocations[phase.name] = allocations - before;
  }
  std::set<std::string> functions;
  for (const auto& calls : c.calls)
    for (const schedule::KernelCall& call : calls) functions.insert(call.function);
  work.kernels = c.schedule->kernels.size();
  work.kernelFunctions = functions.size();
  for (const auto& function : c.loops.functions)
    work.mostCalls = std::max(work.mostCalls, parallelCalls(function->body));
  return work;
}

void expectLinear(const std::string& kind, int length) {
  const Work some = workFor(kind, length), more = workFor(kind, 4 * length);
  EXPECT_GT(more.kernels, 3 * some.kernels);
  for (const auto& [phase, count] : more.allocations) {
    // Fewer are asked for whatever the length is; those of tables that double are few.
    EXPECT_LT(count, 5 * some.allocations.at(phase) + 1000) << phase;
  }
  // Where groups of kernels end is somewhere else.
  EXPECT_LT(more.kernelFunctions, 2 * some.kernelFunctions) << "equal kernels are emitted once";
  EXPECT_LE(more.mostCalls, 300u) << "no function is as long as the program";
}

TEST(Growth, ChainsOfFilters) { expectLinear("chain", 120); }
TEST(Growth, DeepNetworks) { expectLinear("network", 250); }

} // namespace
} // namespace convoy::driver
