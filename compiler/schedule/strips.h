// How the kernels of a group go over the rows of their results: a strip after another, each kernel as far as
// those that read its result need it. All of it follows from the ops' access maps; no pair of ops is named.
// Private to schedule/.
//
// Values have rows along the first of their two spatial axes. A value that nobody outside of the group reads
// has only some of them in memory at a time, a *ring*: rows that are needed later move to its beginning
// before the next strip is computed. All others lie in memory as without a group.
//
// Strip s of a kernel goes from the end of strip s - 1 to target(s). Kernels whose results are read outside
// go on by so many rows a strip; from their targets follow those of all others, backwards.
#pragma once
#include "schedule/storage.h"
#include <functional>
#include <map>

namespace convoy::schedule {

// Names of sizes that stand for the number of the first row of a result that is computed, plus 1, since sizes
// are at least that, and for that of the one behind the last. No size of a script is called so.
extern const std::string firstRow, endRow;

// What a kernel needs of a value that it reads to compute some rows of its result.
struct RowNeed {
  ValueId value;
  // Rows of the value in terms of firstRow and endRow, clipped to those that there are; none: all of it,
  // whatever the rows.
  std::optional<Interval> rows;
  Interval unclipped = {0, 0};
  std::string whole = {}; // why all of it: "its border wraps around"
};
std::vector<RowNeed> rowsNeeded(const graph::Graph& graph, const Kernel& kernel);

// Why a kernel cannot be in any group, as a clause with "it"; empty: it can.
std::string whyNotInStrips(const graph::Graph& graph, const Kernel& kernel);
// Strips of it begin at multiples of so many rows.
int64_t rowGranule(const graph::Graph& graph, const Kernel& kernel);

// What strips need to know of a kernel, whatever group it is in.
struct StripKernel {
  std::string name;                // of its result
  std::string whyNot;              // whyNotInStrips
  Buffer result = {}, holder = {}; // where it writes, and in whose memory that lies
  Size rowCount, rowSize;          // of the result: rows, and elements of a row in all channels
  Frame frame = {};                // of the result
  int64_t granule = 1;
  struct Read {
    Buffer buffer;
    RowNeed need;
    // For so many rows more of the result, so many more of what it reads.
    int64_t perRows = 1, rows = 1;
  };
  std::vector<Read> reads;
};
StripKernel stripKernel(const graph::Graph& graph, const Kernel& kernel, const Storage& storage);

// A ring: the buffer, or those that are parts of it, and who writes and reads them.
struct Ring {
  Buffer holder;
  Frame frame;                 // of the value: its rows come and go with those that they lie beside
  std::vector<size_t> writers; // of the group's kernels
  int64_t rows = 0;            // that it has room for
};

class Strips {
public:
  // Of some kernels, in order; `rows` of the last one's result in a strip, or 0: as few as there may be.
  // `inside`: the holders that nobody outside of the group writes or reads.
  Strips(const std::vector<const StripKernel*>& kernels, int64_t rows,
         const std::function<bool(Buffer)>& inside);
  void findRoom(); // sets the rows of rings

  // Why there is no such group, as a sentence; empty: there is. All that follows only then.
  const std::string& fault() const { return fault_; }
  bool isOpen() const { return open_; } // because of kernels that others may connect
  // The group's rows must be a multiple of this.
  int64_t unit() const { return unit_; }

  struct Edge {
    size_t producer; // of the group's kernels
    Interval rows;
    int64_t perRows, producerRows; // StripKernel::Read
  };
  struct Step {
    Size rowCount;    // of its result
    Size rowSize;     // elements of all channels
    int64_t rows = 0; // a strip
    int64_t granule = 1;
    bool isWhole = true; // its result lies outside of rings
    std::optional<size_t> ring;
    std::vector<Edge> needs; // of what other kernels of the group compute
  };
  std::vector<Step> steps; // of the group's kernels
  std::vector<Ring> rings;
  Size stripCount() const;
  // A range of strips that begins in the middle computes some rows again that the one before it has computed:
  // as much work as so many strips.
  double stripsAgain() const { return again_; } // once there is room
  double
  stripsAgain(std::map<std::string, int64_t> sizes) const; // in the middle; whether or not there is room
  // So that this is at most a twentieth of it, a range has at least so many strips.
  static int64_t stripsPerPart(double again);

  // The rows that each step computes, in any algebra: targets of strip `s`; or, for a strip that is begun
  // with, where each begins, given the targets of the one before it.
  template <typename T> struct Rows {
    std::function<T(int64_t)> number;
    std::function<T(const Size&, T first, T end)> size; // with firstRow and endRow
    std::function<T(T, T)> min, max, mul;
    std::function<T(T, int64_t)> floorTo; // the multiple of a number that is not larger
    std::function<T(T isZero, T then, T otherwise)> ifZero;
  };
  // `size` evaluates a size.
  static Rows<int64_t> inNumbers(std::function<int64_t(const Size&, int64_t first, int64_t end)> size);
  template <typename T> std::vector<T> targets(const Rows<T>& algebra, T strip) const;
  template <typename T>
  std::vector<T> begins(const Rows<T>& algebra, T strip, const std::vector<T>& before) const;
  // While a strip of `step` is computed, `reader` has read some value up to its row `end`. How far that is
  // from the first row of the strip, in the middle of everything; none where the two do not advance alike.
  std::optional<int64_t> rowsAhead(size_t step, size_t reader, const Size& end) const;
  // The first row of each ring that is needed when the steps have come so far; of a frame's rows before the
  // value's first one, which are needed with it, the number is below 0.
  template <typename T> std::vector<T> ringBegins(const Rows<T>& algebra, const std::vector<T>& done) const;

private:
  bool findSteps(const std::vector<const StripKernel*>& kernels, const std::function<bool(Buffer)>& inside);
  bool findRates(int64_t rows);
  // When the steps were expected to have come as far as `before`, and begin at `done`.
  double stripsAgain(const Rows<int64_t>& rows, const std::vector<int64_t>& before,
                     const std::vector<int64_t>& done) const;
  std::string fault_;
  bool open_ = false;
  int64_t unit_ = 1;
  double again_ = 0;
};

template <typename T> std::vector<T> Strips::targets(const Rows<T>& a, T strip) const {
  std::vector<std::optional<T>> target(steps.size());
  auto atLeast = [&](size_t step, T rows) {
    target[step] = target[step] ? a.max(*target[step], rows) : rows;
  };
  std::vector<T> result(steps.size());
  for (size_t i = steps.size(); i-- > 0;) {
    const Step& step = steps[i];
    const T none = a.number(0);
    if (step.isWhole) atLeast(i, a.mul(a.size(Size::symbol(endRow) + 1, strip, strip), a.number(step.rows)));
    T rows = target[i].value_or(none);
    if (step.granule > 1)
      rows = a.floorTo(a.size(Size::symbol(endRow) + (step.granule - 1), rows, rows), step.granule);
    rows = a.min(rows, a.size(step.rowCount, none, none));
    result[i] = rows;
    // Nothing needs nothing.
    for (const Edge& edge : step.needs)
      atLeast(edge.producer, a.ifZero(rows, none, a.size(edge.rows.end, rows, rows)));
  }
  return result;
}

template <typename T>
std::vector<T> Strips::begins(const Rows<T>& a, T strip, const std::vector<T>& before) const {
  std::vector<std::optional<T>> begin(steps.size());
  auto atMost = [&](size_t step, T row) { begin[step] = begin[step] ? a.min(*begin[step], row) : row; };
  std::vector<T> result(steps.size());
  for (size_t i = steps.size(); i-- > 0;) {
    const Step& step = steps[i];
    if (step.isWhole) atMost(i, before[i]);
    T row = begin[i].value_or(before[i]);
    if (step.granule > 1) row = a.floorTo(row, step.granule);
    if (step.isWhole) row = a.ifZero(strip, a.number(0), row);
    result[i] = row;
    for (const Edge& edge : step.needs) atMost(edge.producer, a.size(edge.rows.begin, row, row));
  }
  return result;
}

template <typename T> std::vector<T> Strips::ringBegins(const Rows<T>& a, const std::vector<T>& done) const {
  std::vector<std::optional<T>> begin(rings.size());
  for (size_t i = 0; i < steps.size(); ++i)
    for (const Edge& edge : steps[i].needs) {
      const Step& producer = steps[edge.producer];
      if (!producer.ring) continue;
      T row = a.min(a.size(edge.rows.begin, done[i], done[i]), done[edge.producer]);
      if (producer.granule > 1) row = a.floorTo(row, producer.granule);
      std::optional<T>& first = begin[*producer.ring];
      first = first ? a.min(*first, row) : row;
    }
  std::vector<T> result;
  for (size_t i = 0; i < rings.size(); ++i) {
    T row = begin[i].value_or(a.number(0));
    const int64_t before = rings[i].frame.before;
    result.push_back(before > 0 ? a.ifZero(row, a.number(-before), row) : row);
  }
  return result;
}

} // namespace convoy::schedule
