#include "schedule/strips.h"
#include "schedule/winograd.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

const std::string firstRow = "#first", endRow = "#end";

namespace {

constexpr int rowAxis = 1; // of a value [C, H, W]

// Of one operand of one node, given the rows of its result that are needed. `framed`: its border lies in
// memory, and is there when the first row is, or the last one.
RowNeed needOf(const Graph& graph, const Value& node, size_t number, const RowNeed& result, bool framed) {
  RowNeed need{node.operands[number], std::nullopt};
  const TensorType& type = graph.value(need.value).type;
  if (type.scalar || type.spatialRank() != 2) {
    need.whole = "it has no rows";
    return need;
  }
  std::vector<TensorType> types;
  for (ValueId id : node.operands) types.push_back(graph.value(id).type);
  const AccessMap map = opInfo(node.op).access(types, node.attributes, node.type)[number];
  const Size extent = type.spatial(0);
  if (map.size() != type.dims.size() || map[rowAxis].kind == AxisAccess::All ||
      map[rowAxis].kind == AxisAccess::Broadcast || map[rowAxis].resultAxis != rowAxis ||
      node.type.spatialRank() != 2) {
    need.whole = "'" + node.name + "' needs all of its rows for each of its own";
    return need;
  }
  auto required = [&](const Interval& asked) {
    Region region;
    for (const Size& dim : node.type.dims) region.push_back({0, dim});
    region[rowAxis] = asked;
    return requiredRegion(map, type, region)[rowAxis];
  };
  need.unclipped = required(result.unclipped);
  // How far the first result's rows, and the last one's, reach outside.
  const Size above = Size(0) - required({0, 1}).begin;
  const Size last = node.type.spatial(0);
  const Size below = required({last - 1, last}).end - extent;
  const BorderMode mode = node.attributes.has("border") ? node.attributes.get<Border>("border").mode
                          : map[rowAxis].kind == AxisAccess::Scaled ? BorderMode::Replicate
                                                                    : BorderMode::Constant;
  const auto mostAbove = above.upperBound(), mostBelow = below.upperBound();
  const bool inside = mostAbove && mostBelow && *mostAbove <= 0 && *mostBelow <= 0;
  auto clip = [&](const Size& row, const Size& least, const Size& most) {
    return Size::min(Size::max(row, least), most);
  };
  const Interval all = required(*result.rows);
  if (!framed && (mode == BorderMode::Constant || inside)) {
    need.rows = Interval{clip(all.begin, 0, extent), clip(all.end, 0, extent)};
  } else if (framed || mode == BorderMode::Replicate) {
    need.rows = Interval{clip(all.begin, 0, extent - 1), clip(all.end, 1, extent)};
  } else if (mode == BorderMode::Wrap) {
    need.whole = "the border of '" + node.name + "' wraps around";
  } else { // rows outside are those as far inside, or one further
    need.rows = Interval{clip(Size::min(all.begin, extent - 1 - below), 0, extent - 1),
                         clip(Size::max(all.end, above + 1), 1, extent)};
  }
  return need;
}

Interval joined(const Interval& a, const Interval& b) {
  return {Size::min(a.begin, b.begin), Size::max(a.end, b.end)};
}

} // namespace

std::vector<RowNeed> rowsNeeded(const Graph& graph, const Kernel& kernel) {
  const Interval all{Size::symbol(firstRow) - 1, Size::symbol(endRow)};
  if (kernel.algorithm == Algorithm::Reorder) {
    RowNeed need{kernel.anchor(), all};
    need.unclipped = all;
    return {need};
  }
  std::map<ValueId, RowNeed> needs; // of the kernel's own nodes too
  auto add = [&](const RowNeed& need) {
    auto [known, isNew] = needs.insert({need.value, need});
    if (isNew) return;
    RowNeed& both = known->second;
    if (!need.rows || !both.rows) {
      if (both.whole.empty()) both.whole = need.whole;
      both.rows.reset();
      return;
    }
    both.rows = joined(*both.rows, *need.rows);
    both.unclipped = joined(both.unclipped, need.unclipped);
  };
  RowNeed result{kernel.result(), all};
  result.unclipped = all;
  add(result);
  std::vector<RowNeed> read;
  for (size_t i = kernel.nodes.size(); i-- > 0;) {
    const Value& node = graph.value(kernel.nodes[i]);
    const RowNeed own = needs.at(kernel.nodes[i]);
    for (size_t number = 0; number < node.operands.size(); ++number) {
      if (graph.value(node.operands[number]).kind == Value::Parameter) continue;
      if (own.rows) {
        add(needOf(graph, node, number, own, i == 0 && number == 0 && readsFrame(graph, kernel)));
      } else {
        RowNeed need{node.operands[number], std::nullopt};
        need.whole = own.whole;
        add(need);
      }
    }
  }
  for (ValueId id : valuesRead(graph, kernel)) read.push_back(needs.at(id));
  return read;
}

int64_t rowGranule(const Graph& graph, const Kernel& kernel) {
  // Blocked average pooling joins rows in pairs (window_channelwise.cpp): a sum's order depends on its place.
  const Value& anchor = graph.value(kernel.anchor());
  if (kernel.algorithm == Algorithm::Window && kernel.layout == Layout::Blocked &&
      anchor.op == OpKind::AvgPool && isSmallWindow(anchor))
    return kernel.tile[0] % 2 == 0 ? kernel.tile[0] : 1;
  if (kernel.algorithm != Algorithm::Winograd) return 1;
  return kernel.tile[0] / (pooledBy(graph, kernel) ? 2 : 1); // rows of a tile
}

std::string whyNotInStrips(const Graph& graph, const Kernel& kernel) {
  const TensorType& type = graph.value(kernel.result()).type;
  if (type.spatialRank() != 2) return "its result has no rows and columns";
  // Lanes are channels, and there is one row.
  if (type.channels() > 1 && layoutFor(Layout::Blocked, type) == Layout::Planar)
    return "its result is one position";
  switch (kernel.algorithm) {
  case Algorithm::Separable:
  case Algorithm::Window:
  case Algorithm::Tiles:
  case Algorithm::Transposed:
  case Algorithm::Pointwise:
  case Algorithm::Concat:
  case Algorithm::Resample:
  case Algorithm::Interleave:
  case Algorithm::Adaptive:
  case Algorithm::Reorder: return "";
  case Algorithm::Winograd:
    if (kernel.order == Order::Positions) return "";
    return "it takes one tile of filters after another for all items";
  default: break;
  }
  return std::string("no ") + nameOf(kernel.algorithm) + " kernel computes some rows by themselves";
}

// Rows of a size in terms of firstRow and endRow, both `row`; sizes of the script count as some number.
static int64_t rowsAt(const Size& size, int64_t row) {
  std::map<std::string, int64_t> bindings;
  for (const std::string& symbol : size.symbols()) bindings[symbol] = 5040;
  bindings[firstRow] = row + 1, bindings[endRow] = row;
  return size.evaluate(bindings).value_or(0);
}

StripKernel stripKernel(const Graph& graph, const Kernel& kernel, const Storage& storage) {
  StripKernel facts;
  facts.name = graph.value(kernel.result()).name;
  facts.whyNot = whyNotInStrips(graph, kernel);
  facts.result = resultBuffer(graph, kernel);
  facts.holder = storage.holder(facts.result);
  facts.frame = storage.frame(facts.result);
  const TensorType& type = graph.value(kernel.result()).type;
  if (type.spatialRank() == 2) {
    facts.rowCount = type.spatial(0);
    facts.rowSize = type.dims.back() * type.channels();
  }
  facts.granule = rowGranule(graph, kernel);
  for (const RowNeed& need : rowsNeeded(graph, kernel)) {
    StripKernel::Read read{storage.operandBuffer(kernel, need.value), need};
    constexpr int64_t far = 5040;
    if (need.rows) {
      const int64_t advance = rowsAt(need.unclipped.end, 2 * far) - rowsAt(need.unclipped.end, far);
      const int64_t common = std::gcd(advance, far);
      read.perRows = far / common, read.rows = advance / common;
    }
    facts.reads.push_back(std::move(read));
  }
  return facts;
}

Strips::Strips(const std::vector<const StripKernel*>& kernels, int64_t rows,
               const std::function<bool(Buffer)>& inside) {
  if (findSteps(kernels, inside)) findRates(rows);
}

bool Strips::findSteps(const std::vector<const StripKernel*>& kernels,
                       const std::function<bool(Buffer)>& inside) {
  std::map<Buffer, size_t> producers, ringOf;
  for (size_t i = 0; i < kernels.size(); ++i) {
    const StripKernel& kernel = *kernels[i];
    if (!kernel.whyNot.empty()) {
      fault_ = "'" + kernel.name + "' cannot be in a group: " + kernel.whyNot;
      return false;
    }
    Step step;
    step.rowCount = kernel.rowCount;
    step.rowSize = kernel.rowSize;
    step.granule = kernel.granule;
    if (inside(kernel.holder)) {
      step.isWhole = false;
      step.ring = ringOf.insert({kernel.holder, rings.size()}).first->second;
      if (*step.ring == rings.size()) rings.push_back({kernel.holder, kernel.frame, {}, 0});
      rings[*step.ring].writers.push_back(i);
    }
    for (const StripKernel::Read& read : kernel.reads) {
      const auto producer = producers.find(read.buffer);
      if (producer == producers.end()) continue;
      if (!read.need.rows) {
        fault_ = "'" + kernel.name + "' cannot be in a group with '" + kernels[producer->second]->name +
                 "': " + read.need.whole;
        return false;
      }
      step.needs.push_back({producer->second, *read.need.rows, read.perRows, read.rows});
    }
    steps.push_back(std::move(step));
    producers[kernel.result] = i;
  }
  return true;
}

namespace {

struct Ratio {
  int64_t over = 1, under = 1;
  Ratio times(const Ratio& o) const {
    const int64_t a = over * o.over, b = under * o.under, common = std::gcd(a, b);
    return {a / common, b / common};
  }
  Ratio inverse() const { return {under, over}; }
  bool operator==(const Ratio& o) const { return over == o.over && under == o.under; }
};

} // namespace

// How many rows a strip of each step has: as many times those of the last one as its readers' rows advance.
bool Strips::findRates(int64_t rows) {
  constexpr int64_t most = 1 << 12;
  std::vector<std::optional<Ratio>> rate(steps.size());
  rate.back() = Ratio{};
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = steps.size(); i-- > 0;)
      for (const Edge& edge : steps[i].needs) {
        const Ratio ratio{edge.producerRows, edge.perRows};
        if (ratio.over <= 0 || ratio.over > most || ratio.under > most) {
          fault_ = "the rows of its results do not advance evenly";
          return false;
        }
        std::optional<Ratio>& from = rate[edge.producer];
        if (rate[i] && from) {
          if (rate[i]->times(ratio) == *from) continue;
          fault_ = "the rows of its results advance in different ways";
          return false;
        }
        if (rate[i])
          from = rate[i]->times(ratio);
        else if (from)
          rate[i] = from->times(ratio.inverse());
        else
          continue;
        changed = true;
        if (std::max({rate[i]->over, rate[i]->under, from->over, from->under}) > most) {
          fault_ = "a strip would have too many rows";
          return false;
        }
      }
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!rate[i]) {
      fault_ = "nothing connects all of its kernels";
      open_ = true;
      return false;
    }
    // rows * over / under is a multiple of the granule.
    const int64_t granule = steps[i].granule;
    const int64_t needed = rate[i]->under * (granule / std::gcd(granule, rate[i]->over));
    unit_ = std::lcm(unit_, needed);
    if (unit_ > most) {
      fault_ = "a strip would have too many rows";
      return false;
    }
  }
  if (rows == 0) rows = unit_;
  if (rows % unit_ != 0) {
    fault_ = "the rows of its strips must be a multiple of " + std::to_string(unit_);
    return false;
  }
  for (size_t i = 0; i < steps.size(); ++i) steps[i].rows = rows / rate[i]->under * rate[i]->over;
  return true;
}

int64_t Strips::stripsPerPart(double again) {
  constexpr double most = 0.05;
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(again / most)));
}

Size Strips::stripCount() const {
  Size count = 1;
  for (const Step& step : steps)
    if (step.isWhole) count = Size::max(count, Size::ceilDiv(step.rowCount, step.rows));
  return count;
}

Strips::Rows<int64_t>
Strips::inNumbers(std::function<int64_t(const Size&, int64_t first, int64_t end)> size) {
  Rows<int64_t> numbers;
  numbers.number = [](int64_t n) { return n; };
  numbers.size = std::move(size);
  numbers.min = [](int64_t a, int64_t b) { return std::min(a, b); };
  numbers.max = [](int64_t a, int64_t b) { return std::max(a, b); };
  numbers.mul = [](int64_t a, int64_t b) { return a * b; };
  numbers.floorTo = [](int64_t n, int64_t granule) { return n / granule * granule; };
  numbers.ifZero = [](int64_t n, int64_t then, int64_t otherwise) { return n == 0 ? then : otherwise; };
  return numbers;
}

std::optional<int64_t> Strips::rowsAhead(size_t step, size_t reader, const Size& end) const {
  constexpr int64_t far = 5040 * 64; // rows from the ends of every value
  const Rows<int64_t> rows = inNumbers([](const Size& size, int64_t first, int64_t behind) {
    std::map<std::string, int64_t> bindings;
    for (const std::string& symbol : size.symbols()) bindings[symbol] = 2 * far;
    bindings[firstRow] = first + 1, bindings[endRow] = behind;
    return size.evaluate(bindings).value_or(0);
  });
  const int64_t strip = rows.size(stripCount(), 0, 0) / 2;
  const std::vector<int64_t> before = targets(rows, strip - 1), now = targets(rows, strip);
  auto read = [&](const std::vector<int64_t>& done) { return rows.size(end, done[reader], done[reader]); };
  if (read(now) - read(before) != now[step] - before[step]) return std::nullopt;
  return read(now) - before[step];
}

double Strips::stripsAgain(const Rows<int64_t>& rows, const std::vector<int64_t>& before,
                           const std::vector<int64_t>& done) const {
  double again = 0, all = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto size = static_cast<double>(rows.size(steps[i].rowSize, 0, 0));
    again += static_cast<double>(before[i] - done[i]) * size;
    all += static_cast<double>(steps[i].rows) * size;
  }
  return again / all;
}

double Strips::stripsAgain(std::map<std::string, int64_t> sizes) const {
  const Rows<int64_t> rows = inNumbers([&sizes](const Size& size, int64_t first, int64_t end) {
    sizes[firstRow] = first + 1, sizes[endRow] = end;
    return size.evaluate(sizes).value_or(0);
  });
  const int64_t middle = rows.size(stripCount(), 0, 0) / 2;
  const std::vector<int64_t> before = targets(rows, middle - 1);
  return stripsAgain(rows, before, begins(rows, middle, before));
}

// Room for what is needed at the same time in any strip, whatever the sizes are. Those that are known only at
// run time are tried: large ones, of every remainder that strides can leave.
void Strips::findRoom() {
  std::set<std::string> symbols;
  auto addSymbols = [&](const Size& size) {
    for (const std::string& symbol : size.symbols()) symbols.insert(symbol);
  };
  int64_t longest = 1;
  for (const Step& step : steps) {
    addSymbols(step.rowCount), addSymbols(step.rowSize);
    for (const Edge& edge : step.needs) addSymbols(edge.rows.begin), addSymbols(edge.rows.end);
    longest = std::max(longest, step.rows);
  }
  symbols.erase(firstRow), symbols.erase(endRow);
  const int64_t remainders =
      symbols.empty() ? 1
                      : std::min<int64_t>(longest / std::max<int64_t>(1, steps.back().rows) * unit_ * 2, 32);
  for (int64_t remainder = 0; remainder < remainders; ++remainder) {
    std::map<std::string, int64_t> bindings;
    for (const std::string& symbol : symbols) bindings[symbol] = 512 * longest + remainder;
    auto value = [&](const Size& size, int64_t first, int64_t end) {
      bindings[firstRow] = first + 1, bindings[endRow] = end;
      const auto n = size.evaluate(bindings);
      require(n.has_value(), "the rows of a group can be told");
      return *n;
    };
    const Rows<int64_t> numbers = inNumbers(value);
    const int64_t count = value(stripCount(), 0, 0);
    // The first strips, the last ones, and some between, when all kernels have begun and none has ended.
    constexpr int64_t few = 6, most = 64;
    for (int64_t s = 0; s < count; ++s) {
      const bool between = s >= few && s < count - few && s % (count / 4) >= few;
      if (count > most && between) continue;
      const std::vector<int64_t> before = targets(numbers, s - 1), target = targets(numbers, s);
      for (const std::vector<int64_t>& done : {before, begins(numbers, s, before)}) {
        const std::vector<int64_t> first = ringBegins(numbers, done);
        again_ = std::max(again_, stripsAgain(numbers, before, done));
        // A small value may have all of its rows, and its frame's, at the same time.
        for (size_t ring = 0; ring < rings.size(); ++ring)
          for (size_t writer : rings[ring].writers) {
            const Frame& frame = rings[ring].frame;
            const int64_t own = target[writer] - std::max<int64_t>(first[ring], 0);
            rings[ring].rows = std::max(rings[ring].rows, frame.before + own + frame.after);
          }
      }
    }
  }
}

} // namespace convoy::schedule
