// One convolution, compiled in an arithmetic and run with numbers of a test's choice.
#pragma once
#include "reference/forms.h"
#include "scene.h"

namespace convoy::arithmetic {

struct Shape {
  int64_t channels, filters, kernel, height, width; // stride 1, as many results as positions, no bias
};

// How its numbers are taken, by which instructions.
struct Way {
  const char* name;
  reference::NumberForm form;
  bool tiles;
  const char* cpu;
};

struct Numbers {
  std::vector<float> x, w; // [channels][height][width], [filters][channels][kernel][kernel]
};

struct Outcome : Result {
  std::vector<double> magnitudes; // sums of absolute products
};

// The result is written in float32.
Outcome convolve(const Way& way, const Shape& shape, const Numbers& numbers);

} // namespace convoy::arithmetic
