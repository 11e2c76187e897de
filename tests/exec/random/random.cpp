// Random valid pipelines over all layers, compiled and compared with the reference interpreter. One that
// fails is made smaller as long as it still fails, and printed with its seed.
//
//   random_pipelines [--seed N] [--count N] [--print]
//
// Without options 500 of them, with CONVOY_TEST_LONG in the environment 5000. The last line counts them.
#include "attempt.h"
#include "compiled_text.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace convoy::random_pipelines {

namespace {

constexpr int workers = 2;
constexpr int mostAttempts = 1500; // of the shrinker

struct Counts {
  int passed, failed, invalid, exact, bounded, refused, grouped;
};

std::vector<std::string> processors() {
  std::vector<std::string> cpus;
  for (const char* cpu : {"x86-64-v4", "x86-64-v3", "x86-64-v2"})
    if (texts::runsHere(cpu)) cpus.push_back(cpu);
  return cpus;
}

// The smallest pipeline that a chain of steps leads to, each of which still fails.
Pipeline shrunk(Pipeline pipeline, std::string& problem, int& attempts) {
  for (bool found = true; found && attempts < mostAttempts;) {
    found = false;
    for (Pipeline& next : smaller(pipeline)) {
      if (script(next) + settings(next) == script(pipeline) + settings(pipeline)) continue;
      ++attempts;
      const Attempt tried = attempt(next);
      if (tried.outcome != Attempt::Failed) continue;
      pipeline = std::move(next), problem = tried.problem, found = true;
      break;
    }
  }
  return pipeline;
}

void reportFailure(uint64_t seed, const Pipeline& pipeline, const std::string& first) {
  std::string problem = first;
  int attempts = 0;
  const Pipeline small = shrunk(pipeline, problem, attempts);
  std::printf("seed %llu: %s\n%s// %s\nsmaller, after %d attempts: %s\n%s// %s\n"
              "again: build/bin/random_pipelines --seed %llu\n",
              static_cast<unsigned long long>(seed), first.c_str(), script(pipeline).c_str(),
              settings(pipeline).c_str(), attempts, problem.c_str(), script(small).c_str(),
              settings(small).c_str(), static_cast<unsigned long long>(seed));
  std::fflush(stdout);
}

void work(uint64_t first, uint64_t count, uint64_t number, const std::vector<std::string>& cpus,
          Counts& counts) {
  for (uint64_t seed = first + number; seed < first + count; seed += workers) {
    const Pipeline pipeline = generate(seed, cpus);
    const Attempt result = attempt(pipeline);
    counts.exact += result.exact, counts.bounded += result.bounded, counts.refused += result.refused;
    counts.grouped += result.grouped;
    switch (result.outcome) {
    case Attempt::Passed: ++counts.passed; break;
    case Attempt::Invalid: ++counts.invalid; break;
    case Attempt::Failed: ++counts.failed; reportFailure(seed, pipeline, result.problem);
    }
  }
}

int run(uint64_t first, uint64_t count) {
  const std::vector<std::string> cpus = processors();
  void* memory =
      mmap(nullptr, sizeof(Counts) * workers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || cpus.empty()) return 1;
  Counts* counts = static_cast<Counts*>(memory);
  const auto start = std::chrono::steady_clock::now();
  std::fflush(stdout);
  for (int number = 0; number < workers; ++number)
    if (fork() == 0) {
      work(first, count, static_cast<uint64_t>(number), cpus, counts[number]);
      _exit(0);
    }
  bool ended = true;
  for (int status = 0; wait(&status) > 0;) ended &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
  Counts total{};
  for (int number = 0; number < workers; ++number) {
    const Counts& own = counts[number];
    total.passed += own.passed, total.failed += own.failed, total.invalid += own.invalid;
    total.grouped += own.grouped;
    total.exact += own.exact, total.bounded += own.bounded, total.refused += own.refused;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  // The generator is of no use when the front end refuses much of what it makes.
  const bool useful = total.invalid * 5 <= static_cast<int>(count) || count < 10;
  if (!useful) std::printf("too many pipelines are refused by the front end\n");
  std::printf(
      "outputs %d exact, %d within a bound; %d pipelines in groups and without; %d runs refused by entry "
      "checks; %d pipelines not valid; %.0f s\n",
      total.exact, total.bounded, total.grouped, total.refused, total.invalid, seconds);
  std::printf("%d passed, %d failed\n", total.passed, total.failed + (ended && useful ? 0 : 1));
  return total.failed || !total.passed || !ended || !useful ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
  uint64_t seed = 1, count = std::getenv("CONVOY_TEST_LONG") ? 5000 : 500;
  bool print = false, one = false, counted = false;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--print")
      print = true;
    else if (option == "--seed" && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10), one = true;
    else if (option == "--count" && i + 1 < argc)
      count = std::strtoull(argv[++i], nullptr, 10), counted = true;
    else
      return std::fprintf(stderr, "usage: random_pipelines [--seed N] [--count N] [--print]\n"), 2;
  }
  if (one && !counted) count = 1;
  if (!print) return run(seed, count);
  for (uint64_t i = seed; i < seed + count; ++i) {
    const Pipeline pipeline = generate(i, processors());
    std::printf("// seed %llu: %s\n%s", static_cast<unsigned long long>(i), settings(pipeline).c_str(),
                script(pipeline).c_str());
  }
  return 0;
}

} // namespace convoy::random_pipelines

int main(int argc, char** argv) { return convoy::random_pipelines::main(argc, argv); }
