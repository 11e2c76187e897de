#include "schedule/images.h"
#include <algorithm>
#include <map>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

namespace {

// Finds out what Images says.
class Finder {
public:
  Finder(const Graph& graph, const Schedule& schedule, const Storage& storage, std::vector<Image>& all)
      : graph_(graph), schedule_(schedule), storage_(storage), all_(all), ofKernel_(kernelCount()) {}

  std::vector<std::optional<BytesKernel>> run() {
    findImages();
    kernels_.resize(kernelCount());
    if (all_.empty()) return std::move(kernels_);
    findUses();
    findChains();
    if (schedule_.wholeNumbers) findWhole();
    for (size_t k = 0; k < kernelCount(); ++k) findForm(k);
    joinGroups();
    for (Image& image : all_) image.alwaysConverted |= image.direct.empty() || (image.input && image.shared);
    return std::move(kernels_);
  }

private:
  size_t kernelCount() const { return schedule_.kernels.size(); }
  const Kernel& kernel(size_t k) const { return schedule_.kernels[k]; }
  size_t pieceOf(ValueId value) const { return storage_.pieceOf({value, Layout::Planar}); }

  void findImages() {
    for (size_t i = 0; i < graph_.inputs.size(); ++i)
      if (graph_.value(graph_.inputs[i]).type.image != ImageKind::None)
        all_.push_back({true, i, graph_.inputs[i], false, {}, false, 0});
    for (size_t i = 0; i < graph_.outputs.size(); ++i)
      if (graph_.outputs[i].image != ImageKind::None &&
          storage_.pieces[pieceOf(graph_.outputs[i].value)].output == i)
        all_.push_back({false, i, graph_.outputs[i].value, false, {}, false, 0});
    // What is copied to a result is read as planes.
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      const size_t piece = pieceOf(graph_.outputs[i].value);
      if (storage_.pieces[piece].output == i) continue;
      for (Image& image : all_)
        if (pieceOf(image.value) == piece) {
          image.alwaysConverted = true;
          image.last = static_cast<int>(kernelCount());
        }
    }
  }

  // Which kernels read or write which images, themselves or what shares their memory.
  void findUses() {
    for (size_t k = 0; k < kernelCount(); ++k) {
      const Buffer result = resultBuffer(graph_, kernel(k));
      for (size_t i = 0; i < all_.size(); ++i) {
        Image& image = all_[i];
        const size_t piece = pieceOf(image.value);
        bool direct = !image.input && result == Buffer{image.value, Layout::Planar};
        bool touched = storage_.pieceOf(result) == piece;
        for (ValueId id : valuesRead(graph_, kernel(k))) {
          if (storage_.pieceOf(storage_.operandBuffer(kernel(k), id)) != piece) continue;
          touched = true;
          if (id != image.value)
            image.shared = true; // what the result is computed over, or another view of the input
          else if (image.input)
            direct = true;
          else
            image.alwaysConverted = true; // a result that others read
        }
        const Group* group = schedule_.groupOf(k);
        if (touched) image.last = std::max(image.last, static_cast<int>(group ? group->end() - 1 : k));
        if (direct) ofKernel_[k].push_back(i);
      }
    }
  }

  // ---- kernels that hand interleaved channels on ----

  std::set<ValueId> bytesOf(size_t k) const {
    std::set<ValueId> bytes;
    for (size_t i : ofKernel_[k])
      if (all_[i].input || !all_[i].alwaysConverted) bytes.insert(all_[i].value);
    return bytes;
  }
  bool writesPlanes(size_t k) const {
    return std::any_of(ofKernel_[k].begin(), ofKernel_[k].end(),
                       [&](size_t i) { return !all_[i].input && all_[i].alwaysConverted; });
  }

  // What a kernel reads and writes beside images, of several channels.
  std::vector<ValueId> between(size_t k) const {
    const std::set<ValueId> bytes = bytesOf(k);
    std::vector<ValueId> values = valuesRead(graph_, kernel(k));
    values.push_back(kernel(k).result());
    values.erase(std::remove_if(values.begin(), values.end(),
                                [&](ValueId id) {
                                  const TensorType& type = graph_.value(id).type;
                                  return bytes.count(id) || type.scalar || type.channels() == 1;
                                }),
                 values.end());
    return values;
  }

  // Values between kernels are interleaved where everybody who reads or writes them can do so.
  void findChains() {
    std::set<ValueId> interleaved;
    for (size_t k = 0; k < kernelCount(); ++k) interleaved.insert(kernel(k).result());
    for (const graph::Output& output : graph_.outputs) interleaved.erase(output.value);
    std::vector<bool> able(kernelCount(), true);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t k = 0; k < kernelCount(); ++k) {
        if (!able[k] || (!writesPlanes(k) && interleaves(graph_, kernel(k), bytesOf(k), interleaved)))
          continue;
        able[k] = false;
        changed = true;
        for (ValueId id : between(k)) interleaved.erase(id);
      }
    }
    // Chains, by their first kernel: all of them run on bytes, or none.
    std::map<ValueId, size_t> chainOf;
    std::vector<size_t> chain(kernelCount());
    for (size_t k = 0; k < kernelCount(); ++k) {
      chain[k] = k;
      if (!able[k]) continue;
      for (ValueId id : between(k)) {
        const size_t known = chainOf.insert({id, k}).first->second, from = chain[known], to = chain[k];
        for (size_t& c : chain)
          if (c == from || c == to) c = std::min(from, to);
      }
    }
    for (size_t k = 0; k < kernelCount(); ++k) {
      if (!able[k]) continue;
      std::set<size_t> images;
      for (size_t other = 0; other < kernelCount(); ++other)
        if (able[other] && chain[other] == chain[k])
          images.insert(ofKernel_[other].begin(), ofKernel_[other].end());
      if (images.empty()) continue;
      const std::vector<ValueId> values = between(k);
      kernels_[k] = {BytesForm::Interleaved,
                     {images.begin(), images.end()},
                     bytesOf(k),
                     {values.begin(), values.end()},
                     {}};
    }
  }

  // ---- whole numbers ----

  // All kernels of a group compute so, or none.
  void findWhole() {
    const auto others = kernels_;
    for (size_t k = 0; k < kernelCount(); ++k) findWhole(k);
    for (const Group& group : schedule_.groups) {
      bool all = true;
      for (size_t k = group.first; k < group.end(); ++k)
        all &= kernels_[k] && kernels_[k]->form >= BytesForm::Whole;
      for (size_t k = group.first; !all && k < group.end(); ++k) kernels_[k] = others[k];
    }
  }

  // The kernel's work from images to an image, together with that of the kernels whose results it alone
  // reads, in whole numbers where they can hold it.
  void findWhole(size_t k) {
    const std::set<ValueId> bytes = bytesOf(k);
    if (!bytes.count(kernel(k).result()) || graph_.value(kernel(k).result()).type.channels() > 4) return;
    std::vector<size_t> together{k};
    std::set<ValueId> all = bytes;
    for (size_t i = 0; i < together.size(); ++i)
      for (ValueId id : valuesRead(graph_, kernel(together[i]))) {
        if (graph_.value(id).kind != Value::Node) continue;
        const auto before = std::find_if(schedule_.kernels.begin(), schedule_.kernels.end(),
                                         [&](const Kernel& other) { return other.result() == id; });
        const auto other = static_cast<size_t>(before - schedule_.kernels.begin());
        if (other == kernelCount() || schedule_.groupOf(other) != schedule_.groupOf(k) ||
            !onlyReader(id, kernel(together[i])) || writesPlanes(other))
          return;
        together.push_back(other);
        for (ValueId image : bytesOf(other)) all.insert(image);
      }
    std::sort(together.begin(), together.end());
    together.erase(std::unique(together.begin(), together.end()), together.end());
    std::vector<ValueId> nodes;
    std::set<size_t> images;
    for (size_t one : together) {
      nodes.insert(nodes.end(), kernel(one).nodes.begin(), kernel(one).nodes.end());
      images.insert(ofKernel_[one].begin(), ofKernel_[one].end());
    }
    const auto whole = wholeWork(graph_, nodes, all);
    if (!whole) return;
    // A window of its own finds the largest byte in fewer steps, where it can.
    if (whole->maximum && (kernels_[k] || bytesForm(graph_, kernel(k), bytes))) return;
    for (size_t one : together)
      kernels_[one] = {one == k ? BytesForm::Whole : BytesForm::Within,
                       {images.begin(), images.end()},
                       one == k ? all : bytesOf(one),
                       {},
                       one == k ? whole : std::nullopt};
  }

  // No kernel but this one reads the value, and it is no result of the pipeline.
  bool onlyReader(ValueId id, const Kernel& reader) const {
    for (const graph::Output& output : graph_.outputs)
      if (output.value == id) return false;
    for (const Kernel& other : schedule_.kernels)
      if (&other != &reader && std::count(other.nodes.begin(), other.nodes.end(), id) == 0) {
        const std::vector<ValueId> read = valuesRead(graph_, other);
        if (std::count(read.begin(), read.end(), id)) return false;
      }
    return true;
  }

  // Those of a group run on bytes together.
  void joinGroups() {
    for (const Group& group : schedule_.groups) {
      std::set<size_t> images;
      for (size_t k = group.first; k < group.end(); ++k)
        if (kernels_[k]) images.insert(kernels_[k]->images.begin(), kernels_[k]->images.end());
      for (size_t k = group.first; k < group.end(); ++k)
        if (kernels_[k]) kernels_[k]->images.assign(images.begin(), images.end());
    }
  }

  // ---- each kernel by itself ----

  void findForm(size_t k) {
    if (!kernels_[k] && !ofKernel_[k].empty() && !writesPlanes(k))
      if (auto form = bytesForm(graph_, kernel(k), bytesOf(k)))
        kernels_[k] = {*form, ofKernel_[k], bytesOf(k), {}, {}};
    for (size_t i : ofKernel_[k])
      if (kernels_[k])
        all_[i].direct.push_back(k);
      else
        all_[i].alwaysConverted = true; // the kernel needs planes
  }

  const Graph& graph_;
  const Schedule& schedule_;
  const Storage& storage_;
  std::vector<Image>& all_;
  std::vector<std::vector<size_t>> ofKernel_; // images that it reads or writes itself
  std::vector<std::optional<BytesKernel>> kernels_;
};

} // namespace

Images::Images(const Graph& graph, const Schedule& schedule, const Storage& storage) {
  kernels = Finder(graph, schedule, storage, all).run();
}

std::optional<size_t> Images::find(bool input, size_t number) const {
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].input == input && all[i].number == number) return i;
  return std::nullopt;
}

} // namespace convoy::schedule
