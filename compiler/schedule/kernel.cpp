#include "schedule/kernel.h"
#include "support/internal_error.h"

namespace convoy::schedule {

Reg sizeValue(Builder& b, const Size& size, const std::function<Reg(const std::string&)>& symbol) {
  Size::Algebra<Reg> algebra;
  algebra.constant = [&](int64_t n) { return b.index(n); };
  algebra.symbol = symbol;
  algebra.add = [&](Reg x, Reg y) { return b.add(x, y); };
  algebra.mul = [&](Reg x, Reg y) { return b.mul(x, y); };
  algebra.min = [&](Reg x, Reg y) { return b.min(x, y); };
  algebra.max = [&](Reg x, Reg y) { return b.max(x, y); };
  algebra.floorDiv = [&](Reg x, int64_t n) { return b.floorDiv(x, n); };
  algebra.mod = [&](Reg x, int64_t n) { return b.binary(Op::Mod, x, b.index(n)); };
  return size.fold(algebra);
}

namespace {

// The run-time sizes that a kernel's operands and results mention.
std::set<std::string> symbolsOf(const Graph& graph, const Kernel& kernel) {
  std::set<std::string> all;
  auto addType = [&](const TensorType& type) {
    for (const Size& dim : type.dims)
      for (const std::string& symbol : dim.symbols()) all.insert(symbol);
  };
  for (ValueId id : kernel.nodes) {
    addType(graph.value(id).type);
    for (ValueId operand : graph.value(id).operands) addType(graph.value(operand).type);
    for (const auto& [name, attribute] : graph.value(id).attributes.all())
      if (auto* sizes = std::get_if<std::vector<Size>>(&attribute))
        for (const Size& size : *sizes)
          for (const std::string& symbol : size.symbols()) all.insert(symbol);
  }
  return all;
}

} // namespace

KernelBuilder::KernelBuilder(const Graph& graph, const Schedule& schedule, const Target& target,
                             const Storage& storage, const Kernel& kernel, loop::Function& function)
    : graph(graph), schedule(schedule), target(target), storage(storage), kernel(kernel), b(function),
      lanes(schedule.lanes), vector(loop::Type::vector(Scalar::F32, static_cast<uint32_t>(schedule.lanes))) {
  b.setLocation(graph.value(kernel.anchor()).location);
  begin = b.parameter(loop::Type::index(), "begin");
  end = b.parameter(loop::Type::index(), "end");
  Reg sizes = b.parameter(loop::Type::pointer(), "sizes");
  std::set<std::string> used = symbolsOf(graph, kernel);
  std::vector<std::string> order = graph.symbols();
  for (size_t i = 0; i < order.size(); ++i)
    if (used.count(order[i]))
      symbols_[order[i]] = b.named(b.load(loop::Type::index(), sizes, static_cast<int64_t>(i)), order[i]);
  call.function = function.name;
}

Reg KernelBuilder::argument(Argument a, const std::string& name, loop::Type type) {
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    if (call.arguments[i].isSame(a)) return b.function().parameters[3 + i];
  }
  call.arguments.push_back(a);
  return b.parameter(type, name);
}

Reg KernelBuilder::read(ValueId id, Layout layout) {
  Argument a{Argument::Read, id, layoutFor(layout, value(id).type), {}, 0};
  // Two parameters are two memories to the compiler.
  a.bytes = isBytes(id);
  if (!isBytes(kernel.result()) && storage.overwrites(kernel, {id, a.layout}))
    return write(kernel.result(), kernel.resultLayout());
  return argument(a, "in");
}

Reg KernelBuilder::write(ValueId id, Layout layout) {
  Argument a{Argument::Write, id, layoutFor(layout, value(id).type), {}, 0};
  a.bytes = isBytes(id);
  return argument(a, "out");
}

Reg KernelBuilder::weights(ValueId parameter, Packing packing) {
  Argument a{Argument::Weights, parameter, Layout::Planar, packing, 0};
  return argument(a, "w");
}

Reg KernelBuilder::ahead(ValueId id) {
  return argument({Argument::Ahead, id, Layout::Planar, {}, 0}, "ahead");
}

Reg KernelBuilder::scratch() {
  return argument({Argument::Scratch, kernel.result(), Layout::Planar, {}, 0}, "scratch");
}

Reg KernelBuilder::borderRow(ValueId like, double border, int64_t perColumn) {
  Argument a{Argument::BorderRow, like, Layout::Planar, {}, border, perColumn};
  return argument(a, "border");
}

Reg KernelBuilder::size(const Size& size) {
  return sizeValue(b, size, [&](const std::string& symbol) {
    auto it = symbols_.find(symbol);
    require(it != symbols_.end(), "a kernel uses a size that none of its operands has");
    return it->second;
  });
}

bool KernelBuilder::rowsAreOne() const {
  auto areOne = [&](ValueId id, Layout layout) {
    const TensorType& type = value(id).type;
    return type.spatialRank() != 2 || pitch(id, layout) == type.dims.back();
  };
  for (ValueId id : valuesRead(graph, kernel))
    if (!areOne(id, layoutOf(id))) return false;
  return areOne(kernel.result(), kernel.resultLayout());
}

Reg KernelBuilder::product(const TensorType& type, int firstAxis) {
  Size product = 1;
  for (size_t i = static_cast<size_t>(firstAxis); i < type.dims.size(); ++i) product = product * type.dims[i];
  return size(product);
}

void KernelBuilder::units(const std::vector<Size>& counts,
                          const std::function<void(const std::vector<Reg>&)>& body) {
  call.units = 1;
  for (const Size& count : counts) call.units = call.units * count;
  std::vector<Reg> extents;
  for (const Size& count : counts) extents.push_back(size(count));
  b.loop("unit", begin, end, 1, {}, [&](Reg unit, const Builder::Values&) {
    std::vector<Reg> parts(counts.size() + 1);
    for (size_t i = counts.size(); i-- > 0;) {
      parts[i + 1] = b.named(b.binary(Op::Mod, unit, extents[i]), "part");
      unit = b.binary(Op::Div, unit, extents[i]);
    }
    parts[0] = counts.empty() ? unit : b.named(unit, "item");
    body(parts);
    return Builder::Values{};
  });
}

void KernelBuilder::strips(const std::vector<Size>& before, const Strips& strips,
                           const std::vector<Size>& after,
                           const std::function<void(const std::vector<Reg>&, Reg, Reg)>& body) {
  if (!inGroup()) {
    std::vector<Size> counts = before;
    counts.push_back(Size::ceilDiv(strips.rowCount, strips.rows));
    counts.insert(counts.end(), after.begin(), after.end());
    return units(counts, [&](std::vector<Reg> parts) {
      const auto strip = parts.begin() + 1 + static_cast<std::ptrdiff_t>(before.size());
      Reg y0 = b.named(b.mul(*strip, strips.rows), "y0");
      Reg y1 = b.named(b.min(b.add(y0, strips.rows), size(strips.rowCount)), "y1");
      parts.erase(strip);
      body(parts, y0, y1);
    });
  }
  std::vector<Size> counts = before;
  counts.insert(counts.end(), after.begin(), after.end());
  std::function<void(std::vector<Reg>)> inside = [&](std::vector<Reg> parts) {
    if (parts.size() == counts.size() + 1) return body(parts, begin, end);
    b.each("part", size(counts[parts.size() - 1]), [&](Reg part) {
      std::vector<Reg> more = parts;
      more.push_back(part);
      inside(more);
    });
  };
  inside({b.index(0)});
}

void KernelBuilder::eachRow(const std::vector<Size>& before, const TensorType& type, int64_t perRow,
                            const std::function<void(const std::vector<Reg>&)>& body) {
  if (!inGroup()) {
    std::vector<Size> counts = before;
    for (int axis = 0; axis + 1 < type.spatialRank(); ++axis) counts.push_back(type.spatial(axis));
    return units(counts, body);
  }
  strips(before, {type.spatial(0)}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
    b.loop("y", b.mul(y0, perRow), b.mul(y1, perRow), 1, {}, [&](Reg y, const Builder::Values&) {
      std::vector<Reg> all = parts;
      all.push_back(y);
      body(all);
      return Builder::Values{};
    });
  });
}

Reg KernelBuilder::channelNumbers(Reg pointer, int64_t channels, Reg block, int64_t together) {
  Index at(block, lanes);
  if (channels % (lanes * together) == 0) return b.load(vector, pointer, at);
  Reg exist = b.mask(static_cast<uint32_t>(lanes), b.sub(b.index(channels), b.mul(block, lanes)));
  return b.load(vector, pointer, at, exist, constant(0));
}

// Lanes before 0 are among those before n, so that the difference of the two masks is what is inside.
Reg KernelBuilder::insideMask(Reg n, Reg first) {
  uint32_t count = static_cast<uint32_t>(lanes);
  return b.binary(Op::Xor, b.mask(count, b.sub(n, first)), b.mask(count, b.sub(b.index(0), first)));
}

void KernelBuilder::unitsOfBatch(const std::vector<Size>& counts,
                                 const std::function<void(const std::vector<Reg>&)>& body) {
  call.ofWholeBatch = true;
  units(counts, [&](std::vector<Reg> parts) {
    parts.erase(parts.begin()); // an item that is always 0
    body(parts);
  });
}

Reg KernelBuilder::itemsOfBatch() {
  return argument({Argument::Batch, 0, Layout::Planar, {}, 0}, "items", loop::Type::index());
}

Reg KernelBuilder::scalarF32(Reg index) { return b.cast(loop::Type::of(Scalar::F32), index); }

} // namespace convoy::schedule
