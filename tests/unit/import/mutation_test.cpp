// Damaged files of every kind: whatever they say, reading them ends in numbers or in a diagnostic.
#include "weights_files.h"
#include <random>
#include <unistd.h>

namespace convoy::weights {
namespace {

using namespace test;

class Mutation : public TestWithFolder {
protected:
  // One to four changes: a bit, a byte, a piece that is left out, doubled or exchanged for a telling number.
  static Bytes changed(Bytes file, std::mt19937& random) {
    const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
    for (size_t change = 0, count = 1 + below(4); change < count && !file.empty(); ++change) {
      const size_t at = below(file.size()), length = std::min(file.size() - at, 1 + below(16));
      const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
      const auto end = begin + static_cast<std::ptrdiff_t>(length);
      switch (below(6)) {
      case 0: file[at] ^= static_cast<uint8_t>(1u << below(8)); break;
      case 1: file[at] = static_cast<uint8_t>(random()); break;
      case 2: file.erase(begin, end); break;
      case 3: {
        const Bytes piece(begin, end);
        file.insert(begin, piece.begin(), piece.end());
        break;
      }
      case 4: std::fill(begin, end, below(2) ? 0xFF : 0); break;
      case 5: file[at] = static_cast<uint8_t>("0123456789[]{},:\"-.e"[below(20)]); break;
      }
    }
    return file;
  }

  // Returns how many of the changed files were still read.
  size_t readAfterChanges(const Bytes& file, const std::string& name, const std::string& opened, int count) {
    std::mt19937 random(20);
    write(name, file);
    EXPECT_TRUE(readsAll(opened)) << "as it is";
    size_t read = 0;
    for (int i = 0; i < count; ++i) {
      unlink(path(name).c_str()); // a new file is not written to the disk at once, a changed one is
      write(name, changed(file, random));
      read += readsAll(opened);
    }
    return read;
  }
};

TEST_F(Mutation, Safetensors) {
  const size_t read = readAfterChanges(smallSafetensors(), "w", path("w"), 4000);
  EXPECT_GT(read, 10u) << "some hit numbers only";
  EXPECT_LT(read, 2000u) << "and most do not";
}

TEST_F(Mutation, Npz) {
  EXPECT_GT(readAfterChanges(smallNpz(), "w.npz", path("w.npz"), 3000), 0u);
  readAfterChanges(smallNpz(true), "w.npz", path("w.npz"), 3000);
}

TEST_F(Mutation, NpyFolder) {
  const size_t read = readAfterChanges(makeNpy({2, 3}, {1, 2, 3, 4, 5, 6}), "a.npy", folder, 4000);
  EXPECT_GT(read, 10u);
  EXPECT_LT(read, 2500u);
}

} // namespace
} // namespace convoy::weights
