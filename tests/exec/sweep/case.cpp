#include "case.h"
#include <algorithm>

namespace convoy::sweep {

void CaseList::add(const std::string& group, const std::string& inputs, const std::string& body,
                   std::vector<Run> runs, bool specials) {
  Case c;
  c.number = static_cast<int>(cases.size());
  c.group = group;
  c.script = "pipeline case_" + std::to_string(c.number) + "(" + inputs + ") {\n" + body + "}\n";
  c.runs = std::move(runs);
  c.specials = specials;
  cases.push_back(std::move(c));
}

void CaseList::addWithResult(const std::string& group, const std::string& inputs, const std::string& result,
                             const std::string& body, std::vector<Run> runs) {
  add(group, inputs, body, std::move(runs));
  std::string& script = cases.back().script;
  script.insert(script.find(") {\n") + 1, " -> " + result);
}

namespace {

const char* const axisNames[3] = {"D", "H", "W"}; // the last ones as far as the rank goes
constexpr int64_t mostWork = 1500000;             // multiply-adds of one run: the reference is not fast

// Makes a run cheap enough: smaller outer axes first, then the width.
void limit(std::vector<int64_t>& extents, const std::vector<int64_t>& smallest, int64_t& batch,
           int64_t work) {
  auto cost = [&] {
    int64_t product = batch * work;
    for (int64_t extent : extents) product *= extent;
    return product;
  };
  while (cost() > mostWork && batch > 1) --batch;
  for (size_t axis = 0; axis < extents.size(); ++axis)
    while (cost() > mostWork &&
           extents[axis] > std::max<int64_t>(smallest[axis], axis + 1 == extents.size() ? 17 : 2))
      --extents[axis];
}

} // namespace

std::string sizeText(const std::vector<int64_t>& extents) {
  std::string text;
  for (int64_t extent : extents) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

Shape someShape(Random& random, int rank, const std::vector<int64_t>& smallest, int64_t work) {
  static const std::vector<int64_t> widths{1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 20, 31, 32, 33, 47, 50};
  static const std::vector<int64_t> heights{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 17};
  static const std::vector<int64_t> depths{1, 2, 3, 4};
  auto draw = [&](int axis) {
    int fromLast = rank - 1 - axis;
    return random.of(fromLast == 0 ? widths : fromLast == 1 && rank < 3 ? heights : depths);
  };
  int kind = static_cast<int>(random.between(0, 9)); // 0..5: all at run time, 6..7: all constant, 8..9: mixed
  std::vector<bool> constant;
  for (int axis = 0; axis < rank; ++axis) constant.push_back(kind >= 8 ? random.chance(50) : kind >= 6);
  bool allConstant = std::count(constant.begin(), constant.end(), true) == rank;

  Shape shape;
  std::vector<int64_t> written;
  for (int axis = 0; axis < rank; ++axis)
    written.push_back(std::max(draw(axis), smallest[static_cast<size_t>(axis)]));
  int64_t one = 1;
  limit(written, smallest, one, work);
  const char* const* names = axisNames + 3 - rank;
  for (int axis = 0; axis < rank; ++axis) {
    if (axis) shape.text += ", ";
    shape.text += constant[static_cast<size_t>(axis)] ? std::to_string(written[static_cast<size_t>(axis)])
                                                      : names[axis];
  }
  int64_t count = allConstant ? 3 : 6;
  for (int64_t r = 0; r < count; ++r) {
    Run run;
    run.batch = r == 1 ? 2 : r == 2 ? (random.chance(50) ? 0 : 3) : 1;
    std::vector<int64_t> extents = written;
    for (int axis = 0; axis < rank; ++axis)
      if (r > 0 && !constant[static_cast<size_t>(axis)]) extents[static_cast<size_t>(axis)] = draw(axis);
    limit(extents, smallest, run.batch, work);
    if (allConstant && r > 0 && run.batch == 1) continue;
    for (int axis = 0; axis < rank; ++axis)
      if (!constant[static_cast<size_t>(axis)]) run.sizes[names[axis]] = extents[static_cast<size_t>(axis)];
    shape.runs.push_back(run);
  }
  return shape;
}

Shape everyWidth(int rank, int64_t work) {
  Shape shape;
  const char* const* names = axisNames + 3 - rank;
  for (int axis = 0; axis < rank; ++axis) shape.text += (axis ? ", " : "") + std::string(names[axis]);
  int64_t number = 0;
  for (int64_t width : {1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 47, 64, 100}) {
    static const int64_t heights[] = {1, 9, 2, 8, 3, 17, 5};
    std::vector<int64_t> extents, smallest(static_cast<size_t>(rank), 1);
    for (int axis = 0; axis + 1 < rank; ++axis)
      extents.push_back(rank == 3 ? 1 + (number + axis) % 3 : heights[number % 7]);
    extents.push_back(width);
    int64_t batch = 1 + number % 2;
    limit(extents, smallest, batch, work);
    Run run{batch, {}};
    for (int axis = 0; axis < rank; ++axis) run.sizes[names[axis]] = extents[static_cast<size_t>(axis)];
    shape.runs.push_back(run);
    ++number;
  }
  return shape;
}

std::vector<Case> allCases() {
  CaseList list;
  addConvolutions(list);
  addBorders(list);
  addPools(list);
  addTransposed(list);
  addElementwise(list);
  addHeads(list);
  addInterfaces(list);
  addNetworks(list);
  addLarge(list);
  addSpecials(list);
  addScalars(list);
  addStorage(list);
  addSeparable(list);
  addReductions(list);
  addNormalizations(list);
  addColours(list);
  addExamples(list);
  addImages(list);
  addShapes(list);
  addQuantized(list);
  addParameters(list);
  return std::move(list.cases);
}

} // namespace convoy::sweep
