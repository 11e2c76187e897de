// Measures the loop IR texts of tests/exec/texts on one core and prints GFLOP/s (of the direct convolution)
// and the percentage of the peak of fused multiply-adds, which is the best sample taken just before and after
// each text.
//
//   texts_bench [NAME]      all texts, or those whose name contains NAME
#include "measure/machine.h"
#include "workload.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

using namespace convoy::texts;

namespace {

constexpr double secondsPerText = 0.25;

void measure(Workload& work) {
  CompiledText code(work.text, "native");
  using Clock = std::chrono::steady_clock;
  work.run(code); // warm
  double peak = convoy::measure::fmaPeak(), total = 0;
  std::vector<double> times;
  while (total < secondsPerText || times.size() < 5) {
    auto start = Clock::now();
    work.run(code);
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    total += times.back();
  }
  peak = std::max(peak, convoy::measure::fmaPeak());
  std::sort(times.begin(), times.end());
  double median = times[times.size() / 2], best = times[0];
  auto rate = [&](double time) { return work.flops / time / 1e9; };
  std::printf("%-16s %9.4f %9.4f %9.1f %9.1f %9.1f %7.0f%% %7.0f%%%s\n", work.text.c_str(), median * 1e3,
              best * 1e3, rate(median), rate(best), peak, 100 * rate(median) / peak, 100 * rate(best) / peak,
              work.problem().empty() ? "" : "  WRONG RESULT");
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  std::printf("%-16s %9s %9s %9s %9s %9s %8s %8s\n", "text", "median ms", "best ms", "GFLOP/s", "best",
              "FMA peak", "median", "best");
  auto wanted = [&](const char* name) { return argc < 2 || std::strstr(name, argv[1]); };
  if (wanted("direct_3x3")) measure(*directWorkload(Fill::Reals, Flush::High));
  if (wanted("winograd_3x3")) measure(*winogradWorkload(Fill::Reals, Flush::High));
  if (wanted("conv_pool")) measure(*convPoolWorkload(Fill::Reals, Flush::High, 114, 115));
  if (wanted("filter_3x3")) measure(*filterWorkload(Fill::Reals, Flush::High, 1080, 1920));
  if (wanted("grouped_3x3")) measure(*groupedWorkload(Fill::Reals, Flush::High, 8));
  if (wanted("split_bf16_3x3")) {
    if (targetFor("native").matrixUnit && runsHere("native"))
      measure(*splitBf16Workload(Fill::Reals, Flush::High));
    else
      std::printf("split_bf16_3x3   not measured: no matrix unit for this process\n");
  }
}
