// The decoder beside libprotobuf: every file of ONNX's own test data, as it is and damaged.
#include "encoder.h"
#include "texts.h"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

namespace convoy::onnx {
namespace {

using namespace test;
namespace fs = std::filesystem;

std::vector<fs::path> filesOf(const std::string& extension, const fs::path& folder = CONVOY_ONNX_TESTDATA) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string contentOf(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Differential, Models) {
  const std::vector<fs::path> files = filesOf(".onnx");
  EXPECT_GT(files.size(), 1000u);
  for (const fs::path& file : files) {
    SCOPED_TRACE(file);
    kept::ModelProto expected;
    ASSERT_TRUE(expected.ParseFromString(contentOf(file)));
    Result<Model> model = readModel(file.string());
    ASSERT_TRUE(model) << model.error().text;
    EXPECT_EQ(textOf(*model), textOf(expected));
  }
}

// The files also have sequences and optional values, which are other messages: as tensors they are not well
// formed.
TEST(Differential, Tensors) {
  size_t tensors = 0, others = 0;
  for (const fs::path& file : filesOf(".pb")) {
    SCOPED_TRACE(file);
    kept::TensorProto proto;
    const std::optional<std::string> expected =
        proto.ParseFromString(contentOf(file)) ? textOf(proto) : std::nullopt;
    Result<Tensor> tensor = readTensor(file.string());
    ASSERT_EQ(static_cast<bool>(tensor), expected.has_value()) << (tensor ? "" : tensor.error().text);
    if (tensor) EXPECT_EQ(textOf(*tensor), expected);
    ++(tensor ? tensors : others);
  }
  EXPECT_GT(tensors, 3000u);
  EXPECT_LT(others, 100u);
}

// One to three changes: a bit, a byte, a number that may be a length, a piece that is left out or doubled,
// the end.
std::string changed(std::string file, std::mt19937& random) {
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  for (size_t change = 0, count = 1 + below(3); change < count && !file.empty(); ++change) {
    const size_t at = below(file.size()), length = 1 + below(16);
    switch (below(6)) {
    case 0: file[at] = static_cast<char>(file[at] ^ 1 << below(8)); break;
    case 1: file[at] = static_cast<char>(random()); break;
    case 2: file[at] = static_cast<char>(file[at] + (below(2) ? 1 : -1)); break;
    case 3: file.erase(at, length); break;
    case 4: file.insert(at, file.substr(at, length)); break;
    case 5: file.resize(at); break;
    }
  }
  return file;
}

// What both say of a damaged model: this decoder takes nothing that libprotobuf does not, and understands it
// alike.
struct Tally {
  size_t files = 0, taken = 0;

  void compare(const std::string& bytes) {
    ++files;
    Result<Model> model = readModel(std::make_shared<std::string>(bytes));
    if (!model) return;
    ++taken;
    kept::ModelProto expected;
    ASSERT_TRUE(expected.ParseFromString(bytes));
    ASSERT_EQ(textOf(*model), textOf(expected));
  }
};

// So many damaged versions of each file, after the file as it is.
void compareDamaged(Tally& tally, const std::vector<fs::path>& files, uint32_t versions) {
  for (const fs::path& path : files) {
    const std::string file = contentOf(path);
    if (file.size() > 10'000) continue;
    for (uint32_t seed = 0; seed <= versions && !testing::Test::HasFatalFailure(); ++seed) {
      SCOPED_TRACE(path.string() + ", seed " + std::to_string(seed));
      std::mt19937 random(seed);
      tally.compare(seed == 0 ? file : changed(file, random));
    }
  }
}

TEST(Differential, DamagedModels) {
  Tally tally;
  compareDamaged(tally, filesOf(".onnx"), 20);
  EXPECT_GT(tally.taken, tally.files / 20) << "some hit names and numbers only";
  EXPECT_LT(tally.taken, tally.files / 2) << "and most do not";
  std::cout << tally.taken << " of " << tally.files << " damaged models are still models\n";
}

// The fuzzer began with files that have every kind of attribute, tensor and value; most of what it found is
// refused.
TEST(Differential, DamagedCorpusOfTheFuzzer) {
  const fs::path corpus = CONVOY_ONNX_CORPUS;
  Tally whole, found;
  compareDamaged(whole, {corpus / "small", corpus / "attributes", corpus / "types", corpus / "values"}, 5000);
  EXPECT_GT(whole.taken, whole.files / 20);
  compareDamaged(found, filesOf("", corpus), 20);
  EXPECT_GT(found.taken, found.files / 200);
  std::cout << whole.taken << " of " << whole.files << " damaged beginnings and " << found.taken << " of "
            << found.files << " damaged finds are models\n";
}

TEST(Differential, DamagedTensors) {
  Tally tally;
  uint32_t seed = 0;
  for (const fs::path& path : filesOf(".pb")) {
    const std::string file = contentOf(path);
    if (file.size() > 2'000) continue;
    for (int i = 0; i < 10; ++i) {
      SCOPED_TRACE(path.string() + ", seed " + std::to_string(++seed));
      std::mt19937 random(seed);
      tally.compare(model(graphOf(Encoded().bytes(changed(file, random)))).str());
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(tally.taken, tally.files / 20);
  EXPECT_LT(tally.taken, tally.files * 4 / 5);
  std::cout << tally.taken << " of " << tally.files << " damaged tensors are still tensors\n";
}

} // namespace
} // namespace convoy::onnx
