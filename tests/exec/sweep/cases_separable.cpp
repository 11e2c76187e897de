// Literal kernels that are a column times a row: sizes, borders, paddings, dilations, channels, bias, and
// what follows the convolution. Whole numbers, halves, and numbers that are rounded as they stand.
#include "case.h"

namespace convoy::sweep {

namespace {

struct Kernel {
  std::string column, row; // expressions of i
  int64_t height, width;
};

std::string text(const Kernel& k) {
  return "[[(" + k.column + ") * (" + k.row + ") for j in 0.." + std::to_string(k.width) + "] for i in 0.." +
         std::to_string(k.height) + "]";
}

} // namespace

void addSeparable(CaseList& list) {
  Random random(23);
  const std::vector<Kernel> kernels = {
      {"i + 1", "2 - j", 3, 3},          {"1 - i", "1 + j * (2 - j)", 3, 3}, // of Sobel: with a row of zeros
      {"0.5 * i - 1", "j - 2.25", 5, 5}, {"exp(-(i - 2) ** 2 / 3)", "exp(-(j - 3) ** 2 / 5)", 5, 7},
      {"i + 1", "j - 1", 2, 4},          {"1 / (i + 3)", "1 / (2 - 7 * j)", 7, 3},
      {"3 - i", "i * 0 + j - 8", 4, 19}};
  const char* const followed[] = {"", " |> relu", " |> clamp(-3, 40)", " - x", " * 2 + x"};
  int64_t n = 0;
  for (const Kernel& kernel : kernels)
    for (const char* border : {"", "constant(2)", "replicate", "reflect", "reflect101", "wrap"}) {
      const int64_t channels = n % 4 == 3 ? 3 : 1;
      const int64_t work = channels * kernel.height * kernel.width;
      const bool everywhere = n % 5 == 0;
      const Shape shape = everywhere ? everyWidth(2, work)
                                     : someShape(random, 2, {kernel.height * 2, kernel.width * 2}, work);
      std::string call = "conv(kernel: " + text(kernel);
      if (n % 6 == 1) call += ", dilation: 2x1";
      if (n % 6 == 4) call += ", dilation: 2";
      // Only with `same` does the result have the shape of x.
      const bool same = everywhere || n % 3 != 2;
      call += same ? ", padding: same" : n % 2 ? ", padding: [3, 0, 1, 2]" : ", padding: 2x5";
      if (*border) call += std::string(", border: ") + border;
      if (n % 4 == 1) call += ", bias: true";
      std::vector<Run> runs = shape.runs;
      if (!same) // windows must fit
        for (Run& run : runs)
          for (auto& [name, extent] : run.sizes) extent = std::max<int64_t>(extent, 40);
      list.add("conv separable", "x: tensor[" + std::to_string(channels) + ", " + shape.text + "]",
               "    return (x |> " + call + "))" + (same ? followed[n % 5] : "") + "\n", runs);
      ++n;
    }
  // Several filters of one picture: of one size and of others, with what joins them.
  const std::vector<std::vector<size_t>> together = {{0, 1}, {1, 2}, {2, 3, 1}, {5, 6}, {4, 0, 2}};
  const char* const joins[] = {"abs(f) + abs(g)", "max(f, g) * 2 - x", "f * g + f", "relu(f - g)"};
  for (const std::vector<size_t>& some : together)
    for (const char* border : {"", "constant(2)", "replicate", "reflect", "reflect101", "wrap"}) {
      const int64_t channels = n % 3 == 2 ? 3 : 1;
      const Shape shape = n % 5 == 0 ? everyWidth(2, 100) : someShape(random, 2, {14, 38}, 100);
      std::string body;
      for (size_t i = 0; i < some.size(); ++i) {
        body += i == 0 ? "    f = " : i == 1 ? "    g = " : " + ";
        body += "(x |> conv(kernel: " + text(kernels[some[i]]);
        if (n % 4 == 1 && i == 1) body += ", dilation: 1x2";
        body += std::string(", padding: same") + (*border ? std::string(", border: ") + border : "");
        if (n % 4 == 2) body += ", bias: true";
        body += i == 0 ? "))\n" : "))";
      }
      list.add("conv separable", "x: tensor[" + std::to_string(channels) + ", " + shape.text + "]",
               body + "\n    return " + joins[n % 4] + "\n", shape.runs);
      ++n;
    }
  // Several chunks of columns and strips of rows, with rows that are whole vectors and others.
  std::vector<Run> wide;
  for (int64_t width : {128, 129, 256, 272, 400, 640})
    for (int64_t height : {1, 66, 131}) wide.push_back({1 + height % 2, {{"H", height}, {"W", width}}});
  for (size_t i = 0; i < 4; ++i)
    for (const char* border : {"zero", "reflect101"})
      list.add("conv separable", "x: tensor[1, H, W]",
               "    return x |> conv(kernel: " + text(kernels[i]) + ", padding: same, border: " + border +
                   ")\n",
               wide);
}

} // namespace convoy::sweep
