// Layers that move elements: channels, padding, cropping, resizing and blocks of positions, of one to three
// ranks, in planes and in blocks, with what is fused behind them.
#include "case.h"
#include <algorithm>

namespace convoy::sweep {

namespace {

const char* const channels[] = {
    "return slice(a, 1, 17)",
    "return slice(a, 16, 20) |> relu",
    "return slice(a, from: 3) * 2",
    "return channel_shuffle(a, 2)",
    "return channel_shuffle(a, 3) + a",
    "return slice(channel_shuffle(a, 4), 5) |> conv(17, kernel: 1x1, name: \"b\")",
    // ShuffleNetV2's unit.
    "l = slice(a, 0, 12)\n    r = slice(a, 12) |> conv(12, kernel: 3x3, padding: 1, groups: 12, name: \"r\") "
    "|> "
    "conv(12, kernel: 1x1, name: \"s\") |> relu\n    return concat(l, r) |> channel_shuffle(2) |> conv(16, "
    "kernel: "
    "1x1, name: \"z\")",
    "b = a |> conv(17, kernel: 1x1, name: \"b\")\n    return concat(b, a, b) |> conv(16, kernel: 1x1, name: "
    "\"c\")",
    "b = a |> conv(16, kernel: 1x1, name: \"b\")\n    return concat(b, a) |> conv(16, kernel: 1x1, name: "
    "\"c\")",
};

const char* const moves[] = {
    "return pad(@, 1)",
    "return pad(@, 2, border: constant(3)) |> relu",
    "return pad(@, 3, border: replicate)",
    "return pad(@, 5, border: reflect) * 2",
    "return pad(@, 20, border: reflect101)",
    "return pad(@, 17, border: wrap)",
    "return pad(@, 2) |> crop(sides: 1)",
    "return pad(@, 1, border: wrap) |> crop(like: @) |> relu",
    "return upsample(@, 2)",
    "return upsample(@, 2) |> crop(like: @)",
    "return upsample(@, 3) + 1",
    "return upsample(@, 2, mode: bilinear)",
    "return upsample(@, 3, mode: bilinear) |> relu",
    "return upsample(@, 2, mode: cubic)",
    "return upsample(@, 5, mode: cubic)",
    "return upsample(@, 8, mode: bilinear, align: asymmetric)",
    "return upsample(@, 2, mode: bilinear, align: align_corners)",
    "return upsample(@, 1.5, mode: bilinear)",
    "return upsample(@, 2.25)",
    "return resize(@, scale: 1.25, mode: cubic)",
    "return resize(@, scale: 1.75, mode: nearest, align: half_pixel)",
    "return resize(@, scale: 2.5, mode: nearest, align: align_corners)",
    "return upsample(@, 2, round: half_up) |> relu",
    "return upsample(@, 3, round: half_down)",
    "return upsample(@, 1.5, round: ceil) |> relu",
    "return upsample(@, 4, align: half_pixel, round: floor)",
    "return upsample(@, 2.5, align: half_pixel, round: ceil)",
    "return resize(@, scale: 0.75, mode: nearest, align: half_pixel, round: half_down)",
    "return resize(@, 29, mode: nearest, align: half_pixel, round: floor)",
    "return resize(@, 13, mode: nearest, round: ceil) - 1",
    "return resize(@, scale: 2, mode: nearest, align: align_corners, round: half_down)",
    "return resize(@, 19, mode: nearest, align: align_corners, round: ceil)",
    "return upsample(@, 4) |> resize(like: @, mode: nearest, align: half_pixel, round: half_down)",
    "return resize(@, 37)",
    "return resize(@, 11, mode: cubic, align: asymmetric)",
    "return resize(@, 23, mode: cubic, align: align_corners)",
    "return resize(@, 1, align: align_corners) - 1",
    "return upsample(@, 4) |> resize(like: @) |> relu",
    "return upsample(@, 4) |> resize(like: @, mode: nearest)",
    "return upsample(@, 3, mode: cubic) |> resize(like: @, mode: cubic)",
    "return upsample(@, 2) |> space_to_depth(2) |> relu",
    "return upsample(@, 3) |> space_to_depth(3, mode: dcr)",
    "return upsample(@, 2) |> space_to_depth(2) |> depth_to_space(2) |> relu",
    "return upsample(@, 2) |> space_to_depth(2, mode: dcr) |> depth_to_space(2, mode: dcr) |> relu",
    "return upsample(@, 2) |> space_to_depth(2) |> depth_to_space(2, mode: dcr)",
};

std::string filled(std::string text, const std::string& by) {
  for (size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at + by.size()))
    text.replace(at, 1, by);
  return text;
}

// Every order of the axes of every rank, of known and unknown extents, with what stands before and behind.
void addTransposes(CaseList& list, Random& random) {
  const std::vector<std::vector<int64_t>> shapes{{7, 19},        {33, 16},      {1, 5},     {17, 5, 20},
                                                 {16, 16, 32},   {3, 33, 1},    {1, 9, 40}, {2, 3, 5, 18},
                                                 {17, 2, 16, 9}, {18, 4, 1, 33}};
  const char* const names[] = {"D", "H", "W"};
  const char* const tails[] = {"", " |> relu", " * 2 + p", " |> conv(17, kernel: 1, name: \"c\")"};
  int n = 0;
  for (const std::vector<int64_t>& shape : shapes) {
    std::vector<int64_t> order;
    for (size_t axis = 0; axis < shape.size(); ++axis) order.push_back(static_cast<int64_t>(axis));
    do {
      ++n;
      if (shape.size() == 4 && n % 2) continue;
      // Extents that do not become the channels may be known only when the pipeline runs.
      const bool convolved = n % 3 == 0;
      std::string inputs = "x: tensor[" + std::to_string(convolved ? 2 : shape[0]), orders;
      Run run;
      for (size_t axis = 1; axis < shape.size(); ++axis) {
        const bool atRunTime = order[0] != static_cast<int64_t>(axis) && random.chance(50);
        const std::string name = names[3 - shape.size() + axis];
        inputs += ", " + (atRunTime ? name : std::to_string(shape[axis]));
        if (atRunTime) run.sizes[name] = shape[axis];
      }
      for (int64_t axis : order) orders += (orders.empty() ? "[" : ", ") + std::to_string(axis);
      std::vector<Run> runs(3, run);
      runs[1].batch = 2, runs[2].batch = 0;
      for (auto& [name, size] : runs[1].sizes) size += 15;
      std::string text = "    a = x", tail = tails[static_cast<size_t>(n) % 4];
      if (convolved) text += " |> conv(" + std::to_string(shape[0]) + ", kernel: 3, padding: 1, name: \"a\")";
      if (tail.find(" p") != std::string::npos)
        text += "\n    p = parameter([" + std::to_string(shape[static_cast<size_t>(order[0])]) +
                "], name: \"p\")";
      text += "\n    b = transpose(a, " + orders + "])\n    return b" + tail + "\n";
      list.add("shape transpose " + std::to_string(shape.size() - 1), inputs + "]", text, runs);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

} // namespace

void addShapes(CaseList& list) {
  Random random(31);
  for (const char* body : channels) {
    Shape shape = someShape(random, 2, {1, 1}, 2000);
    list.add("shape channels", "x: tensor[3, " + shape.text + "]",
             "    a = x |> conv(24, kernel: 3x3, padding: 1, name: \"a\")\n    " + std::string(body) + "\n",
             shape.runs);
  }
  for (const char* body :
       {"return slice(x, 2, 19)", "return channel_shuffle(x, 3) |> relu", "return reshape(x, [3, 7])",
        "return reshape(x, [7, 3, 1]) |> global_max_pool", "return x |> reshape([3, 7, 1]) |> pad(1)"})
    list.add("shape vectors", "x: tensor[21]", "    " + std::string(body) + "\n", {{1, {}}, {3, {}}});
  for (int rank = 1; rank <= 3; ++rank)
    for (const char* body : moves) {
      if (rank == 3 && random.chance(50)) continue;
      for (bool blocked : {false, true}) {
        Shape shape = rank == 1
                          ? everyWidth(1, 300)
                          : someShape(random, rank, std::vector<int64_t>(static_cast<size_t>(rank), 1), 3000);
        std::string text = "    " + filled(body, blocked ? "a" : "x") + "\n";
        if (blocked) text = "    a = x |> conv(18, kernel: 3, padding: 1, name: \"a\")\n" + text;
        list.add("shape " + std::string(blocked ? "blocked " : "planar ") + std::to_string(rank),
                 "x: tensor[" + std::string(blocked ? "2" : "3") + ", " + shape.text + "]", text, shape.runs);
      }
    }
  addTransposes(list, random);
}

} // namespace convoy::sweep
