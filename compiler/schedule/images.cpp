#include "schedule/images.h"
#include <algorithm>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

Images::Images(const Graph& graph, const Schedule& schedule, const Storage& storage)
    : ofKernel_(schedule.kernels.size()), forms_(schedule.kernels.size()) {
  const int end = static_cast<int>(schedule.kernels.size());
  auto pieceOf = [&](ValueId value) { return storage.pieceOf({value, Layout::Planar}); };
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    if (graph.value(graph.inputs[i]).type.image != ImageKind::None)
      all.push_back({true, i, graph.inputs[i], false, {}, false, 0});
  for (size_t i = 0; i < graph.outputs.size(); ++i)
    if (graph.outputs[i].image != ImageKind::None &&
        storage.pieces[pieceOf(graph.outputs[i].value)].output == i)
      all.push_back({false, i, graph.outputs[i].value, false, {}, false, 0});

  // What is copied to a result is read as planes.
  std::vector<bool> copied(storage.pieces.size(), false);
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const size_t piece = pieceOf(graph.outputs[i].value);
    if (storage.pieces[piece].output != i) copied[piece] = true;
  }
  for (Image& image : all) {
    image.alwaysConverted = copied[pieceOf(image.value)];
    if (image.alwaysConverted) image.last = end;
  }

  for (size_t k = 0; k < schedule.kernels.size(); ++k) {
    const Kernel& kernel = schedule.kernels[k];
    const Buffer result = resultBuffer(graph, kernel);
    std::vector<ValueId> values; // that are images, if the kernel runs on bytes
    for (size_t i = 0; i < all.size(); ++i) {
      Image& image = all[i];
      const size_t piece = pieceOf(image.value);
      bool direct = false, touched = false;
      if (!image.input && result == Buffer{image.value, Layout::Planar}) direct = !image.alwaysConverted;
      if (storage.pieceOf(result) == piece) touched = true;
      for (ValueId id : valuesRead(graph, kernel)) {
        const Buffer operand = operandBuffer(graph, schedule, kernel, id);
        if (storage.pieceOf(operand) != piece) continue;
        touched = true;
        if (id != image.value)
          image.shared = true; // what the result is computed over, or another view of the input
        else if (image.input)
          direct = true;
        else
          image.alwaysConverted = true; // a result that others read
      }
      if (touched) image.last = std::max(image.last, static_cast<int>(k));
      if (direct) ofKernel_[k].push_back(i), values.push_back(image.value);
    }
    if (!values.empty()) forms_[k] = bytesForm(graph, schedule, kernel, values);
    // A kernel that cannot do so needs planes.
    for (size_t i : ofKernel_[k])
      if (forms_[k])
        all[i].direct.push_back(k);
      else
        all[i].alwaysConverted = true;
    if (!forms_[k]) ofKernel_[k].clear();
  }
  // A result that others read is not written as bytes; nor is any other image of that kernel read so then.
  for (size_t k = 0; k < schedule.kernels.size(); ++k) {
    auto written = [&](size_t i) { return !all[i].input && all[i].alwaysConverted; };
    if (std::none_of(ofKernel_[k].begin(), ofKernel_[k].end(), written)) continue;
    for (size_t i : ofKernel_[k]) all[i].alwaysConverted = true;
    ofKernel_[k].clear();
    forms_[k].reset();
  }
  for (Image& image : all) image.alwaysConverted |= image.direct.empty() || (image.input && image.shared);
}

std::optional<size_t> Images::find(bool input, size_t number) const {
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].input == input && all[i].number == number) return i;
  return std::nullopt;
}

std::optional<BytesForm> bytesForm(const Graph& graph, const Schedule& schedule, const Kernel& kernel,
                                   const std::vector<ValueId>& bytes) {
  (void)graph, (void)schedule, (void)kernel, (void)bytes;
  return std::nullopt;
}

} // namespace convoy::schedule
