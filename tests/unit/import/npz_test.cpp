#include "weights_files.h"

namespace convoy::weights {
namespace {

using namespace test;

class Npz : public TestWithFolder {
protected:
  std::string problem(const Bytes& file) const { return problemOf(write("w.npz", file)); }
  // What reading the numbers of [2, 3] tensor "a" says.
  std::string readingProblem(const ZipEntry& entry) const {
    DiagnosticEngine diags;
    const auto file = openWeights(write("w.npz", makeZip({entry})), {}, diags);
    if (!file) return textOf(diags);
    graph::Graph graph = graphWith({{"a", {2, 3}}});
    applyWeights(graph, *file, Missing::Error, diags);
    return textOf(diags);
  }
};

const Bytes six = makeNpy({2, 3}, {1, 2, 3, 4, 5, 6});

TEST_F(Npz, StoredAndDeflated) {
  for (bool deflated : {false, true}) {
    DiagnosticEngine diags;
    const auto file = openWeights(write("w.npz", smallNpz(deflated)), {}, diags);
    ASSERT_TRUE(file) << textOf(diags);
    graph::Graph graph = graphWith({{"a", {2, 3}}, {"b.bias", {1}}});
    EXPECT_TRUE(applyWeights(graph, *file, Missing::Error, diags));
    EXPECT_EQ(textOf(diags), "");
    EXPECT_EQ(numbersOf(graph, "a"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(numbersOf(graph, "b.bias"), (std::vector<float>{0.5}));
  }
}

TEST_F(Npz, MoreThanOnePiece) {
  std::vector<float> numbers(700'001);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
  const auto count = static_cast<int64_t>(numbers.size());
  DiagnosticEngine diags;
  const auto file =
      openWeights(write("w.npz", makeZip({{"a.npy", makeNpy({count}, numbers), true}})), {}, diags);
  ASSERT_TRUE(file) << textOf(diags);
  graph::Graph graph = graphWith({{"a", {count}}});
  EXPECT_TRUE(applyWeights(graph, *file, Missing::Error, diags));
  EXPECT_EQ(numbersOf(graph, "a"), numbers);
}

TEST_F(Npz, NamesWithAndWithoutNpy) {
  DiagnosticEngine diags;
  const auto file =
      openWeights(write("w.npz", makeZip({{"x/", {}}, {"x/a", six}, {"b.npy.npy", six}})), {}, diags);
  ASSERT_TRUE(file) << textOf(diags);
  ASSERT_EQ(file->store->tensors().size(), 2u);
  EXPECT_EQ(file->store->tensors()[0].name, "x/a");
  EXPECT_EQ(file->store->tensors()[1].name, "b.npy");
}

TEST_F(Npz, Entries) {
  EXPECT_EQ(problem(makeZip({})), "");
  EXPECT_EQ(problem(makeZip({{"a.npy", six}, {"a", six}})), "two of its tensors are named 'a'");
  EXPECT_EQ(problem(makeZip({{"a.npy", six}, {"a.npy", six}})), "two of its tensors are named 'a'");
  ZipEntry secret{"a.npy", six};
  secret.encrypted = true;
  EXPECT_EQ(problem(makeZip({secret})), "in its entry 'a.npy': it is encrypted");
  ZipEntry odd{"a.npy", six};
  odd.method = 77;
  EXPECT_EQ(problem(makeZip({odd})),
            "in its entry 'a.npy': it is packed in a way that is not known, or damaged");
  EXPECT_EQ(problem(makeZip({{"read\x1b.txt", textBytes("hello, world, and all")}})),
            "in its entry 'read\\x1b.txt': it is not an .npy file");
  EXPECT_EQ(problem(makeZip({{"a", {}}})), "in its entry 'a': it is not an .npy file");
  EXPECT_EQ(problem(makeZip({{std::string(1025, 'x'), six}})), "a tensor's name is longer than 1024 bytes");
  EXPECT_EQ(
      problem(makeZip({{"net/data.pkl", textBytes("x")}})),
      "it is a file of torch.save, which holds Python objects; safetensors.torch.save_file writes one that "
      "can be read");
  EXPECT_EQ(problem(textBytes("PK\3\4 and nothing else")), "the archive is damaged");
  EXPECT_EQ(problem({}), "the archive is damaged");
}

TEST_F(Npz, TooManyEntries) {
  std::vector<ZipEntry> entries;
  for (int i = 0; i < 65535; ++i) entries.push_back({"x/", {}});
  EXPECT_EQ(problem(makeZip(entries)), "") << "folders only";
}

TEST_F(Npz, DeclaredSizes) {
  ZipEntry entry{"a.npy", six, true};
  entry.declaredSize = 0xFFFFFFF0u;
  EXPECT_EQ(readingProblem(entry).rfind("E0430: cannot read weights from", 0), 0u);
  EXPECT_NE(readingProblem(entry).find(
                "in its entry 'a.npy': it has 4294967128 bytes more than its shape declares"),
            std::string::npos)
      << readingProblem(entry);
  // The directory and the shape agree on 4 GB, but there is next to nothing.
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,), }";
  ZipEntry bomb{"a.npy", makeRawNpy(header, Bytes(24)), true};
  bomb.declaredSize = static_cast<uint32_t>(bomb.content.size() - 24 + 4'000'000'000u);
  EXPECT_EQ(readingProblem(bomb), "E0432: '" + path("w.npz") +
                                      "' has another shape for 1 parameter of 'net'\n" +
                                      "  'a' [2, 3] is [1000000000] in the file\n");
}

TEST_F(Npz, DamagedContent) {
  const std::string damaged =
      "E0430: cannot read weights from '" + path("w.npz") + "': tensor 'a': the archive is damaged\n";
  ZipEntry checksum{"a.npy", six, true};
  checksum.checksum = 1;
  EXPECT_EQ(readingProblem(checksum), damaged);
  ZipEntry shorter{"a.npy", Bytes(six.begin(), six.end() - 4), true};
  shorter.declaredSize = static_cast<uint32_t>(six.size());
  EXPECT_EQ(readingProblem(shorter), damaged);
  ZipEntry longer{"a.npy", six + Bytes(4), true};
  longer.declaredSize = static_cast<uint32_t>(six.size());
  EXPECT_EQ(readingProblem(longer), damaged);
}

TEST_F(Npz, TruncationAtEveryByte) {
  const Bytes whole = smallNpz(true);
  convoy::test::expectTruncationsFail(whole, [&](const Bytes& part) { return problem(part).empty(); });
}

} // namespace
} // namespace convoy::weights
