#include "import/elements.h"
#include "weights_files.h"
#include <cmath>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy::weights {
namespace {

using namespace test;

class NpyFolder : public TestWithFolder {
protected:
  void put(const std::string& name, const std::string& element, const std::string& shape,
           const Bytes& content, bool fortranOrder = false) const {
    write(name, makeRawNpy("{'descr': '" + element + "', 'fortran_order': " +
                               (fortranOrder ? "True" : "False") + ", 'shape': " + shape + ", }",
                           content));
  }
  // The numbers of the only file, "a.npy"; what is wrong with it is added as a failure.
  std::vector<float> numbers(const std::vector<int64_t>& shape) const {
    DiagnosticEngine diags;
    const auto file = openWeights(folder, {}, diags);
    graph::Graph graph = graphWith({{"a", shape}});
    EXPECT_TRUE(file && applyWeights(graph, *file, Missing::Error, diags)) << textOf(diags);
    return numbersOf(graph, "a");
  }
};

TEST_F(NpyFolder, FilesAreNamedAfterTheirTensors) {
  write("a.b.weight.npy", makeNpy({2}, {1, 2}));
  write("notes.txt", textBytes("not looked at"));
  write(".npy", textBytes("not looked at"));
  ASSERT_EQ(mkdir(path("inner.npy").c_str(), 0777), 0);
  ASSERT_EQ(mkdir(path("deeper").c_str(), 0777), 0);
  write("deeper/c.npy", makeNpy({2}, {1, 2}));
  DiagnosticEngine diags;
  const auto file = openWeights(folder + "/", {}, diags);
  ASSERT_TRUE(file) << textOf(diags);
  ASSERT_EQ(file->store->tensors().size(), 1u);
  EXPECT_EQ(file->store->tensors()[0].name, "a.b.weight");
  EXPECT_EQ(file->store->files(), std::vector<std::string>{path("a.b.weight.npy")});
}

TEST_F(NpyFolder, Problems) {
  EXPECT_EQ(problemOf(folder), "there is no .npy file in this folder");
  write("a.npy", textBytes("PK"));
  EXPECT_EQ(problemOf(folder), "in 'a.npy': it is not an .npy file");
  put("a.npy", "<f4", "(2, 3)", Bytes(23));
  EXPECT_EQ(problemOf(folder), "in 'a.npy': the .npy data ends too early");
  put("a.npy", "<f8", "(2, 3)", Bytes(49));
  EXPECT_EQ(problemOf(folder), "in 'a.npy': it has 1 bytes more than its shape declares");
  put("a.npy", "<f4", "(9223372036854775807, 9223372036854775807)", Bytes(4));
  EXPECT_EQ(problemOf(folder), "in 'a.npy': its shape 9223372036854775807x9223372036854775807 is too large");
  unlink(path("a.npy").c_str());
  ASSERT_EQ(mkfifo(path("p\n.npy").c_str(), 0666), 0);
  EXPECT_EQ(problemOf(folder), "in 'p\\x0a.npy': it is no regular file") << "and nobody waits for it";
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0666), 0);
  EXPECT_EQ(problemOf(path("pipe")), "it is no regular file");
}

TEST_F(NpyFolder, OtherFiles) {
  EXPECT_EQ(problemOf(path("none")), "there is no such file or folder");
  EXPECT_EQ(problemOf(""), "the name is empty");
  EXPECT_EQ(problemOf("/dev/zero"), "it is no regular file");
  EXPECT_EQ(problemOf(write("a.npy", makeNpy({1}, {1}))),
            "an .npy file has one array without a name; give a folder of them, each named after its "
            "parameter, or an "
            ".npz file");
  EXPECT_EQ(problemOf(write("a.h5", textBytes("\x89HDF\r\n\x1a\n"))),
            "it is neither .safetensors nor .npz nor a folder of .npy files");
  EXPECT_EQ(problemOf(write("empty", {})), "it is neither .safetensors nor .npz nor a folder of .npy files");
}

TEST_F(NpyFolder, ElementTypes) {
  put("a.npy", "<f2", "(9,)",
      bytesOf<uint16_t>({0x0000, 0x8000, 0x3C00, 0xC500, 0x7BFF, 0x0001, 0x83FF, 0x0400, 0xFC00}));
  EXPECT_EQ(numbers({9}), (std::vector<float>{0, -0.0f, 1, -5, 65504, 0x1p-24f, -1023 * 0x1p-24f, 0x1p-14f,
                                              -std::numeric_limits<float>::infinity()}));
  EXPECT_TRUE(std::signbit(numbers({9})[1]));
  put("a.npy", "<f2", "(2,)", bytesOf<uint16_t>({0x7E00, 0xFC01}));
  for (float number : numbers({2})) EXPECT_TRUE(std::isnan(number));
  put("a.npy", "<f8", "(4,)", bytesOf<double>({1.0 + 0x1p-30, -INFINITY, 1e-300, 0x1.fffffefp127}));
  EXPECT_EQ(numbers({4}), (std::vector<float>{1, -INFINITY, 0, 0x1.fffffep127f})) << "rounded to nearest";
}

TEST_F(NpyFolder, BFloat16) {
  const Bytes stored = bytesOf<uint16_t>({0x3F80, 0xC0A0, 0x7F80, 0x0001});
  std::vector<float> out(4);
  EXPECT_EQ(widen(Element::BFloat16, stored.data(), stored.size(), out.data()), 0u);
  EXPECT_EQ(out, (std::vector<float>{1, -5, INFINITY, 0x1p-133f}));
}

TEST_F(NpyFolder, WhatIsBeyondFloat32IsAnError) {
  put("a.npy", "<f8", "(4,)", bytesOf<double>({1e39, -1e300, 1, INFINITY}));
  DiagnosticEngine diags;
  const auto file = openWeights(folder, {}, diags);
  ASSERT_TRUE(file);
  graph::Graph graph = graphWith({{"a", {4}}});
  EXPECT_FALSE(applyWeights(graph, *file, Missing::Error, diags));
  EXPECT_EQ(textOf(diags), "E0434: '" + folder +
                               "' has 2 numbers beyond the range of float32 for the parameter 'a'\n"
                               "  help: compiled code computes in float32, whose largest number is 3.4e38\n");
}

TEST_F(NpyFolder, FortranOrderIsTransposed) {
  // Columns one after another: 1 4, 2 5, 3 6.
  put("a.npy", "<f4", "(2, 3)", bytesOf<float>({1, 4, 2, 5, 3, 6}), true);
  EXPECT_EQ(numbers({2, 3}), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  put("a.npy", "<f8", "(2, 2, 2)", bytesOf<double>({0, 4, 2, 6, 1, 5, 3, 7}), true);
  EXPECT_EQ(numbers({2, 2, 2}), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}));
  put("a.npy", "<f4", "()", bytesOf<float>({3}), true);
  EXPECT_EQ(numbers({}), (std::vector<float>{3}));
}

TEST_F(NpyFolder, FilesThatChangeMeanwhile) {
  put("a.npy", "<f4", "(2,)", bytesOf<float>({1, 2}));
  DiagnosticEngine diags;
  const auto file = openWeights(folder, {}, diags);
  ASSERT_TRUE(file);
  graph::Graph graph = graphWith({{"a", {2}}});
  put("a.npy", "<f4", "(3,)", bytesOf<float>({1, 2, 3}));
  EXPECT_FALSE(applyWeights(graph, *file, Missing::Error, diags));
  unlink(path("a.npy").c_str());
  EXPECT_FALSE(applyWeights(graph, *file, Missing::Error, diags));
  const std::string start = "E0430: cannot read weights from '" + folder + "': tensor 'a': ";
  EXPECT_EQ(textOf(diags),
            start + "the file was changed while it was read\n" + start + "there is no such file or folder\n");
}

} // namespace
} // namespace convoy::weights
