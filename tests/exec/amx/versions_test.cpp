// A pipeline in two versions, one with matrix tiles and one without, as it is built for a processor with the
// unit. The test answers for processor and system; machine code with tiles runs on the unit or its emulator.
#include "command/benchmark.h"
#include "driver/pipeline.h"
#include "output/memory.h"
#include "tile_emulator.h"
#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <thread>

namespace convoy::amx {

namespace {

// Small whole numbers, and no kernel for Winograd, so that both versions give the same bits.
const char* const script = R"(
pipeline net(x: tensor[48, 9, 21]) -> tensor {
    return x |> conv(kernel: [[[[mod(f * 7 + c * 5 + y * 3 + x, 9) - 4 for x in 0..3] for y in 0..3]
                               for c in 0..48] for f in 0..40], dilation: 2, padding: 2) |> relu
}
)";

std::vector<int32_t> answers; // of the calls, in turn; the last one stays
std::atomic<size_t> asked{0};

int32_t answer(const uint64_t*, int32_t) { return answers[std::min(asked++, answers.size() - 1)]; }

class Versions : public testing::Test {
protected:
  void SetUp() override {
    if (installTileEmulator() == Tiles::None)
      GTEST_SKIP() << "no matrix unit for this process, and no AVX-512 to emulate it";
    options_.file = "net.cvy";
    compilation_ = std::make_unique<driver::Compilation>(options_, diags_);
    compilation_->open(script);
    compilation_->needsParameters = true;
    driver::PhaseTimes times;
    const Target tiles = targetWithTiles();
    ASSERT_TRUE(runVersions(*compilation_, {tiles, withoutMatrixUnit(tiles)}, times,
                            [](driver::Stage, const std::string&) {}))
        << renderText(*diags_.all().front(), false);
    compilation_->units.pop_back(); // what asks the processor
    asked = 0;
  }

  // The code, which has not chosen yet.
  const convoy_pipeline& load(std::vector<int32_t> itsAnswers) {
    answers = std::move(itsAnswers);
    asked = 0;
    std::map<std::string, const void*> symbols = weightsOf(*compilation_->description);
    symbols["convoy_choose_version"] = reinterpret_cast<const void*>(answer);
    code_ = std::make_unique<CodeInMemory>(compilation_->units, symbols);
    return *static_cast<const convoy_pipeline*>(code_->find("net_pipeline"));
  }

  std::vector<float> run(const convoy_pipeline& pipeline, int32_t threads) {
    auto runner = command::Runner::create(pipeline, threads, "");
    auto inputs = command::seededInputs(pipeline, {});
    if (!runner || !inputs) throw std::runtime_error("the pipeline cannot be run");
    auto* x = static_cast<float*>(const_cast<void*>((*inputs)[0].memory()));
    for (int i = 0; i < 48 * 9 * 21; ++i) x[i] = static_cast<float>(i * 13 % 17 - 8);
    auto bound = runner->bind(*inputs);
    if (!bound || bound->execute()) throw std::runtime_error("the pipeline refuses its inputs");
    const auto* y = static_cast<const float*>(bound->outputs[0].memory());
    return {y, y + 40 * 9 * 21};
  }

private:
  driver::Options options_;
  DiagnosticEngine diags_;
  std::unique_ptr<driver::Compilation> compilation_;
  std::unique_ptr<CodeInMemory> code_;
};

TEST_F(Versions, GiveTheSameAnswer) {
  const std::vector<float> given = run(load({0}), 1), refused = run(load({1}), 1);
  EXPECT_EQ(given, refused);
  EXPECT_GT(std::set<float>(given.begin(), given.end()).size(), 50u);
  EXPECT_EQ(run(load({0}), 3), given);
}

TEST_F(Versions, AreToldApartByWhatTheyNeed) {
  const convoy_pipeline& pipeline = load({0});
  ASSERT_EQ(pipeline.version_count, 2);
  EXPECT_EQ(pipeline.versions[0], targetWithTiles().instructionSets());
  EXPECT_EQ(pipeline.versions[1], withoutMatrixUnit(targetWithTiles()).instructionSets());
  EXPECT_EQ(convoy_choose_version(pipeline.versions, 2), installTileEmulator() == Tiles::Hardware ? 0 : 1);
  EXPECT_EQ(convoy_check_processor(&pipeline), CONVOY_OK);
  EXPECT_NE(load({0}).prepared_size(), load({1}).prepared_size()) << "weights are packed otherwise";
  EXPECT_EQ(load({-1}).prepared_size(), load({1}).prepared_size()) << "without an answer, the plainest";
}

TEST_F(Versions, AreChosenOnceForAllThreads) {
  const convoy_pipeline& pipeline = load({0, 1, 0, 1}); // the system changes its mind
  std::set<int64_t> sizes;
  std::vector<int64_t> ofThreads(16);
  std::vector<std::thread> threads;
  for (int64_t& size : ofThreads) threads.emplace_back([&] { size = pipeline.prepared_size(); });
  for (std::thread& t : threads) t.join();
  sizes.insert(ofThreads.begin(), ofThreads.end());
  sizes.insert(pipeline.prepared_size());
  EXPECT_EQ(sizes.size(), 1u);
  const size_t before = asked;
  EXPECT_GE(before, 1u);
  pipeline.prepared_size();
  EXPECT_EQ(asked, before);
}

} // namespace

} // namespace convoy::amx
