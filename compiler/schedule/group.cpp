#include "schedule/group.h"
#include "schedule/strips.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

class Driver {
public:
  Driver(GroupParts& program, size_t group, loop::Function& function, bool onBytes)
      : p_(program), group_(program.schedule.groups[group]), strips_(program.storage.strips(group)),
        b_(function), onBytes_(onBytes), symbolNames_(program.graph.symbols()) {
    call_.function = function.name;
  }

  KernelCall run() {
    for (size_t i = group_.first; i < group_.end(); ++i)
      for (const KernelCall& c : p_.calls[i]) calls_.push_back({i - group_.first, chosen(c)});
    Reg begin = b_.parameter(loop::Type::index(), "begin"), end = b_.parameter(loop::Type::index(), "end");
    sizes_ = b_.parameter(loop::Type::pointer(), "sizes");
    Reg rings = parameter({Argument::Rings, 0, Layout::Planar, {}, 0}, "rings");
    Reg parts = parameter({Argument::Parts, 0, Layout::Planar, {}, 0}, "parts");
    Reg first = parameter({Argument::From, 0, Layout::Planar, {}, 0}, "first");
    Reg behind = parameter({Argument::To, 0, Layout::Planar, {}, 0}, "behind");
    for (const auto& [step, call] : calls_)
      for (const Argument& a : call->arguments)
        if (!isInside(a)) parameter(a, nameOf(a));

    for (size_t i = 0; i < symbolNames_.size(); ++i)
      symbols_.push_back(b_.load(loop::Type::index(), sizes_, static_cast<int64_t>(i)));
    call_.units = strips_.stripCount();
    for (const auto& [step, call] : calls_)
      call_.cycles.perItem = call_.cycles.perItem + call->cycles.perItem;
    call_.stripsPerPart = Strips::stripsPerPart(strips_.stripsAgain());
    perItem_ = b_.named(size(call_.units), "strips");
    Reg all = b_.sub(behind, first), ofPart = size(p_.plan.ringElements);
    b_.loop("part", begin, end, 1, {}, [&](Reg part, const Builder::Values&) {
      rings_ = b_.named(b_.offset(Scalar::F32, rings, Index(b_.mul(part, ofPart))), "rings_of_part");
      auto partBegin = [&](Reg n) { return b_.add(first, b_.binary(Op::Div, b_.mul(n, all), parts)); };
      Reg from = partBegin(part), to = partBegin(b_.add(part, 1));
      Builder::Values init(strips_.steps.size() + strips_.rings.size(), b_.index(0));
      b_.loop("strip", from, to, 1, init,
              [&](Reg strip, const Builder::Values& before) { return this->strip(strip, from, before); });
      return Builder::Values{};
    });
    b_.ret();
    return std::move(call_);
  }

private:
  const KernelCall* chosen(const KernelCall& c) const {
    return onBytes_ && !c.onBytes.empty() ? &c.onBytes[0] : &c;
  }

  // ---- what the kernels are given ----

  static std::string nameOf(const Argument& a) {
    switch (a.kind) {
    case Argument::Read: return "in";
    case Argument::Write: return "out";
    case Argument::Weights: return "w";
    case Argument::BorderRow: return "border";
    default: return "given";
    }
  }
  static bool isTensor(const Argument& a) { return a.kind == Argument::Read || a.kind == Argument::Write; }
  // Given by the driver itself.
  bool isInside(const Argument& a) const { return isRing(a) || a.kind == Argument::Ahead; }
  bool isRing(const Argument& a) const { return isTensor(a) && p_.storage.isRing({a.value, a.layout}); }

  Reg parameter(const Argument& a, const std::string& name) {
    for (size_t i = 0; i < call_.arguments.size(); ++i)
      if (call_.arguments[i].isSame(a)) return b_.function().parameters[3 + i];
    const bool number = a.kind == Argument::Parts || a.kind == Argument::From || a.kind == Argument::To;
    call_.arguments.push_back(a);
    return b_.parameter(number ? loop::Type::index() : loop::Type::pointer(), name);
  }

  Reg symbol(const std::string& name) {
    const auto at = std::find(symbolNames_.begin(), symbolNames_.end(), name);
    require(at != symbolNames_.end(), "a group's size is no symbol of the graph");
    return symbols_[static_cast<size_t>(at - symbolNames_.begin())];
  }
  Reg size(const Size& size) {
    return sizeValue(b_, size, [&](const std::string& name) { return symbol(name); });
  }

  // ---- rows ----

  Strips::Rows<Reg> algebra() {
    Strips::Rows<Reg> a;
    a.number = [this](int64_t n) { return b_.index(n); };
    a.size = [this](const Size& size, Reg first, Reg end) {
      return sizeValue(b_, size, [&](const std::string& name) {
        return name == firstRow ? b_.add(first, 1) : name == endRow ? end : symbol(name);
      });
    };
    a.min = [this](Reg x, Reg y) { return b_.min(x, y); };
    a.max = [this](Reg x, Reg y) { return b_.max(x, y); };
    a.mul = [this](Reg x, Reg y) { return b_.mul(x, y); };
    a.floorTo = [this](Reg x, int64_t n) { return b_.mul(b_.floorDiv(x, n), n); };
    a.ifZero = [this](Reg x, Reg then, Reg otherwise) {
      return b_.select(b_.compare(Op::Eq, x, b_.index(0)), then, otherwise);
    };
    return a;
  }

  // One strip; carries how far the steps have come, and the first rows of the rings.
  Builder::Values strip(Reg strip, Reg from, const Builder::Values& before) {
    const size_t steps = strips_.steps.size();
    const Strips::Rows<Reg> rows = algebra();
    Reg item = b_.named(b_.binary(Op::Div, strip, perItem_), "item");
    Reg s = b_.named(b_.binary(Op::Mod, strip, perItem_), "s");
    const Builder::Values targets = strips_.targets(rows, s);
    Reg fresh = b_.binary(Op::Or, b_.compare(Op::Eq, strip, from), b_.compare(Op::Eq, s, b_.index(0)));
    const Builder::Values done = b_.branch(
        fresh, [&] { return strips_.begins(rows, s, strips_.targets(rows, b_.add(s, -1))); },
        [&] { return Builder::Values(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(steps)); });
    const Builder::Values first = strips_.ringBegins(rows, done);
    for (size_t i = 0; i < first.size(); ++i) keepRows(i, fresh, before[steps + i], first[i], done);
    std::vector<Reg> pointers;
    for (size_t i = 0; i < call_.arguments.size(); ++i)
      pointers.push_back(ofItem(call_.arguments[i], b_.function().parameters[3 + i], item));
    for (const auto& [step, call] : calls_) {
      const auto& kernel = p_.schedule.kernels[group_.first + step];
      const loop::FromElsewhere here(b_, p_.graph.value(kernel.anchor()).location);
      Builder::Values arguments{done[step], targets[step], sizes_};
      for (const Argument& a : call->arguments) arguments.push_back(argument(a, pointers, first));
      b_.branch(
          b_.compare(Op::Lt, done[step], targets[step]),
          [&, c = call] {
            b_.call(c->function, arguments);
            return Builder::Values{};
          },
          [] { return Builder::Values{}; });
    }
    Builder::Values after = targets;
    after.insert(after.end(), first.begin(), first.end());
    return after;
  }

  Reg ofItem(const Argument& a, Reg pointer, Reg item) {
    if (!isTensor(a) || p_.graph.value(a.value).type.scalar) return pointer;
    if (a.bytes)
      return b_.offset(Scalar::U8, pointer,
                       Index(b_.mul(item, size(p_.graph.value(a.value).type.elements()))));
    return b_.offset(Scalar::F32, pointer,
                     Index(b_.mul(item, size(p_.storage.itemElements({a.value, a.layout})))));
  }

  Reg argument(const Argument& a, const std::vector<Reg>& pointers, const Builder::Values& first) {
    if (a.kind == Argument::Ahead) {
      for (size_t i = 0; i < pointers.size(); ++i)
        if (call_.arguments[i].isSame({Argument::Read, a.value, a.layout, {}, 0})) return pointers[i];
      return rings_; // bytes
    }
    if (!isRing(a)) {
      for (size_t i = 0; i < pointers.size(); ++i)
        if (call_.arguments[i].isSame(a)) return pointers[i];
      internalError("a kernel of a group is given something that its driver is not");
    }
    const Buffer buffer{a.value, a.layout};
    for (size_t i = 0; i < strips_.rings.size(); ++i)
      if (p_.storage.pieceOf(strips_.rings[i].holder) == p_.storage.pieceOf(buffer)) {
        // Pointers are to where the rows of a frame before the first one would begin.
        Reg row = b_.mul(b_.add(first[i], strips_.rings[i].frame.before), rowElements(buffer));
        Reg at = b_.sub(size(p_.plan.place(a.value, a.layout).offset), row);
        return b_.offset(Scalar::F32, rings_, Index(at));
      }
    internalError("a value of a group lies in none of its rings");
  }

  // ---- rings ----

  bool isInterleaved(Buffer buffer) const {
    if (!onBytes_) return false;
    for (size_t i = group_.first; i < group_.end(); ++i)
      if (const auto& kernel = p_.images.kernels[i];
          kernel && kernel->form == BytesForm::Interleaved && kernel->interleaved.count(buffer.value))
        return true;
    return false;
  }
  int64_t units(Buffer buffer) const {
    if (!inBlocks(buffer.layout)) return 1;
    return blockUnits(p_.graph.value(buffer.value).type.channels(), buffer.layout, p_.schedule.lanes);
  }
  // Of a plane; of all channels, where they are columns.
  Reg rowElements(Buffer buffer) {
    const TensorType& type = p_.graph.value(buffer.value).type;
    if (isInterleaved(buffer)) return size(type.dims.back() * type.channels());
    return size((p_.storage.pitch(buffer) + p_.storage.frame(buffer).gap) * units(buffer));
  }

  // The rows from `first` on that are there move to the ring's beginning, where `before` is now.
  void keepRows(size_t number, Reg fresh, Reg before, Reg first, const Builder::Values& done) {
    const Ring& ring = strips_.rings[number];
    Reg end = nullptr;
    for (size_t writer : ring.writers) end = end ? b_.max(end, done[writer]) : done[writer];
    if (ring.frame.after > 0) {
      Reg all = b_.compare(Op::Eq, end, size(strips_.steps[ring.writers[0]].rowCount));
      end = b_.select(all, b_.add(end, ring.frame.after), end);
    }
    Reg moves = b_.binary(Op::And, b_.compare(Op::Lt, before, first), b_.compare(Op::Lt, first, end));
    moves = b_.select(fresh, b_.number(0, loop::Type::of(Scalar::I1)), moves);
    b_.branch(
        moves,
        [&] {
          const bool interleaved = isInterleaved(ring.holder);
          Reg row = rowElements(ring.holder);
          Reg planes = b_.index(interleaved ? 1 : p_.storage.itemRows(ring.holder));
          const Size elements = p_.storage.itemElements(ring.holder);
          Reg plane =
              interleaved ? size(elements) : b_.floorDiv(size(elements), p_.storage.itemRows(ring.holder));
          Reg at = b_.offset(Scalar::F32, rings_,
                             Index(size(p_.plan.place(ring.holder.value, ring.holder.layout).offset)));
          // The columns of a frame behind a row are those before the next one.
          Reg count = b_.add(b_.mul(b_.sub(end, first), row), ring.frame.gap * units(ring.holder));
          b_.call(p_.mover, {at, planes, plane, b_.mul(b_.sub(first, before), row), count});
          return Builder::Values{};
        },
        [] { return Builder::Values{}; });
  }

  GroupParts& p_;
  const Group& group_;
  const Strips& strips_;
  Builder b_;
  const bool onBytes_;
  KernelCall call_;
  std::vector<std::pair<size_t, const KernelCall*>> calls_; // of the steps, in order
  const std::vector<std::string> symbolNames_;              // of the graph, in the order of `sizes`
  std::vector<Reg> symbols_;
  Reg sizes_ = nullptr, rings_ = nullptr, perItem_ = nullptr;
};

} // namespace

KernelCall driveGroup(GroupParts& program, size_t group, const std::string& name, bool onBytes) {
  auto function = std::make_unique<loop::Function>();
  function->name = name;
  const Group& which = program.schedule.groups[group];
  function->location = program.graph.value(program.schedule.kernels[which.first].anchor()).location;
  KernelCall call = Driver(program, group, *function, onBytes).run();
  program.module.functions.push_back(std::move(function));
  return call;
}

void moveRows(loop::Function& function, int64_t lanes) {
  Builder b(function);
  Reg ring = b.parameter(loop::Type::pointer(), "ring"), planes = b.parameter(loop::Type::index(), "planes"),
      plane = b.parameter(loop::Type::index(), "plane"), shift = b.parameter(loop::Type::index(), "shift"),
      count = b.parameter(loop::Type::index(), "count");
  const loop::Type type = loop::Type::vector(Scalar::F32, static_cast<uint32_t>(lanes));
  Reg whole = b.mul(b.floorDiv(count, lanes), lanes);
  // A vector is loaded before it is stored over what lies before it.
  b.each("p", planes, [&](Reg p) {
    Reg to = b.offset(Scalar::F32, ring, Index(b.mul(p, plane))),
        from = b.offset(Scalar::F32, to, Index(shift));
    b.loop("x", b.index(0), whole, lanes, {}, [&](Reg x, const Builder::Values&) {
      b.store(b.load(type, from, Index(x)), to, Index(x));
      return Builder::Values{};
    });
    Reg mask = b.mask(static_cast<uint32_t>(lanes), b.sub(count, whole));
    b.store(b.load(type, from, Index(whole), mask, b.number(0, type)), to, Index(whole), mask);
  });
  b.ret();
}

} // namespace convoy::schedule
