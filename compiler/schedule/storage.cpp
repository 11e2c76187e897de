#include "schedule/strips.h"
#include "schedule/tile_window.h"
#include "schedule/winograd.h"
#include <algorithm>
#include <set>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

Size spatialSize(const TensorType& type) {
  Size size = 1;
  for (int axis = 0; axis < type.spatialRank(); ++axis) size = size * type.spatial(axis);
  return size;
}

Size Frame::rows(const TensorType& type) const {
  return type.spatialRank() > 1 ? type.spatial(type.spatialRank() - 2) : Size(1);
}

Size Frame::positions(const TensorType& type) const {
  if (!any()) return spatialSize(type);
  return ofRows(type, rows(type) + (before + after));
}

namespace {

// In a layout: channels, or blocks of channels.
int64_t rowsOf(const TensorType& type, Layout layout, int64_t lanes) {
  if (!inBlocks(layout)) return type.channels();
  return blocksOf(type.channels(), layout, lanes) * partsOf(layout);
}

} // namespace

std::vector<ValueId> valuesRead(const Graph& graph, const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Reorder) return {kernel.anchor()};
  std::set<ValueId> own(kernel.nodes.begin(), kernel.nodes.end());
  std::vector<ValueId> read;
  for (ValueId node : kernel.nodes)
    for (ValueId operand : graph.value(node).operands)
      if (graph.value(operand).kind != Value::Parameter && own.insert(operand).second)
        read.push_back(operand);
  return read;
}

Buffer resultBuffer(const Graph& graph, const Kernel& kernel) {
  return {kernel.result(), layoutFor(kernel.resultLayout(), graph.value(kernel.result()).type)};
}

Buffer Storage::operandBuffer(const Kernel& kernel, ValueId operand) const {
  if (auto needed = neededLayout(graph_, schedule_, kernel, operand))
    return {operand, layoutFor(*needed, graph_.value(operand).type)};
  // A conversion that runs later is of no use here.
  const auto writer = inBlocks_.find(operand);
  const bool there = writer != inBlocks_.end() && writer->second < &kernel;
  return {operand, there ? Layout::Blocked : Layout::Planar};
}

Storage::Storage(const Graph& graph, const Schedule& schedule) : graph_(graph), schedule_(schedule) {
  for (const Kernel& kernel : schedule.kernels)
    if (const Buffer result = resultBuffer(graph, kernel); result.layout == Layout::Blocked)
      inBlocks_.insert({result.value, &kernel});
  findFrames();
  findAliases();
  findParts();
  findRings();
  findLives();
  makePieces();
}

Storage::~Storage() = default;

Buffer Storage::holder(Buffer buffer) const {
  for (;;) {
    if (auto alias = aliases_.find(buffer); alias != aliases_.end())
      buffer = alias->second;
    else if (auto part = parts_.find(buffer); part != parts_.end())
      buffer = part->second.whole;
    else
      return buffer;
  }
}

int64_t Storage::firstChannel(Buffer buffer) const {
  int64_t channel = 0;
  for (auto part = parts_.find(buffer); part != parts_.end(); part = parts_.find(part->second.whole))
    channel += part->second.firstChannel;
  return channel;
}

int64_t Storage::itemRows(Buffer buffer) const {
  // Not through aliases: they have other channels than their operand, which is never a part.
  for (auto part = parts_.find(buffer); part != parts_.end(); part = parts_.find(buffer))
    buffer = part->second.whole;
  return rowsOf(graph_.value(buffer.value).type, buffer.layout, schedule_.lanes);
}

const Frame& Storage::frame(Buffer buffer) const {
  static const Frame none;
  auto it = frames_.find(buffer);
  return it == frames_.end() ? none : it->second;
}

Size Storage::itemElements(Buffer buffer) const {
  const TensorType& type = graph_.value(buffer.value).type;
  const int64_t units =
      inBlocks(buffer.layout) ? blockUnits(type.channels(), buffer.layout, schedule_.lanes) : 1;
  return plane(buffer) * (itemRows(buffer) * units);
}

// Rows of planes begin at lines of the cache, and those near each other compete for different places in the
// first one: their distance is no power of two.
Size Storage::pitch(Buffer buffer) const {
  const Size width = graph_.value(buffer.value).type.dims.back();
  if (inBlocks(buffer.layout) || !isRing(buffer)) return width;
  constexpr int64_t turn = 256, rest = 80, line = 16;
  const Size apart = Size::ceilDiv(Size::max(width - rest, 0), turn) * turn + rest;
  return Size::min(apart, Size::ceilDiv(width, line) * (2 * line)); // short rows are few places anyway
}

Size Storage::plane(Buffer buffer) const {
  if (const auto ring = rings_.find(holder(buffer)); ring != rings_.end())
    return frame(buffer).any() ? frame(buffer).ofRows(graph_.value(buffer.value).type, ring->second.rows)
                               : pitch(buffer) * ring->second.rows;
  return frame(buffer).positions(graph_.value(buffer.value).type);
}

bool Storage::inGroup(const Kernel& kernel) const {
  const auto number = static_cast<size_t>(&kernel - schedule_.kernels.data());
  return schedule_.groupOf(number) != nullptr;
}

bool Storage::isPart(const Kernel& concat, ValueId operand) const {
  auto part = parts_.find(operandBuffer(concat, operand));
  return part != parts_.end() && part->second.whole == resultBuffer(graph_, concat);
}

bool Storage::overwrites(const Kernel& kernel, Buffer operand) const {
  auto it = overwritten_.find(resultBuffer(graph_, kernel));
  return it != overwritten_.end() && it->second == operand;
}

bool Storage::isOutput(ValueId value) const {
  return std::any_of(graph_.outputs.begin(), graph_.outputs.end(),
                     [&](const graph::Output& o) { return o.value == value; });
}

// The widest padding of all windows that read it.
void Storage::findFrames() {
  for (const Kernel& kernel : schedule_.kernels) {
    if (!readsFrame(graph_, kernel)) continue;
    const Value& anchor = graph_.value(kernel.anchor());
    Frame& frame = frames_[operandBuffer(kernel, anchor.operands[0])];
    if (kernel.layout == Layout::Int8) frame.fill = storedZero(graph_, anchor);
    const int64_t joined = kernel.algorithm == Algorithm::Tiles
                               ? joinedTaps(graph_.value(anchor.operands[0]).type.channels(), kernel.layout)
                               : 1;
    for (const TileWindow& window : tileWindowsOf(graph_, anchor)) {
      // Taps that are joined are read whole.
      const int64_t more = (joined - window.columns.kernel % joined) % joined;
      frame.gap = std::max({frame.gap, window.columns.before, window.columns.after + more});
      frame.before = std::max(frame.before, window.rows.before);
      frame.after = std::max(frame.after, window.rows.after);
    }
  }
}

void Storage::findAliases() {
  for (const Kernel& kernel : schedule_.kernels)
    if (kernel.algorithm == Algorithm::Alias)
      aliases_.insert(
          {resultBuffer(graph_, kernel), operandBuffer(kernel, graph_.value(kernel.anchor()).operands[0])});
}

// Operands that nothing prevents: nobody wants them elsewhere (inputs, results, what an alias or another
// concat has) and they are there once.
void Storage::findParts() {
  std::set<Buffer> elsewhere;
  for (ValueId input : graph_.inputs) elsewhere.insert({input, Layout::Planar});
  for (const graph::Output& output : graph_.outputs) elsewhere.insert({output.value, Layout::Planar});
  for (const auto& [alias, operand] : aliases_) elsewhere.insert(alias), elsewhere.insert(operand);

  for (const Kernel& kernel : schedule_.kernels) {
    if (kernel.algorithm != Algorithm::Concat) continue;
    const Value& concat = graph_.value(kernel.anchor());
    const Buffer whole = resultBuffer(graph_, kernel);
    int64_t channel = 0;
    for (ValueId id : concat.operands) {
      const Value& operand = graph_.value(id);
      const Buffer buffer = operandBuffer(kernel, id);
      // Sizes of two names are equal only if the caller keeps to it; a copy stays inside its own.
      bool fits = buffer.layout == whole.layout && spatialSize(operand.type) == spatialSize(concat.type) &&
                  std::count(concat.operands.begin(), concat.operands.end(), id) == 1;
      // In blocks a part is whole blocks.
      if (whole.layout == Layout::Blocked)
        fits &= channel % schedule_.lanes == 0 && operand.type.channels() % schedule_.lanes == 0;
      if (fits && operand.kind == Value::Node && elsewhere.insert(buffer).second)
        parts_.insert({buffer, {whole, channel}});
      channel += operand.type.channels();
    }
  }
}

// What is written and read in one group only.
void Storage::findRings() {
  if (schedule_.groups.empty()) return;
  constexpr size_t outside = SIZE_MAX;
  std::map<Buffer, size_t> usedIn; // the group
  auto use = [&](Buffer buffer, size_t group) {
    const auto [known, isNew] = usedIn.insert({holder(buffer), group});
    if (!isNew && known->second != group) known->second = outside;
  };
  for (ValueId input : graph_.inputs) use({input, Layout::Planar}, outside);
  for (const graph::Output& o : graph_.outputs) use({o.value, Layout::Planar}, outside);
  for (size_t i = 0; i < schedule_.kernels.size(); ++i) {
    const Kernel& kernel = schedule_.kernels[i];
    const Group* group = schedule_.groupOf(i);
    const size_t number = group ? static_cast<size_t>(group - schedule_.groups.data()) : outside;
    use(resultBuffer(graph_, kernel), number);
    for (ValueId id : valuesRead(graph_, kernel)) use(operandBuffer(kernel, id), number);
  }
  for (size_t g = 0; g < schedule_.groups.size(); ++g) {
    const Group& group = schedule_.groups[g];
    std::vector<StripKernel> kernels;
    std::vector<const StripKernel*> all;
    for (size_t i = group.first; i < group.end(); ++i)
      kernels.push_back(stripKernel(graph_, schedule_.kernels[i], *this));
    for (const StripKernel& kernel : kernels) all.push_back(&kernel);
    strips_.push_back(std::make_unique<Strips>(all, group.rows, [&](Buffer buffer) {
      const auto used = usedIn.find(buffer);
      return used != usedIn.end() && used->second == g;
    }));
    if (strips_.back()->fault().empty()) strips_.back()->findRoom();
    for (const Ring& ring : strips_.back()->rings) rings_[ring.holder] = {g, std::max<int64_t>(ring.rows, 1)};
    if (strips_.back()->fault().empty()) findAhead(g, kernels);
  }
}

// The last separable kernel whose rows are those of the value, one by one.
void Storage::findAhead(size_t group, const std::vector<StripKernel>& kernels) {
  const size_t first = schedule_.groups[group].first;
  std::set<Buffer> known; // what the group computes, and what is asked for
  for (const StripKernel& kernel : kernels) known.insert(kernel.result);
  for (size_t reader = 0; reader < kernels.size(); ++reader)
    for (const StripKernel::Read& read : kernels[reader].reads) {
      if (read.buffer.layout != Layout::Planar || !read.need.rows || !known.insert(read.buffer).second)
        continue;
      for (size_t i = kernels.size(); i-- > reader + 1;) {
        const Kernel& kernel = schedule_.kernels[first + i];
        const Value& anchor = graph_.value(kernel.anchor());
        if (kernel.algorithm != Algorithm::Separable || ahead_.count(first + i) ||
            anchor.type.dims != graph_.value(read.buffer.value).type.dims ||
            !isRing(operandBuffer(kernel, anchor.operands[0])))
          continue;
        if (const auto rows = strips_[group]->rowsAhead(i, reader, read.need.rows->end))
          ahead_[first + i] = {read.buffer.value, *rows};
        break;
      }
    }
}

std::optional<Storage::Ahead> Storage::ahead(const Kernel& kernel) const {
  const auto known = ahead_.find(static_cast<size_t>(&kernel - schedule_.kernels.data()));
  return known == ahead_.end() ? std::nullopt : std::optional(known->second);
}

void Storage::findLives() {
  for (size_t i = 0; i < schedule_.kernels.size(); ++i) {
    const Kernel& kernel = schedule_.kernels[i];
    // The kernels of a group take turns.
    const Group* group = schedule_.groupOf(i);
    const int last = static_cast<int>(group ? group->end() - 1 : i);
    lastUse_[holder(resultBuffer(graph_, kernel))] = last;
    for (ValueId id : valuesRead(graph_, kernel)) lastUse_[holder(operandBuffer(kernel, id))] = last;
  }
  // Copied, or read by the caller, after all kernels.
  for (const graph::Output& o : graph_.outputs)
    lastUse_[holder({o.value, Layout::Planar})] = static_cast<int>(schedule_.kernels.size());
}

// An operand of the kernel's element-wise layers that the result may take the place of: each element is read
// where it is written, by the unit that writes it, and by nobody afterwards.
std::optional<Buffer> Storage::dyingOperand(size_t number) const {
  if (schedule_.groupOf(number)) return std::nullopt; // some of its rows may be computed again
  const Kernel& kernel = schedule_.kernels[number];
  const Buffer result = resultBuffer(graph_, kernel);
  // The anchor too reads each element where it is written, and no other after that.
  const OpForm form = opInfo(graph_.value(kernel.anchor()).op).form;
  const bool inPlace = kernel.algorithm == Algorithm::Standardize ||
                       (kernel.algorithm == Algorithm::Pointwise && form == OpForm::Elementwise);
  if (!inPlace && kernel.algorithm != Algorithm::Pointwise && kernel.algorithm != Algorithm::Window &&
      kernel.algorithm != Algorithm::Tiles && kernel.algorithm != Algorithm::Winograd &&
      kernel.algorithm != Algorithm::Transposed && kernel.algorithm != Algorithm::Separable &&
      kernel.algorithm != Algorithm::Dense && kernel.algorithm != Algorithm::Integer)
    return std::nullopt;
  if (!(holder(result) == result) || pieceOf_.count(result)) return std::nullopt;
  const TensorType& type = graph_.value(result.value).type;
  const std::vector<ValueId>& atAnchor = graph_.value(kernel.anchor()).operands;
  const std::vector<ValueId> read = valuesRead(graph_, kernel);
  for (ValueId id : read) {
    const Value& operand = graph_.value(id);
    // What a window or a dense layer reads is needed for other elements too.
    if (!inPlace && std::count(atAnchor.begin(), atAnchor.end(), id)) continue;
    const Buffer buffer = operandBuffer(kernel, id);
    if (operand.kind != Value::Node || buffer.layout != result.layout || operand.type.scalar ||
        !(frame(buffer) == frame(result)) || operand.type.dims != type.dims || parts_.count(buffer))
      continue;
    const size_t held = pieceOf(buffer);
    // A part of a concat, read beside the whole, may be needed for other elements.
    const bool readOtherwise = std::any_of(read.begin(), read.end(), [&](ValueId other) {
      return other != id && pieceOf(operandBuffer(kernel, other)) == held;
    });
    if (!readOtherwise && !pieces[held].input && pieces[held].last == static_cast<int>(number)) return buffer;
  }
  return std::nullopt;
}

void Storage::makePieces() {
  auto addElements = [&](Buffer buffer, const Size& elements, int first) -> Piece& {
    Piece piece;
    piece.elements = elements;
    piece.first = piece.last = first;
    pieceOf_[buffer] = pieces.size();
    pieces.push_back(piece);
    return pieces.back();
  };
  auto add = [&](Buffer buffer, int first) -> Piece& {
    return addElements(buffer, itemElements(buffer), first);
  };
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    Piece& piece = add({graph_.inputs[i], Layout::Planar}, -1);
    piece.input = i;
    piece.last = static_cast<int>(schedule_.kernels.size());
  }
  for (size_t i = 0; i < schedule_.kernels.size(); ++i) {
    const Buffer result = resultBuffer(graph_, schedule_.kernels[i]), holds = holder(result);
    const Group* group = schedule_.groupOf(i);
    if (auto operand = dyingOperand(i)) {
      overwritten_.insert({result, *operand});
      pieceOf_[result] = pieceOf(*operand);
    } else if (!pieceOf_.count(holds)) {
      Piece& piece = add(holds, static_cast<int>(group ? group->first : i));
      if (const auto ring = rings_.find(holds); ring != rings_.end()) piece.ringOf = ring->second.group;
    }
    int& last = pieces[pieceOf_[holds]].last;
    last = std::max(last, lastUse_.at(holds));
    const Kernel& kernel = schedule_.kernels[i];
    if (kernel.algorithm == Algorithm::Winograd && kernel.order == Order::Filters)
      addElements(scratchOf(result.value),
                  WinogradShape(graph_, kernel, schedule_.lanes).transformedNumbers(), static_cast<int>(i));
  }
  for (size_t i = 0; i < graph_.outputs.size(); ++i) {
    Piece& piece = pieces[pieceOf({graph_.outputs[i].value, Layout::Planar})];
    if (!piece.input && !piece.output) piece.output = i;
  }
}

} // namespace convoy::schedule
