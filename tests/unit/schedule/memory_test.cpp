// Which values share memory, where they lie in it, and how much there is of it.
#include "schedule/memory.h"
#include "session.h"

using namespace convoy;
using schedule::Algorithm;
using schedule::Buffer;
using schedule::Layout;
using schedule::Place;
using schedule::Slot;

namespace {

// A script, and the memory of the schedule that is made for it.
struct Planned : Session {
  schedule::Schedule made;
  schedule::Storage storage;
  schedule::Program program;
  schedule::MemoryPlan plan;

  explicit Planned(const std::string& script)
      : Session(script), made(Session::schedule()), storage(graph, made),
        program(lower(graph, made, target, "p")),
        plan(planMemory(graph, made, Machine(), storage, schedule::Images(graph, made, storage),
                        program.calls)) {}

  graph::ValueId id(const std::string& name) const {
    for (graph::ValueId id = 0; id < graph.values.size(); ++id)
      if (graph.value(id).name == name) return id;
    ADD_FAILURE() << "there is no value " << name;
    return 0;
  }
  const schedule::Kernel& kernel(const std::string& result) const {
    for (const schedule::Kernel& kernel : made.kernels)
      if (kernel.result() == id(result) && kernel.algorithm != Algorithm::Reorder) return kernel;
    ADD_FAILURE() << "there is no kernel " << result;
    return made.kernels.at(0);
  }
  // Where the kernel of this name writes.
  Buffer buffer(const std::string& name) const { return resultBuffer(graph, kernel(name)); }
  Place place(const std::string& name) const { return plan.places.at(buffer(name)); }
  bool sameMemory(const std::string& a, const std::string& b) const {
    return storage.pieceOf(buffer(a)) == storage.pieceOf(buffer(b));
  }
  size_t copiesOf(const std::string& concat) const {
    for (size_t i = 0; i < made.kernels.size(); ++i)
      if (&made.kernels[i] == &kernel(concat)) return program.calls[i].size();
    return 0;
  }
  Size bytes() const { return workspaceOf(plan, storage).bytes(); }
};

// What is needed at the same time lies apart.
void expectApart(const Planned& p) {
  auto span = [&](size_t piece) -> std::optional<std::pair<size_t, std::pair<int64_t, int64_t>>> {
    for (const auto& [buffer, place] : p.plan.places)
      if (p.storage.pieceOf(buffer) == piece && place.kind == Place::Slot) {
        const Slot& slot = p.plan.slots[place.index];
        if (!slot.begin) return {{place.index, {0, 1}}};
        return {{p.plan.slots.size(), {*slot.begin, *slot.begin + p.storage.pieces[piece].elements.known()}}};
      }
    return std::nullopt;
  };
  int pairs = 0;
  for (size_t i = 0; i < p.storage.pieces.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      auto x = span(i), y = span(j);
      if (!x || !y || !p.storage.pieces[i].overlaps(p.storage.pieces[j])) continue;
      ++pairs;
      EXPECT_TRUE(x->first != y->first || x->second.second <= y->second.first ||
                  y->second.second <= x->second.first)
          << "pieces " << i << " and " << j;
      EXPECT_LE(x->second.second, std::max<int64_t>(p.plan.constantElements, 1));
    }
  EXPECT_GT(pairs, 0);
}

} // namespace

TEST(Memory, AChainNeedsItsLargestNeighbours) {
  // 16, 32, 16 and 64 channels of 64 positions, one after another.
  Planned p("pipeline p(x: tensor[16, 8, 8]) -> tensor { return x |> max_pool(3x3, stride: 1, padding: 1)\n"
            "|> conv(32, kernel: 3x3, padding: 1, bias: false, name: \"a\")\n"
            "|> conv(16, kernel: 3x3, padding: 1, bias: false, name: \"b\")\n"
            "|> conv(64, kernel: 3x3, padding: 1, bias: false, name: \"c\")\n"
            "|> conv(16, kernel: 3x3, padding: 1, bias: false, name: \"d\") }");
  EXPECT_EQ(p.plan.constantElements, (64 + 16) * 64);
  expectApart(p);
}

TEST(Memory, RunTimeSizesShareALargerSlot) {
  Planned p("pipeline p(x: tensor[1, H, W]) -> tensor {\n"
            "a = x |> conv(2, kernel: 3x3, padding: 1, border: replicate, name: \"a\")\n"
            "b = a |> conv(3, kernel: 3x3, padding: 1, border: replicate, name: \"b\")\n"
            "c = b |> conv(5, kernel: 3x3, padding: 1, border: replicate, name: \"c\")\n"
            "return c |> conv(1, kernel: 3x3, padding: 1, border: replicate, name: \"d\") }");
  ASSERT_EQ(p.plan.slots.size(), 2u); // a and c, b
  EXPECT_EQ(p.place("a").index, p.place("c").index);
  Size positions = Size::symbol("H") * Size::symbol("W");
  EXPECT_EQ(p.plan.slots[p.place("a").index].elements, positions * 5);
  EXPECT_EQ(p.plan.slots[p.place("b").index].elements, positions * 3);
  expectApart(p);
}

TEST(Memory, OfSizesThatCannotBeComparedTheLargerCounts) {
  Planned p("pipeline p(x: tensor[1, H, W]) -> tensor {\n"
            "a = x |> conv(2, kernel: 3x3, padding: 1, border: replicate, name: \"a\")\n"
            "b = a |> conv(1, kernel: 3x3, padding: 1, stride: 2, border: replicate, name: \"b\")\n"
            "c = b |> conv(5, kernel: 3x3, padding: 1, border: replicate, name: \"c\")\n"
            "return c |> conv(1, kernel: 3x3, padding: 1, border: replicate, name: \"d\") }");
  ASSERT_EQ(p.plan.slots.size(), 2u);
  const Size& shared = p.plan.slots[p.place("a").index].elements;
  EXPECT_EQ(shared.evaluate({{"H", 1}, {"W", 1}}), 5);     // c
  EXPECT_EQ(shared.evaluate({{"H", 20}, {"W", 20}}), 800); // a; c has 500
}

TEST(Memory, ASumTakesThePlaceOfAResidualThatDies) {
  Planned p("pipeline p(x: tensor[16, 8, 8]) -> tensor {\n"
            "a = x |> conv(16, kernel: 3x3, padding: 1, name: \"a\")\n"
            "b = a |> conv(16, kernel: 3x3, padding: 1, name: \"b\")\n"
            "c = relu(a + (b |> conv(16, kernel: 3x3, padding: 1, name: \"c\")))\n"
            "return c |> max_pool(2x2) }");
  const schedule::Kernel& sum = p.kernel("relu_1");
  EXPECT_TRUE(p.storage.overwrites(sum, p.buffer("a")));
  EXPECT_FALSE(p.storage.overwrites(sum, p.buffer("b")));
  EXPECT_TRUE(p.sameMemory("relu_1", "a"));
  EXPECT_EQ(p.plan.constantElements, 2 * 16 * 64);
  // One pointer to both: a kernel's pointers never meet.
  for (const schedule::KernelCall& call : p.program.calls[2])
    for (const schedule::Argument& a : call.arguments)
      EXPECT_FALSE(a.kind == schedule::Argument::Read && a.value == p.id("a"));
}

TEST(Memory, NothingIsOverwrittenThatIsNeeded) {
  auto overwritten = [](const std::string& body) {
    Planned p("pipeline p(x: tensor[16, 8, 8], v: tensor[16, 1, 8]) {\n"
              "a = x |> conv(16, kernel: 3x3, padding: 1, name: \"a\")\n" +
              body + " }");
    size_t count = 0;
    for (const schedule::Kernel& kernel : p.made.kernels)
      for (const auto& [buffer, place] : p.plan.places) count += p.storage.overwrites(kernel, buffer);
    return count;
  };
  EXPECT_EQ(
      overwritten("b = a |> conv(16, kernel: 3x3, padding: 1, name: \"b\")\n"
                  "return (a + (b |> conv(16, kernel: 3x3, padding: 1, name: \"c\"))) |> max_pool(2x2)"),
      1u);
  // A channel that all read is a part of what would be overwritten.
  EXPECT_EQ(overwritten("m = a |> conv(1, kernel: 1x1, name: \"m\")\n"
                        "return min(concat(m, x |> conv(15, kernel: 1x1, name: \"n\")), m) |> max_pool(2x2)"),
            0u);
  // The window reads it around each result.
  EXPECT_EQ(overwritten("return a + (a |> conv(16, kernel: 3x3, padding: 1, name: \"c\")) |> max_pool(2x2)"),
            0u);
  // A later reader.
  EXPECT_EQ(overwritten("b = a |> conv(16, kernel: 3x3, padding: 1, name: \"b\")\n"
                        "c = a + (b |> conv(16, kernel: 3x3, padding: 1, name: \"c\"))\n"
                        "return (c: c |> max_pool(2x2), d: a |> max_pool(2x2))"),
            0u);
  // A result.
  EXPECT_EQ(overwritten("b = a |> conv(16, kernel: 3x3, padding: 1, name: \"b\")\n"
                        "c = a + (b |> conv(16, kernel: 3x3, padding: 1, name: \"c\"))\n"
                        "return (c: c |> max_pool(2x2), a: a)"),
            0u);
  // An input, and one number for many positions.
  EXPECT_EQ(
      overwritten("return ((a |> conv(16, kernel: 3x3, padding: 1, name: \"b\")) + x) |> max_pool(2x2)"), 0u);
  EXPECT_EQ(
      overwritten("w = v |> max_pool(1x3, stride: 1, padding: [0, 0, 1, 1])\n"
                  "return ((a |> conv(16, kernel: 3x3, padding: 1, name: \"b\")) * w) |> max_pool(2x2)"),
      0u);
}

TEST(Memory, OperandsOfAConcatAreComputedInTheirPlace) {
  Planned p("pipeline p(x: tensor[16, 8, 8]) -> tensor {\n"
            "a = x |> conv(16, kernel: 3x3, padding: 1, name: \"a\")\n"
            "b = x |> conv(32, kernel: 1x1, name: \"b\")\n"
            "return concat(a, b) |> conv(16, kernel: 3x3, padding: 1, name: \"d\") }");
  EXPECT_EQ(p.kernel("concat_1").layout, Layout::Blocked);
  EXPECT_EQ(p.copiesOf("concat_1"), 0u);
  EXPECT_TRUE(p.sameMemory("a", "b"));
  EXPECT_EQ(p.storage.itemRows(p.buffer("a")), 3); // blocks of the whole
  EXPECT_EQ(p.storage.itemRows(p.buffer("b")), 3);
  EXPECT_EQ(p.place("a").offset, Size(0));
  EXPECT_EQ(p.place("b").offset, Size(16 * 64));
  EXPECT_EQ(p.plan.constantElements, 48 * 64);
}

TEST(Memory, PartsOfBlocksAreConcatenatedInPlanes) {
  Planned p("pipeline p(x: tensor[3, 8, 8]) -> tensor {\n"
            "a = x |> conv(5, kernel: 3x3, padding: 1, name: \"a\")\n"
            "b = x |> conv(7, kernel: 3x3, padding: 1, name: \"b\")\n return concat(a, b) }");
  EXPECT_EQ(p.kernel("concat_1").layout, Layout::Planar);
  EXPECT_EQ(p.copiesOf("concat_1"), 0u);
  EXPECT_EQ(p.place("b").kind, Place::Output); // as the whole
  EXPECT_EQ(p.place("b").offset, Size(5 * 64));
  EXPECT_EQ(p.storage.itemRows(p.buffer("b")), 12);
  EXPECT_EQ(p.plan.constantElements, 0);
}

TEST(Memory, SomeOperandsOfAConcatAreCopied) {
  // An input, one that is there twice, one that is a result; only b is computed in its place.
  Planned p("pipeline p(x: tensor[3, 8, 8]) {\n"
            "a = x |> conv(5, kernel: 3x3, padding: 1, name: \"a\")\n"
            "b = x |> conv(7, kernel: 3x3, padding: 1, name: \"b\")\n"
            "c = x |> conv(4, kernel: 3x3, padding: 1, name: \"c\")\n"
            "return (r: concat(x, a, a, b, c), c: c) }");
  EXPECT_EQ(p.copiesOf("concat_1"), 4u);
  EXPECT_TRUE(p.sameMemory("b", "concat_1"));
  EXPECT_EQ(p.storage.firstChannel(p.buffer("b")), 3 + 5 + 5);
}

TEST(Memory, ConcatsLieInsideOneAnother) {
  Planned p("pipeline p(x: tensor[3, 8, 8]) -> tensor {\n"
            "a = x |> conv(5, kernel: 3x3, padding: 1, name: \"a\")\n"
            "b = x |> conv(7, kernel: 3x3, padding: 1, name: \"b\")\n"
            "c = concat(a, b)\n d = c |> conv(2, kernel: 3x3, padding: 1, name: \"d\")\n"
            "return concat(d, c) }");
  EXPECT_EQ(p.copiesOf("concat_1"), 0u);
  EXPECT_EQ(p.copiesOf("concat_2"), 0u);
  EXPECT_EQ(p.storage.firstChannel(p.buffer("b")), 2 + 5);
  EXPECT_EQ(p.storage.itemRows(p.buffer("b")), 14);
}

TEST(Memory, KernelsThatWriteIntoOneConcatAreShared) {
  Planned p("pipeline p(x: tensor[16, 8, 8]) -> tensor {\n"
            "a = x |> conv(16, kernel: 3x3, padding: 1, name: \"a\")\n"
            "b = x |> conv(16, kernel: 3x3, padding: 1, name: \"b\")\n"
            "c = concat(a, b) |> conv(16, kernel: 3x3, padding: 1, name: \"c\")\n"
            "d = c |> conv(16, kernel: 3x3, padding: 1, name: \"d\")\n return d |> max_pool(2x2) }");
  EXPECT_TRUE(p.program.loops.find("p.a"));
  EXPECT_FALSE(p.program.loops.find("p.b"));
  EXPECT_TRUE(p.program.loops.find("p.d")); // its items lie closer together
}

TEST(Memory, AnAliasOfAResultIsWrittenThere) {
  Planned p("pipeline p(x: tensor[3, 10, 10]) -> tensor { return x |> conv(5, kernel: 3x3, name: \"a\") |> "
            "flatten }");
  EXPECT_EQ(p.place("a").kind, Place::Output);
  EXPECT_TRUE(p.plan.copies.empty());
}
