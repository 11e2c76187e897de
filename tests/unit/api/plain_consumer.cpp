// Built without exceptions and RTTI, and with more warnings than most: the headers, the hooks and the library
// work all the same.
#include "convoy/convoy.h"
#include <cstdio>
#include <cstdlib>

namespace {

class OneThread final : public convoy::Executor {
public:
  int threads() const override { return 1; }
  void parallel(std::int64_t count, const convoy::RangeBody& body) override { body(0, count); }
};

class Plain final : public convoy::Allocator {
public:
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept override {
    return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  }
  void release(void* memory, std::size_t) noexcept override { std::free(memory); }
};

int fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  return 1;
}

} // namespace

int main() {
  convoy::Options options;
  options.executor = std::make_shared<OneThread>();
  options.allocator = std::make_shared<Plain>();
  if (convoy::compileSource("nonsense", "wrong.cvy", options)) return fail("nonsense was compiled");
  auto compiled =
      convoy::compileSource("pipeline twice(x: tensor[1, W]) { return x * 2 }", "twice.cvy", options);
  if (!compiled) return fail(compiled.diagnostics()[0].rendered.c_str());
  const float x[3] = {1, 2, 3};
  float y[3] = {};
  const convoy::Status status = compiled->run({{"x", convoy::View<const float, 2>(x, {1, 3})}},
                                              {{"result", convoy::View<float, 2>(y, {1, 3})}});
  if (!status) return fail(status.message());
  if (y[0] != 2 || y[1] != 4 || y[2] != 6) return fail("the result is wrong");

  auto scale = convoy::compileSource(
      "pipeline scale(x: image[rgb], level: float) -> image[rgb] { return x * level }", "scale.cvy", options);
  if (!scale) return fail(scale.diagnostics()[0].rendered.c_str());
  const auto bound = scale->bind<void(convoy::View<const std::uint8_t, 3>, float, convoy::View<float, 3>)>();
  const std::uint8_t pixels[2 * 3] = {255, 0, 51, 0, 255, 102}; // r, g, b of two pixels
  float planes[3 * 8] = {};
  const auto to = convoy::View<float, 3>::rows(planes, {3, 1, 2}, 8);
  if (!bound(convoy::View<const std::uint8_t, 3>::hwc(pixels, {3, 1, 2}), 2.0f, to)) return fail("no call");
  return to(0, 0, 0) == 2 && to(1, 0, 1) == 2 && to(2, 0, 0) == 2 * (51 / 255.0f) ? 0 : fail("wrong pixels");
}
