#include "convolution.h"

namespace convoy::arithmetic {

namespace {

using reference::NumberForm;

std::string script(const Shape& s) {
  auto number = [](int64_t n) { return std::to_string(n); };
  return "pipeline p(x: tensor[" + number(s.channels) + ", " + number(s.height) + ", " + number(s.width) +
         "]) {\n  return x |> conv(" + number(s.filters) + ", kernel: " + number(s.kernel) + "x" +
         number(s.kernel) + ", padding: " + number(s.kernel / 2) + ", bias: false, name: \"c\")\n}\n";
}

std::string kernels(const Way& way) {
  const bool units = way.form != NumberForm::Float32;
  const std::string layout = way.form == NumberForm::Bf16    ? "bf16"
                             : way.form == NumberForm::Split ? "split"
                                                             : "blocked";
  return (units ? "  kernel [x]: reorder " + layout + "\n" : std::string()) +
         "  kernel [c]: " + (way.tiles ? "tiles " : "window ") + layout +
         (way.tiles ? " tile 2x1 writes blocked\n  kernel [c]: reorder planar\n"
                    : " tile 6x1 writes planar\n");
}

} // namespace

Outcome convolve(const Way& way, const Shape& shape, const Numbers& numbers) {
  Scene scene(script(shape), kernels(way), way.cpu);
  Outcome outcome;
  static_cast<Result&>(outcome) = scene.run({numbers.w}, {numbers.x});
  outcome.magnitudes = magnitudes(scene.graph(), {numbers.x});
  return outcome;
}

} // namespace convoy::arithmetic
