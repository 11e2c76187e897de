// Elements of tensors in files beside the model, right ones and wrong ones.
#include "encoder.h"
#include "test_files.h"
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace convoy::onnx {
namespace {

using namespace std::string_literals;
using namespace test;
namespace fs = std::filesystem;

Encoded entry(std::string_view key, std::string_view value) {
  return Encoded().message(13, Encoded().text(1, key).text(2, value));
}

// TensorProto of float32, in an external file.
Encoded external(std::string_view location, const std::vector<int64_t>& dims, std::string_view offset = "",
                 std::string_view length = "", std::string_view name = "w") {
  Encoded encoded = tensor(DataType::Float, dims, name);
  encoded.integer(14, 1).bytes(entry("location", location).str());
  if (!offset.empty()) encoded.bytes(entry("offset", offset).str());
  if (!length.empty()) encoded.bytes(entry("length", length).str());
  return encoded;
}

class External : public convoy::test::TestWithFolder {
protected:
  // The model is in folder/m, the numbers 0, 1, 2, 3 in folder/m/w.bin and in folder/outside.bin.
  void SetUp() override {
    TestWithFolder::SetUp();
    fs::create_directories(path("m/sub"));
    const std::string numbers = bytesOf<float>({0, 1, 2, 3});
    for (const char* name : {"m/w.bin", "m/sub/w.bin", "outside.bin"}) writeText(name, numbers);
  }
  void writeText(const std::string& name, const std::string& text) const {
    write(name, convoy::test::Bytes(text.begin(), text.end()));
  }

  Result<Model> read(const Encoded& graph) const {
    writeText("m/model.onnx", model(graph).str());
    return readModel(path("m/model.onnx"));
  }
  std::string problem(const Encoded& tensor) const {
    Result<Model> model = read(graphOf(tensor));
    const std::string prefix = "tensor 'w': ", text = model ? "" : model.error().text;
    return text.rfind(prefix, 0) == 0 ? text.substr(prefix.size()) : text;
  }
  std::vector<float> numbers(const Encoded& tensor) const {
    Result<Model> model = read(graphOf(tensor));
    if (!model) return ADD_FAILURE() << model.error().text, std::vector<float>();
    return model->graph.initializers.at(0).floats();
  }
};

TEST_F(External, OffsetAndLength) {
  EXPECT_EQ(numbers(external("w.bin", {4})), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(numbers(external("w.bin", {2}, "4")), (std::vector<float>{1, 2}));
  EXPECT_EQ(numbers(external("w.bin", {1, 1}, "12", "4")), (std::vector<float>{3}));
  EXPECT_EQ(numbers(external("./sub//w.bin", {2}, "8", "8")), (std::vector<float>{2, 3}));
  EXPECT_EQ(numbers(external("w.bin", {0}, "16", "0")), (std::vector<float>{}));
  EXPECT_EQ(numbers(external("w.bin", {1}).bytes(entry("checksum", "0").str())), (std::vector<float>{0}));
}

TEST_F(External, LinksInsideTheFolder) {
  fs::create_symlink("sub/w.bin", path("m/inner"));
  fs::create_directory_symlink("sub", path("m/folder"));
  EXPECT_EQ(numbers(external("inner", {1}, "4")), (std::vector<float>{1}));
  EXPECT_EQ(numbers(external("folder/w.bin", {1}, "4")), (std::vector<float>{1}));
}

TEST_F(External, InTheCurrentFolderAndThroughALink) {
  writeText("m/model.onnx", model(graphOf(external("w.bin", {4}))).str());
  fs::create_directory_symlink("m", path("link"));
  EXPECT_TRUE(readModel(path("link/model.onnx")));
  const fs::path before = fs::current_path();
  fs::current_path(path("m"));
  EXPECT_TRUE(readModel("model.onnx"));
  fs::current_path(before);
}

TEST_F(External, SharedPartsAreReadOnce) {
  Result<Model> model =
      read(graphOf(external("w.bin", {4})).message(5, external("./w.bin", {2, 2}, "0", "16", "v")));
  ASSERT_TRUE(model) << model.error().text;
  EXPECT_EQ(model->graph.initializers[0].bytes.data(), model->graph.initializers[1].bytes.data());
  model->graph.initializers.erase(model->graph.initializers.begin());
  EXPECT_EQ(model->graph.initializers[0].floats(), (std::vector<float>{0, 1, 2, 3})) << "they live on";
}

TEST_F(External, TensorsInFilesOfTheirOwn) {
  const Encoded typed = tensor(DataType::Float, {2}).fixed<float>(4, {1, 2});
  writeText("m/input_0.pb", typed.str());
  Result<Tensor> tensor = readTensor(path("m/input_0.pb"));
  ASSERT_TRUE(tensor) << tensor.error().text;
  EXPECT_EQ(tensor->name, "w");
  EXPECT_EQ(tensor->floats(), (std::vector<float>{1, 2}));
  writeText("m/input_1.pb", external("w.bin", {4}).str());
  EXPECT_TRUE(readTensor(path("m/input_1.pb")));
  writeText("m/input_2.pb", Encoded(typed).real(4, 3).str());
  EXPECT_EQ(readTensor(path("m/input_2.pb")).error().text,
            "tensor 'w': as [2] of float32 it needs 2 values in float_data, but it has 3");
}

TEST_F(External, ModelsThatAreNoFiles) {
  EXPECT_EQ(readModel(path("none.onnx")).error().text, "there is no such file or folder");
  EXPECT_EQ(readModel(path("m")).error().text, "it is a folder");
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(readModel(path("fifo")).error().text, "it is no regular file");
  writeText("large", "");
  ASSERT_EQ(::truncate(path("large").c_str(), (int64_t{2} << 30) + 1), 0);
  EXPECT_EQ(readModel(path("large")).error().text, "it has more than 2 GB");
}

TEST_F(External, OutsideOfTheFolder) {
  const std::string only = ": it may only be in the folder of the model";
  EXPECT_EQ(problem(external("../outside.bin", {4})), "in its file '../outside.bin'" + only);
  EXPECT_EQ(problem(external("sub/../w.bin", {4})), "in its file 'sub/../w.bin'" + only);
  EXPECT_EQ(problem(external("..", {4})), "in its file '..'" + only);
  EXPECT_EQ(problem(external(path("m/w.bin"), {4})), "in its file '" + path("m/w.bin") + "'" + only);
  EXPECT_EQ(problem(external("w.bin\0x"s, {4})), R"(in its file 'w.bin\x00x': the name has a zero byte)");
}

TEST_F(External, LinksOutOfTheFolder) {
  fs::create_symlink("../outside.bin", path("m/out"));
  fs::create_directory_symlink("..", path("m/up"));
  fs::create_symlink("circle", path("m/circle"));
  const std::string leads = ": it is a link that leads out of the folder of the model";
  EXPECT_EQ(problem(external("out", {4})), "in its file 'out'" + leads);
  EXPECT_EQ(problem(external("up/outside.bin", {4})), "in its file 'up/outside.bin'" + leads);
  EXPECT_EQ(problem(external("circle", {4})), "in its file 'circle': its links lead in a circle");
  // A folder whose name begins with the model's is another.
  fs::create_directories(path("m2"));
  writeText("m2/w.bin", bytesOf<float>({0, 1, 2, 3}));
  fs::create_symlink("../m2/w.bin", path("m/neighbour"));
  EXPECT_EQ(problem(external("neighbour", {4})), "in its file 'neighbour'" + leads);
}

TEST_F(External, NoRegularFiles) {
  ASSERT_EQ(::mkfifo(path("m/fifo").c_str(), 0600), 0);
  EXPECT_EQ(problem(external("fifo", {4})), "in its file 'fifo': it is no regular file");
  EXPECT_EQ(problem(external("sub", {4})), "in its file 'sub': it is a folder");
  EXPECT_EQ(problem(external(".", {4})), "in its file '.': it is a folder");
  EXPECT_EQ(problem(external("none", {4})), "in its file 'none': there is no such file or folder");
  EXPECT_EQ(problem(external("w.bin/x", {4})), "in its file 'w.bin/x': a part of the path is not a folder");
}

TEST_F(External, PlacesThatAreNotInTheFile) {
  EXPECT_EQ(problem(external("w.bin", {5})), "in its file 'w.bin': bytes 0 to 20 are wanted, but it has 16");
  EXPECT_EQ(problem(external("w.bin", {4}, "1")),
            "in its file 'w.bin': bytes 1 to 17 are wanted, but it has 16");
  EXPECT_EQ(
      problem(external("w.bin", {1}, "9223372036854775807")),
      "in its file 'w.bin': bytes 9223372036854775807 to 9223372036854775811 are wanted, but it has 16");
  EXPECT_EQ(problem(external("w.bin", {0}, "17")),
            "in its file 'w.bin': bytes 17 to 17 are wanted, but it has 16");
  EXPECT_EQ(problem(external("w.bin", {4}, "", "12")), "as [4] of float32 it needs 16 bytes, but it has 12");
  EXPECT_EQ(problem(external("w.bin", {int64_t{1} << 40})),
            "in its file 'w.bin': bytes 0 to 4398046511104 are wanted, but it has 16");
  const std::string noNumber = "its offset or length in an external file is no number";
  for (const char* offset : {"-4", "0x4", "4 ", "18446744073709551616"})
    EXPECT_EQ(problem(external("w.bin", {1}, offset)), noNumber) << offset;
  EXPECT_EQ(problem(external("w.bin", {1}, "0", "four")), noNumber);
}

TEST_F(External, PlacesThatAreWrong) {
  EXPECT_EQ(problem(external("", {4})), "its elements are in an external file without a name");
  EXPECT_EQ(problem(external(std::string(5000, 'n'), {4})), "the name of its external file is too long");
  EXPECT_EQ(problem(external("w.bin", {1}).real(4, 1)), "it has its elements twice");
  EXPECT_EQ(problem(external("w.bin", {1}).text(9, "1234")), "it has its elements twice");
  EXPECT_EQ(problem(tensor(DataType::String, {1}).integer(14, 1).bytes(entry("location", "w.bin").str())),
            "its strings are in an external file");
  EXPECT_EQ(problem(external(std::string(300, 'n'), {4})),
            "in its file '" + std::string(300, 'n') + "': the name is too long");
}

// A small file cannot be read into much memory, part by part.
TEST_F(External, OverlappingParts) {
  Encoded graph;
  for (int64_t i = 0; i < 3; ++i)
    graph.message(5, external("w.bin", {2}, std::to_string(4 * i), "", "t" + std::to_string(i)));
  EXPECT_EQ(read(graph).error().text, "tensor 't2': in its file 'w.bin': tensors overlap in it");
}

// Nor can one that has nothing but holes.
TEST_F(External, TooLarge) {
  constexpr int64_t size = (int64_t{16} << 30) + 4;
  writeText("m/holes.bin", "");
  ASSERT_EQ(::truncate(path("m/holes.bin").c_str(), size), 0);
  EXPECT_EQ(problem(external("holes.bin", {size / 4})),
            "in its file 'holes.bin': external files have too many bytes");
}

} // namespace
} // namespace convoy::onnx
