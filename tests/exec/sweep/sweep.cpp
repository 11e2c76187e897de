// The execution sweep: generated scripts, compiled for three widths of vectors, run in memory and ahead of
// time, with one thread and two, and compared with the reference interpreter.
//
//   sweep [--case N] [--from N] [--to N] [--every N] [--share PERCENT] [--group TEXT] [--cpu NAME]
//         [--modes PERCENT] [--list]
//
// Of a hundred cases so many run in each other arithmetic too (modes.h). With CONVOY_TEST_LONG in the
// environment every case is optimized for every target. The last line counts results: one for each case and
// target.
#include "batch.h"
#include "compiled_text.h"
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace convoy::sweep {

namespace {

constexpr size_t casesPerBatch = 64;
constexpr int workers = 2;

// One worker process at a time runs the batch of a slot; what it has to say is in memory that both see.
struct Slot {
  struct Shared {
    Progress progress;
    size_t textLength;
    char text[1 << 20];
  };
  Shared* shared = nullptr;
  pid_t process = 0;
  std::vector<const Case*> batch;
};

std::vector<SweepTarget> findTargets(const std::string& only) {
  std::vector<SweepTarget> targets;
  for (const char* cpu : {"x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
    if (!only.empty() && only != cpu) continue;
    if (texts::runsHere(cpu))
      targets.push_back({cpu, texts::targetFor(cpu)});
    else
      std::printf("skipped: this machine cannot run code for %s\n", cpu);
  }
  return targets;
}

// The same, and this processor with all its instructions, and with a matrix unit, which may be emulated.
std::vector<SweepTarget> targetsOfModes(std::vector<SweepTarget> targets, const std::string& only) {
  for (const char* cpu : {"native", texts::withTiles})
    if ((only.empty() || only == cpu) && texts::runsHere(cpu))
      targets.push_back({cpu, texts::targetFor(cpu)});
  return targets;
}

class Sweep {
public:
  Sweep(std::vector<const Case*> cases, std::vector<SweepTarget> targets, Thoroughness thoroughness)
      : cases_(std::move(cases)), targets_(std::move(targets)), thoroughness_(thoroughness) {}

  int run() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::vector<const Case*>> batches;
    for (size_t i = 0; i < cases_.size(); i += casesPerBatch)
      batches.emplace_back(cases_.begin() + static_cast<long>(i),
                           cases_.begin() + static_cast<long>(std::min(i + casesPerBatch, cases_.size())));
    std::reverse(batches.begin(), batches.end()); // taken from the back
    std::vector<Slot> slots(workers);
    for (Slot& slot : slots)
      slot.shared = static_cast<Slot::Shared*>(
          mmap(nullptr, sizeof(Slot::Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

    for (size_t running = 0;;) {
      for (Slot& slot : slots)
        if (!slot.process && !batches.empty()) {
          slot.batch = std::move(batches.back());
          batches.pop_back();
          startWorker(slot);
          ++running;
        }
      if (!running) break;
      int status = 0;
      const pid_t ended = wait(&status);
      for (Slot& slot : slots)
        if (slot.process == ended) {
          slot.process = 0;
          --running;
          std::vector<const Case*> again = finish(slot, status);
          if (!again.empty()) batches.push_back(std::move(again));
        }
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      std::printf("%5zu of %zu cases, %d failed, %.0f s\n", done_, cases_.size(), total_.failed, seconds);
      std::fflush(stdout);
    }
    std::printf("%d executions; outputs %d exact, %d within a bound; %d runs refused by entry checks\n",
                total_.runs, total_.exact, total_.bounded, total_.refused);
    std::printf("in other arithmetics: outputs %d exact, %d within a bound\n", total_.otherExact,
                total_.otherBounded);
    std::printf("seconds of work: reference %.1f, compile %.1f, run in memory %.1f, link %.1f, run ahead of "
                "time %.1f\n",
                total_.reference, total_.compile, total_.memory, total_.link, total_.ahead);
    std::printf("%d passed, %d failed\n", total_.passed, total_.failed);
    return total_.failed || !total_.passed ? 1 : 0;
  }

private:
  void startWorker(Slot& slot) {
    slot.shared->progress = {};
    slot.shared->textLength = 0;
    std::fflush(stdout);
    slot.process = fork();
    if (slot.process != 0) return;
    Slot::Shared& shared = *slot.shared;
    runBatch(slot.batch, targets_, thoroughness_, shared.progress, [&](const std::string& text) {
      const size_t count = std::min(text.size(), sizeof shared.text - shared.textLength);
      std::memcpy(shared.text + shared.textLength, text.data(), count);
      shared.textLength += count;
    });
    _exit(0);
  }

  // Returns the cases that have to be run again, because one of the batch took the process with it.
  std::vector<const Case*> finish(Slot& slot, int status) {
    const Progress& p = slot.shared->progress;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      std::fwrite(slot.shared->text, 1, slot.shared->textLength, stdout);
      done_ += slot.batch.size();
      add(p);
      return {};
    }
    std::string how = WIFSIGNALED(status)
                          ? WTERMSIG(status) == SIGALRM ? "it does not end" : strsignal(WTERMSIG(status))
                          : "it ended the process";
    auto crashed = std::find_if(slot.batch.begin(), slot.batch.end(),
                                [&](const Case* c) { return c->number == p.caseNumber; });
    if (crashed == slot.batch.end()) {
      std::printf("a batch from case %d on: %s while linking\n", slot.batch.front()->number, how.c_str());
      total_.failed += static_cast<int>(slot.batch.size() * targets_.size());
      done_ += slot.batch.size();
      return {};
    }
    std::printf("case %d (%s), %s: %s\n%sagain: build/bin/sweep --case %d\n", (*crashed)->number,
                (*crashed)->group.c_str(), p.where, how.c_str(), (*crashed)->script.c_str(),
                (*crashed)->number);
    total_.failed += static_cast<int>(targets_.size());
    ++done_;
    slot.batch.erase(crashed);
    return slot.batch;
  }

  void add(const Progress& p) {
    total_.passed += p.passed, total_.failed += p.failed, total_.runs += p.runs;
    total_.exact += p.exact, total_.bounded += p.bounded, total_.refused += p.refused;
    total_.otherExact += p.otherExact, total_.otherBounded += p.otherBounded;
    total_.reference += p.reference, total_.compile += p.compile, total_.memory += p.memory,
        total_.link += p.link;
    total_.ahead += p.ahead;
  }

  std::vector<const Case*> cases_;
  std::vector<SweepTarget> targets_;
  Thoroughness thoroughness_;
  Progress total_;
  size_t done_ = 0;
};

int usage() {
  std::fprintf(stderr, "usage: sweep [--case N] [--from N] [--to N] [--every N] [--share PERCENT] [--group "
                       "TEXT] [--cpu NAME] [--modes PERCENT] [--list]\n");
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  long from = 0, to = 1 << 30, every = 1, share = 100, modes = 100;
  std::string group, cpu;
  bool list = false, thorough = std::getenv("CONVOY_TEST_LONG") != nullptr;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--list") {
      list = true;
      continue;
    }
    if (i + 1 >= argc) return usage();
    const char* value = argv[++i];
    if (option == "--case")
      from = to = std::atol(value);
    else if (option == "--from")
      from = std::atol(value);
    else if (option == "--to")
      to = std::atol(value);
    else if (option == "--every")
      every = std::max(1L, std::atol(value));
    else if (option == "--share")
      share = std::atol(value);
    else if (option == "--modes")
      modes = std::atol(value);
    else if (option == "--group")
      group = value;
    else if (option == "--cpu")
      cpu = value;
    else
      return usage();
  }
  if (thorough) share = 100, modes = std::max(modes, 25L);
  // Of the small groups, all.
  std::map<std::string, int> sizes;
  const std::vector<Case> all = allCases();
  for (const Case& c : all) ++sizes[c.group];
  const auto isInShare = [&](const Case& c) {
    return sizes[c.group] < 20 ||
           static_cast<long>(Random(static_cast<uint64_t>(c.number)).next() % 100) < share;
  };
  std::vector<const Case*> chosen;
  for (const Case& c : all)
    if (c.number >= from && c.number <= to && c.number % every == 0 && isInShare(c) &&
        c.group.find(group) != std::string::npos)
      chosen.push_back(&c);
  if (list) {
    for (const Case* c : chosen) std::printf("// %s\n%s\n", c->group.c_str(), c->script.c_str());
    return 0;
  }
  const std::vector<SweepTarget> targets = findTargets(cpu);
  std::printf("%zu cases\n", chosen.size());
  return Sweep(chosen, targets, {thorough, modes, targetsOfModes(targets, cpu)}).run();
}

} // namespace convoy::sweep

int main(int argc, char** argv) { return convoy::sweep::main(argc, argv); }
