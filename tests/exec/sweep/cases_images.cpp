// Pictures in and out: all of them are run in bytes as well (image_runs.h).
#include "case.h"

namespace convoy::sweep {

namespace {

struct Kind {
  const char* name;
  int64_t channels;
};
const std::vector<Kind> kinds{{"gray", 1}, {"rgb", 3}, {"rgba", 4}};

std::string image(const Kind& kind, const Shape& shape) {
  return std::string("image[") + kind.name + ", " + shape.text + "]";
}

} // namespace

void addImages(CaseList& list) {
  Random random(41);
  auto add = [&](const std::string& inputs, const std::string& result, const std::string& body,
                 const std::vector<Run>& runs) { list.addWithResult("images", inputs, result, body, runs); };
  const char* const kernels[] = {"[[1, 2, 1], [2, 4, 2], [1, 2, 1]]",
                                 "[[-1, 0.5, 1], [2, 0, -2], [1, 1, -1]]", "[[0.1, 0.2, 0.3, 0.2, 0.1]]",
                                 "[[0.5], [0.25], [0.25]]",
                                 "[[1 / ((i + 1) * (9 - j)) for j in 0..9] for i in 0..9]"};
  const char* const borders[] = {"zero", "constant(0.5)", "replicate", "reflect", "reflect101", "wrap"};
  int64_t n = 0;
  for (const Kind& kind : kinds) {
    const Shape shape = everyWidth(2, kind.channels * 9);
    const std::string x = "x: " + image(kind, shape), y = image(kind, shape);
    // Copies, element-wise work, and numbers of channels.
    add(x, y, "    return x\n", shape.runs);
    add(x, y, "    return 1.25 - x * 2\n", shape.runs);
    add(x, "(a: " + y + ", b: " + y + ", c: tensor)", "    y = x * x\n    return (a: y, b: y, c: y - x)\n",
        shape.runs);
    add(x + ", z: " + y, y, "    return abs(x - z) * 0.7 + sqrt(x)\n", shape.runs);
    add(x + ", z: image[gray, " + shape.text + "]", y, "    return select(z > 0.5, x, z)\n", shape.runs);
    add(x + ", m: tensor[" + std::to_string(kind.channels) + "]", y, "    return x * m * 0.1\n", shape.runs);
    add(x + ", level: float = 0.4", y, "    return select(x > level, x, 0)\n", shape.runs);
    // Between colours, all channels of a pixel together.
    for (const Kind& to : kinds)
      add(x, image(to, shape), std::string("    return ") + to.name + "(x)\n", shape.runs);
    add(x, y, std::string("    return ") + kind.name + "(gray(x) * 0.5) + x * 0.5\n", shape.runs);
    add(x, "image[rgb]", "    return rgb(x) |> rgb_to_hsv |> hsv_to_rgb\n", shape.runs);
    add(x, "image[rgb]", "    return ycbcr_to_rgb(rgb_to_ycbcr(rgb(x))) * 0.9\n", shape.runs);
    add(x, y, "    return x * 0.5 + reduce_mean(x, axes: spatial) * 0.5\n", shape.runs);
    add(x, y, "    return local_response_norm(x, 3, alpha: 0.5)\n", shape.runs);
    // Windows, with all borders; what follows reads the picture again, or planes.
    for (const char* kernel : kernels)
      for (const char* border : borders) {
        const bool wide = n % 3 == 0;
        const Shape some =
            wide ? everyWidth(2, kind.channels * 30) : someShape(random, 2, {10, 10}, kind.channels * 81);
        const std::string call =
            std::string("x |> conv(kernel: ") + kernel + ", padding: same, border: " + border + ")";
        const char* const followed[] = {"", " * 0.3 |> clamp(0, 1)", " - x", " * 0.1 + x * x"};
        add("x: " + image(kind, some), image(kind, some),
            "    return (" + call + ")" + followed[n % 4] + "\n", some.runs);
        ++n;
      }
    // Rows of bytes at other places.
    for (const char* border : borders)
      add(x, "image[" + std::string(kind.name) + "]",
          std::string("    return x |> pad([2, 1, 3, 6], border: ") + border + ")\n", shape.runs);
    add("x: image[" + std::string(kind.name) + ", 9, 90]", "image[" + std::string(kind.name) + "]",
        "    return x |> crop(sides: [3, 1, 6, 2])\n", {{1, {}}, {2, {}}});
    // Chains of kernels, with results beside them.
    const std::string row = " |> conv(kernel: [[1, -2, 0.5]], padding: same, border: reflect)",
                      column =
                          " |> conv(kernel: [[0.5], [0.25], [0.3]], padding: same, border: constant(0.25))";
    add(x, y, "    return x" + row + column + "\n", shape.runs);
    add(x, y, "    return x + (x - (x" + row + column + ")) * 0.5\n", shape.runs);
    add(x, y, "    return 1 - ((1 - x) |> max_pool(3x3, stride: 1, padding: same))\n", shape.runs);
    add(x, "(a: " + y + ", b: " + y + ")",
        "    m = x" + row + "\n    return (a: m" + column + ", b: abs(m))\n", shape.runs);
    add(x, "(a: " + y + ", b: tensor)", "    m = x" + row + "\n    return (a: m" + column + ", b: m)\n",
        shape.runs);
    add(x, y,
        "    m = x" + row + "\n    a = (m" + column +
            ") * 0.3\n    b = m |> avg_pool(3x3, stride: 1, padding: same)\n"
            "    return a * a + b * b\n",
        shape.runs);
    for (const char* pool :
         {"max_pool(3x3, stride: 1, padding: same)", "max_pool(2x2)", "max_pool(3x3, stride: 2, padding: 1)",
          "max_pool(2x5, stride: 1x3)", "avg_pool(3x3, stride: 1, padding: same)", "avg_pool(2x2)",
          "avg_pool(3x3, stride: 1, padding: 1, count_include_pad: false)",
          "max_pool(5x3, stride: 1, padding: same) |> relu", "max_pool(7x7, stride: 1, padding: 3)",
          "max_pool(3x3, stride: 2, ceil_mode: true)", "max_pool(1x1)",
          "max_pool(3x3, stride: 1, dilation: 2)"}) {
      std::vector<Run> runs = shape.runs;
      for (Run& run : runs)
        for (auto& [name, extent] : run.sizes) extent += 7; // windows must fit
      add("x: image[" + std::string(kind.name) + ", H, W]", "image[" + std::string(kind.name) + "]",
          std::string("    return x |> ") + pool + "\n", runs);
    }
  }
  const Shape shape = everyWidth(2, 60);
  const std::string rgb = "x: image[rgb, " + shape.text + "]", gray = "image[gray, " + shape.text + "]";
  add(rgb, gray, "    return luminance(x)\n", shape.runs);
  add(rgb, gray,
      "    y = luminance(x)\n    a = y |> conv(kernel: [[-1, 0, 1]], padding: same)\n"
      "    b = y |> conv(kernel: [[-1], [0], [1]], padding: same, border: replicate)\n"
      "    return sqrt(a * a + b * b)\n",
      shape.runs);
  add(rgb, "(low: image[rgb], high: image[gray])",
      "    l = x |> avg_pool(3x3, stride: 1, padding: same)\n"
      "    return (low: l, high: luminance(x - l))\n",
      shape.runs);
  add("x: image[gray, " + shape.text + "]", "image[rgb, " + shape.text + "]",
      "    return concat(x, 1 - x, x * x)\n", shape.runs);
  add(rgb, "image[rgb, " + shape.text + "]",
      "    return x |> conv(16, kernel: 3x3, padding: 1) |> relu |> conv(3, kernel: 3x3, padding: 1)\n",
      shape.runs);
  add(rgb, "tensor",
      "    return x |> conv(8, kernel: 3x3, padding: 1) |> relu |> max_pool(3x3, stride: 1, padding: 1)\n",
      shape.runs);
  add("x: image[rgb, 6, 7]", "tensor", "    return x |> flatten |> dense(5)\n", {{1, {}}, {3, {}}, {0, {}}});
  // Several chunks of columns, strips of rows and units of positions.
  std::vector<Run> wide;
  for (int64_t width : {129, 400, 700})
    for (int64_t height : {2, 66, 131}) wide.push_back({1 + height % 2, {{"H", height}, {"W", width}}});
  for (const Kind& kind : kinds)
    for (size_t i : {0, 1, 4})
      add(std::string("x: image[") + kind.name + ", H, W]", std::string("image[") + kind.name + "]",
          std::string("    return x |> conv(kernel: ") + kernels[i] +
              ", padding: same, border: reflect101)\n",
          wide);
  add("x: image[rgb, H, W]", "image[rgb]", "    return x |> max_pool(3x3, stride: 1, padding: same)\n", wide);
  // Sums of several windows of one picture; rows that lie pages apart.
  wide.push_back({1, {{"H", 19}, {"W", 1365}}});
  wide.push_back({1, {{"H", 9}, {"W", 4100}}});
  for (const Kind& kind : kinds)
    for (const char* border : borders)
      add(std::string("x: image[") + kind.name + ", H, W]", std::string("image[") + kind.name + "]",
          std::string(
              "    a = x |> conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same, border: ") +
              border + ")\n    b = x |> conv(kernel: [[-1], [0], [1]], padding: [1, 1, 0, 0], border: " +
              border + ")\n    return relu(x - abs(a) + abs(b))\n",
          wide);
  add("x: image[rgb, H, W]", "image[gray]", "    return luminance(x * x)\n", wide);
}

} // namespace convoy::sweep
