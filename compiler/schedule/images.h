// The images of a program's interface, whose memory may hold bytes: which kernels take them so, and where
// planes are needed all the same (docs/decisions/bytes.md). Private to schedule/.
#pragma once
#include "schedule/storage.h"

namespace convoy::schedule {

// How a kernel takes bytes, when all of its images are bytes.
enum class BytesForm {
  Pixels,      // channels are taken out of vectors of pixels
  Interleaved, // a row of W pixels is W * C columns: nothing differs between channels. Or there is one channel
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

class Images {
public:
  Images(const graph::Graph& graph, const Schedule& schedule, const Storage& storage);

  std::vector<Image> all;
  // Which of them a kernel takes as bytes if it runs on bytes; empty: it never does.
  const std::vector<size_t>& ofKernel(size_t kernel) const { return ofKernel_[kernel]; }
  size_t kernelCount() const { return ofKernel_.size(); }
  BytesForm form(size_t kernel) const { return *forms_[kernel]; }
  std::optional<size_t> ofInput(size_t input) const { return find(true, input); }
  std::optional<size_t> ofOutput(size_t output) const { return find(false, output); }

private:
  std::optional<size_t> find(bool input, size_t number) const;
  std::vector<std::vector<size_t>> ofKernel_;
  std::vector<std::optional<BytesForm>> forms_;
};

// Whether `kernel` can take the images `bytes` (operands of its nodes, perhaps its result) as bytes, and how.
std::optional<BytesForm> bytesForm(const graph::Graph& graph, const Kernel& kernel,
                                   const std::vector<ValueId>& bytes);

} // namespace convoy::schedule
