// A case of the sweep: a script, and the sizes to run it with.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace convoy::sweep {

struct Run {
  int64_t batch = 1;
  std::map<std::string, int64_t> sizes;      // the script's run-time sizes
  std::map<std::string, float> scalars = {}; // values of run-time scalars; others are made up
};

struct Case {
  int number = 0;
  std::string group;
  std::string script;    // its pipeline is called case_NUMBER
  std::vector<Run> runs; // through one compiled program
  // Inputs hold NaN and infinities among the numbers.
  bool specials = false;
};

// Steele, Lea, Flood: Fast splittable pseudorandom number generators.
class Random {
public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In low..high.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <typename T> const T& of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(next() % choices.size())];
  }

private:
  uint64_t state_;
};

// Collects cases and numbers them.
class CaseList {
public:
  // `inputs` is what stands between the parentheses of the pipeline, `body` what stands between its braces.
  void add(const std::string& group, const std::string& inputs, const std::string& body,
           std::vector<Run> runs, bool specials = false);
  // The same with what stands behind the arrow.
  void addWithResult(const std::string& group, const std::string& inputs, const std::string& result,
                     const std::string& body, std::vector<Run> runs);
  std::vector<Case> cases;
};

// The text of the spatial sizes of a tensor ("H, 17"), and runs for them.
struct Shape {
  std::string text;
  std::vector<Run> runs;
};

// Spatial sizes of one rank, of at least `smallest` per axis where they are written as numbers. `work`:
// multiply-adds per input position and item; tensors become smaller where it is large. All sizes are run-time
// sizes, or some, or none.
Shape someShape(Random& random, int rank, const std::vector<int64_t>& smallest, int64_t work);
// Run-time sizes for the widths that vectors make difficult, in many runs.
Shape everyWidth(int rank, int64_t work);

// "3x5"
std::string sizeText(const std::vector<int64_t>& extents);

// The generators, each in a file of its own.
void addConvolutions(CaseList& list);
void addBorders(CaseList& list);
void addPools(CaseList& list);
void addTransposed(CaseList& list);
void addElementwise(CaseList& list);
void addHeads(CaseList& list);
void addInterfaces(CaseList& list);
void addStorage(CaseList& list);
void addScalars(CaseList& list);
void addParameters(CaseList& list);
void addNetworks(CaseList& list);
void addLarge(CaseList& list);
void addSpecials(CaseList& list);
void addSeparable(CaseList& list);
void addReductions(CaseList& list);
void addNormalizations(CaseList& list);
void addColours(CaseList& list);
void addExamples(CaseList& list);
void addImages(CaseList& list);
void addShapes(CaseList& list);
void addQuantized(CaseList& list);

std::vector<Case> allCases();

} // namespace convoy::sweep
