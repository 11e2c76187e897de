// What the C++ API costs: from a script to code that can be called, and for one call.
#include "api_direct.h"
#include "convoy/convoy.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
double seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

// The median of `rounds` measurements of `work`, each of `count` calls, per call.
template <typename Work> double median(int rounds, long count, Work work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    for (long call = 0; call < count; ++call) work();
    times.push_back(seconds(start) / static_cast<double>(count));
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

convoy::Pipeline compile(const std::string& script) {
  convoy::Options options;
  options.threads = 1;
  auto compiled = convoy::compileSource(script, "bench.cvy", options);
  if (compiled) return *compiled;
  for (const auto& diagnostic : compiled.diagnostics()) std::fputs(diagnostic.rendered.c_str(), stderr);
  std::exit(1);
}

void check(const convoy::Status& status) {
  if (status) return;
  std::fprintf(stderr, "%s\n", status.message());
  std::exit(1);
}

const char* const tiny = "pipeline tiny(x: tensor[1, W]) -> tensor[1, W] { return x |> relu }\n";
const char* const edges = R"(pipeline edges(photo: image[rgb]) -> image[gray] {
    gray = luminance(photo)
    gx = gray |> conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same, border: replicate)
    gy = gray |> conv(kernel: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], padding: same, border: replicate)
    return clamp(sqrt(gx * gx + gy * gy), 0, 1)
}
)";

} // namespace

int main() {
  const auto start = Clock::now();
  const convoy::Pipeline pipeline = compile(tiny);
  std::printf("compileSource, the first of the process   %8.2f ms\n", seconds(start) * 1e3);
  std::printf("compileSource, one layer                  %8.2f ms\n",
              median(21, 1, [] { compile(tiny); }) * 1e3);
  std::printf("compileSource, edges                      %8.2f ms\n",
              median(21, 1, [] { compile(edges); }) * 1e3);

  alignas(64) float x[16] = {1}, y[16] = {};
  const convoy::View<const float, 2> from(x, {1, 16});
  const convoy::View<float, 2> to(y, {1, 16});
  const auto direct = directCall(tiny, x, y, 16);
  const auto bound = pipeline.bind<void(convoy::View<const float, 2>, convoy::View<float, 2>)>();
  check(bound.error());
  // The fastest of many short rounds, in turn: what else runs on the machine then touches few of them.
  constexpr long calls = 2000;
  double directTime = 1e9, boundTime = 1e9, runTime = 1e9;
  const auto keepFastest = [](double& best, auto call) {
    best = std::min(best, median(1, calls, call) * 1e9);
  };
  for (int round = 0; round < 500; ++round) {
    keepFastest(directTime, direct);
    keepFastest(boundTime, [&] { check(bound(from, to)); });
    keepFastest(runTime, [&] { check(pipeline.run({{"x", from}}, {{"result", to}})); });
  }
  std::printf("a call of compiled code, 16 numbers       %8.1f ns\n", directTime);
  std::printf("a bound function                          %8.1f ns   overhead %.1f ns\n", boundTime,
              boundTime - directTime);
  std::printf("run() with names                          %8.1f ns   overhead %.1f ns\n", runTime,
              runTime - directTime);
}
