// The images of a program's interface, whose memory may hold bytes: which kernels take them so, and where
// planes are needed all the same (docs/decisions/bytes.md). Private to schedule/.
#pragma once
#include "schedule/bytes_whole.h"
#include "schedule/storage.h"
#include <set>

namespace convoy::schedule {

// How a kernel takes bytes.
enum class BytesForm {
  Pixels,      // channels are taken out of vectors of pixels
  Interleaved, // a row of W pixels is W * C columns: nothing differs between channels. Or there is one
               // channel
  Whole,       // interleaved, and computed in whole numbers of 16 bits from image to image (bytes_whole.h)
  Within,      // by a later kernel that is Whole, together with its own work
};

// An input, or a result that is not a copy of something.
struct Image {
  bool input;
  size_t number; // of the graph's inputs or outputs
  ValueId value;
  // Planes are made of its bytes, or bytes of its planes: whatever the other images are; else unless the
  // kernels `direct` all run on bytes.
  bool alwaysConverted = false;
  std::vector<size_t> direct;
  // Of a result: its memory also holds what it is computed over, so that it is not the caller's when that
  // holds bytes.
  bool shared = false;
  int last = 0; // the last kernel that reads or writes its planes; the number of kernels: a copy does
};

// A kernel that can run on bytes. Those that hand interleaved float32 on to one another do so together.
struct BytesKernel {
  BytesForm form;
  std::vector<size_t> images;    // it does when these are all bytes
  std::set<ValueId> bytes;       // those of them that it reads or writes
  std::set<ValueId> interleaved; // what it reads or writes beside them is float32 in the order of bytes
  std::optional<WholeWork> whole = std::nullopt;
};

class Images {
public:
  Images(const graph::Graph& graph, const Schedule& schedule, const Storage& storage);

  std::vector<Image> all;
  std::vector<std::optional<BytesKernel>> kernels; // of the schedule
  std::optional<size_t> ofInput(size_t input) const { return find(true, input); }
  std::optional<size_t> ofOutput(size_t output) const { return find(false, output); }

private:
  std::optional<size_t> find(bool input, size_t number) const;
};

// Whether `kernel` can take the images `bytes` (operands of its nodes, perhaps its result) as bytes, and how.
std::optional<BytesForm> bytesForm(const graph::Graph& graph, const Kernel& kernel,
                                   const std::set<ValueId>& bytes);
// Whether it can do so with interleaved channels, where the values `interleaved` are float32 in that order.
bool interleaves(const graph::Graph& graph, const Kernel& kernel, const std::set<ValueId>& bytes,
                 const std::set<ValueId>& interleaved);

} // namespace convoy::schedule
