// Classifies digits with digits.cvy, compiled when the program starts.
//
//   c++ -std=c++17 classify.cpp -lconvoy -o classify
//   ./classify digits.cvy heldout.npy probabilities.raw
//
// Prints the likeliest class of every digit; the third file, if named, gets all probabilities: float32, ten
// each.
#include <algorithm>
#include <convoy/convoy.h>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace {

constexpr std::int64_t pixels = 8 * 8, classes = 10;

// The float32 pictures of a .npy file that NumPy wrote: its header has 128 bytes.
std::vector<float> readDigits(const char* path) {
  std::ifstream file(path, std::ios::binary);
  file.ignore(128);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<float> digits(bytes.size() / sizeof(float) / pixels * pixels);
  std::memcpy(digits.data(), bytes.data(), digits.size() * sizeof(float));
  return digits;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: classify SCRIPT.cvy DIGITS.npy [PROBABILITIES.raw]\n";
    return 2;
  }
  auto compiled = convoy::compileFile(argv[1]);
  for (const convoy::Diagnostic& diagnostic : compiled.diagnostics()) std::cerr << diagnostic.rendered;
  if (!compiled) return 1;

  const std::vector<float> digits = readDigits(argv[2]);
  const std::int64_t count = static_cast<std::int64_t>(digits.size()) / pixels;
  std::vector<float> probabilities(count * classes);
  const convoy::View<const float, 4> input(digits.data(), {count, 1, 8, 8});
  const convoy::View<float, 2> output(probabilities.data(), {count, classes});
  if (convoy::Status status = compiled->run({{"digit", input}}, {{"result", output}}); !status) {
    std::cerr << status.message() << "\n";
    return 1;
  }

  for (std::int64_t i = 0; i < count; ++i) {
    const float* row = &output(i, 0);
    const float* best = std::max_element(row, row + classes);
    std::printf("%d %.4f\n", static_cast<int>(best - row), *best);
  }
  if (argc > 3) {
    std::ofstream file(argv[3], std::ios::binary);
    file.write(reinterpret_cast<const char*>(probabilities.data()), probabilities.size() * sizeof(float));
    if (!file.flush()) {
      std::cerr << argv[3] << ": cannot be written\n";
      return 1;
    }
  }
  return 0;
}
