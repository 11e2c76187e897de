// Code with matrix tiles: their registers through loops and shapes, and what it makes of the unit's state,
// which belongs to its thread and may be configured for something else when a call begins.
#include "convoy/runtime.h"
#include "mode_test.h"
#include <gtest/gtest.h>
#include <numeric>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace convoy::texts {

namespace {

class TilesTest : public ModeTest {
protected:
  static CompiledText compile(const std::string& text) {
    return {"tiles", text, GetParam().cpu, GetParam().optimize};
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, TilesTest,
                         testing::Values(Mode{withTiles, 3}, Mode{withTiles, 0}, Mode{"native", 3},
                                         Mode{"x86-64-v2", 0}),
                         nameOf);

// A product of i8, 5 x 8 n by 8 n x 7, in four parts whose tiles have eight shapes: each a register of its
// own. Rows of `a` are 24 bytes apart, `b` lies as [k / 4][j][k % 4].
std::string productText() {
  std::string text;
  auto part = [&](int rows, int columns, int row, int column) {
    auto number = [](int n) { return std::to_string(n); };
    const std::string id = number(row) + number(column), shape = "tile<" + number(rows) + "x";
    text += "%z" + id + " = tile.zero " + shape + number(columns) + "xi32>\n";
    text += "%s" + id + " = for %i = 0 to %n carry (%c = %z" + id + ") {\n";
    text += "%x = tile.load " + shape + "8xi8> %a[%i * 8 + " + number(row * 24) + "], 24\n";
    text += "%y = tile.load tile<2x" + number(columns * 4) + "xi8> %b[%i * 56 + " + number(column * 4) +
            "], 28\n";
    text += "%t = tile.mac %c, %x, %y\nyield %t\n}\n";
    text += "tile.store %s" + id + ", i32 %out[" + number(row * 7 + column) + "], 28\n";
  };
  part(3, 4, 0, 0);
  part(3, 3, 0, 4);
  part(2, 4, 3, 0);
  part(2, 3, 3, 4);
  return "export func @f(%n: i64, %a: ptr, %b: ptr, %out: ptr) {\n" + text + "return }";
}

TEST_P(TilesTest, HaveManyShapes) {
  CompiledText code = compile(productText());
  for (int64_t n : {0, 1, 3}) { // a loop that does not turn leaves zeros
    int8_t a[5][24], b[6][7][4];
    int32_t out[5][7];
    for (int i = 0; i < 5 * 24; ++i) a[i / 24][i % 24] = static_cast<int8_t>(i * 31 - 40);
    for (int i = 0; i < 6 * 28; ++i) b[i / 28][i / 4 % 7][i % 4] = static_cast<int8_t>(i * 17 + 5);
    code.function<void(int64_t, const void*, const void*, void*)>("f")(n, a, b, out);
    for (int i = 0; i < 5; ++i)
      for (int j = 0; j < 7; ++j) {
        int32_t sum = 0;
        for (int k = 0; k < 8 * n; ++k) sum += a[i][k] * b[k / 4][j][k % 4];
        EXPECT_EQ(out[i][j], sum) << n << ": " << i << ", " << j;
      }
  }
}

// Adds the 4 x 4 products of unit `begin` to `end` - 1 to sums that begin at 1000.
const char* const squares = R"(
  func @squares(%begin: i64, %end: i64, %in: ptr, %out: ptr) {
    for %u = %begin to %end {
      %c = tile.load tile<4x4xi32> %out[%u * 16], 16
      %x = tile.load tile<4x4xu8> %in[%u * 16], 4
      %y = tile.load tile<1x16xi8> %in[%u * 16], 16
      %t = tile.mac %c, %x, %y
      tile.store %t, i32 %out[%u * 16], 16
    }
    return
  }
  func @half(%begin: i64, %end: i64, %in: ptr, %out: ptr) {
    %z = tile.zero tile<2x4xi32>
    for %u = %begin to %end { tile.store %z, i32 %out[%u * 16 + 8], 16 }
    return
  }
  export func @f(%executor: ptr, %count: i64, %in: ptr, %out: ptr) {
    parallel %executor, %count, 1, @squares(%in, %out)
    call @half(0, 1, %in, %out)
    return
  }
)";

void expectSquares(const std::vector<uint8_t>& in, const std::vector<int32_t>& out) {
  for (size_t i = 0; i < out.size(); ++i) {
    int32_t sum = 1000;
    const size_t unit = i / 16 * 16, row = i / 4 % 4, column = i % 4;
    for (size_t k = 0; k < 4; ++k) sum += in[unit + 4 * row + k] * in[unit + 4 * column + k];
    EXPECT_EQ(out[i], i >= 8 && i < 16 ? 0 : sum) << i;
  }
}

// Each range on a thread of its own, which has never seen a tile.
void onThreads(void*, void (*body)(void*, int64_t, int64_t), void* context, int64_t count, int64_t) {
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < count; ++i) threads.emplace_back([=] { body(context, i, i + 1); });
  for (std::thread& t : threads) t.join();
}

class Squares {
public:
  explicit Squares(const CompiledText& code) : code_(code), in_(64) { std::iota(in_.begin(), in_.end(), 1); }
  void run(const convoy_executor* executor = nullptr) const {
    std::vector<int32_t> out(in_.size(), 1000);
    code_.function<void(const convoy_executor*, int64_t, const uint8_t*, int32_t*)>("f")(
        executor, static_cast<int64_t>(in_.size() / 16), in_.data(), out.data());
    expectSquares(in_, out);
  }

private:
  const CompiledText& code_;
  std::vector<uint8_t> in_; // at most 127: the same in both signs
};

TEST_P(TilesTest, BelongToTheirThread) {
  CompiledText code = compile(squares);
  const Squares program(code);
  program.run();
  const convoy_executor executor{onThreads, nullptr, 4};
  program.run(&executor);
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 20; ++k) program.run();
    });
  for (std::thread& t : callers) t.join();
}

// Convoy's own threads, which a child has none of.
TEST_P(TilesTest, SurviveAFork) {
  CompiledText code = compile(squares);
  const Squares program(code);
  convoy_pool* pool = convoy_pool_create(3);
  program.run(convoy_pool_executor(pool));
  const pid_t child = fork();
  if (child == 0) {
    program.run();
    program.run(convoy_pool_executor(pool));
    convoy_pool* own = convoy_pool_create(3);
    program.run(convoy_pool_executor(own));
    _exit(HasFailure() ? 1 : 0);
  }
  int ended = 1;
  ASSERT_EQ(waitpid(child, &ended, 0), child);
  EXPECT_EQ(ended, 0);
  program.run(convoy_pool_executor(pool));
  convoy_pool_destroy(pool);
}

#if defined(__x86_64__)
class UnitTest : public TilesTest {};
INSTANTIATE_TEST_SUITE_P(Modes, UnitTest, testing::Values(Mode{withTiles, 3}, Mode{withTiles, 0}), nameOf);

struct alignas(64) Config {
  uint8_t bytes[64] = {};
};

void useTiles(const Config& c) { __asm__ volatile("ldtilecfg %0" : : "m"(c)); }
Config tilesNow() {
  Config c;
  __asm__ volatile("sttilecfg %0" : "=m"(c));
  return c;
}

// As C's calling convention has it: tiles are the callee's to use, so code that keeps some over a call saves
// them. Ours may meet any configuration, and leaves none.
TEST_P(UnitTest, MeetsForeignTiles) {
  CompiledText code = compile(squares);
  const Squares program(code);
  Config foreign; // tile 0 has 1 row of 4 bytes, tile 7 is what no code of ours wants
  foreign.bytes[0] = 1;
  foreign.bytes[16] = 4, foreign.bytes[48] = 1;
  foreign.bytes[16 + 14] = 12, foreign.bytes[48 + 7] = 5;
  useTiles(foreign);
  program.run();
  EXPECT_EQ(tilesNow().bytes[0], 0) << "the unit is released";

  // An executor that uses tiles itself, on the calling thread, before and after each range.
  auto withTilesOfItsOwn = [](void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                              int64_t) {
    for (int64_t i = 0; i < count; ++i) {
      useTiles(*static_cast<const Config*>(self));
      body(context, i, i + 1);
      useTiles(*static_cast<const Config*>(self));
    }
  };
  const convoy_executor executor{withTilesOfItsOwn, &foreign, 1};
  program.run(&executor);
  EXPECT_EQ(tilesNow().bytes[0], 0);
}
#endif

} // namespace

} // namespace convoy::texts
