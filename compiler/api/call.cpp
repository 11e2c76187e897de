#include "api/call.h"
#include <algorithm>
#include <cstring>

namespace convoy::api {

namespace {

// Pictures and what a picture can be given to.
bool takesBytes(const convoy_port& port) {
  if (port.rank == 0) return false;
  const int64_t channels = port.constants[0];
  return port.image_channels > 0 || (port.rank == 3 && (channels == 1 || channels == 3 || channels == 4));
}

// The extents of one item.
const int64_t* itemExtents(const AnyView& view, const convoy_port& port) {
  return view.extents + (view.rank - port.rank);
}

int64_t roundedUp(int64_t bytes) {
  return (bytes + CONVOY_ALIGNMENT - 1) / CONVOY_ALIGNMENT * CONVOY_ALIGNMENT;
}

} // namespace

std::string shapeText(const int64_t* extents, int rank) {
  std::string text;
  for (int axis = 0; axis < rank; ++axis) text += (axis ? " x " : "") + std::to_string(extents[axis]);
  return text;
}

Status checkType(const Program& program, size_t number, const AnyView& view) {
  const convoy_port& port = program.port(number);
  const std::string called = program.called(number);
  if (!program.isInput(number) && !view.writable)
    return {StatusCode::Argument, called + ": the view is const"};
  if (view.type == ElementType::UInt8 && !takesBytes(port))
    return {StatusCode::Argument,
            called +
                ": 8-bit elements are for images and for tensors with 1, 3 or 4 channels, height and width"};
  if (program.isScalar(number)) {
    if (view.rank <= 1) return {};
    return {StatusCode::Shape,
            called + " is one number, but the view has " + std::to_string(view.rank) + " dimensions"};
  }
  if (view.rank == 0) return {StatusCode::Shape, called + " is a tensor, but gets a number"};
  if (view.rank == port.rank || view.rank == port.rank + 1) return {};
  return {StatusCode::Shape, called + ": the view has " + std::to_string(view.rank) +
                                 " dimensions, but must have " + std::to_string(port.rank) + ", or " +
                                 std::to_string(port.rank + 1) + " with a batch in front"};
}

Status bindSizes(const Program& program, const std::vector<const int64_t*>& extents, BoundSizes& bound) {
  const convoy_pipeline& code = program.code();
  std::vector<int32_t> ranks;
  for (int32_t i = 0; i < code.input_count; ++i) ranks.push_back(code.inputs[i].rank);
  bound.sizes.assign(static_cast<size_t>(code.size_count), 0);
  convoy_failure failure{};
  if (convoy_bind_sizes(&code, extents.data(), ranks.data(), bound.sizes.data(), &failure) != CONVOY_OK)
    return statusOf(code, failure);
  size_t rankSum = 0;
  for (int32_t i = 0; i < code.output_count; ++i) rankSum += static_cast<size_t>(code.outputs[i].rank);
  bound.outputExtents.assign(rankSum, 0);
  const int32_t failed = code.check(bound.sizes.data(), bound.outputExtents.data());
  if (failed >= 0) return statusOf(code, {CONVOY_ERROR_CHECK, -1, -1, failed, 0, 0});
  return {};
}

// ---- shapes ----

Status Call::fit(const AnyView* views) {
  arguments_.assign(program_.portCount(), {});
  scratch_ = {};
  for (size_t i = 0; i < arguments_.size(); ++i) arguments_[i].view = views[i];
  if (Status status = checkBatch(views); !status) return status;
  std::vector<const int64_t*> extents;
  for (size_t i = 0; i < inputCount(); ++i) extents.push_back(itemExtents(views[i], program_.port(i)));
  if (Status status = bindSizes(program_, extents, bound_); !status) return status;
  if (Status status = checkOutputs(); !status) return status;
  for (size_t i = 0; i < arguments_.size(); ++i)
    if (Status status = checkStrides(i); !status) return status;
  return {};
}

bool Call::fits(const AnyView* views) const {
  for (size_t i = 0; i < arguments_.size(); ++i) {
    const AnyView& known = arguments_[i].view;
    if (std::memcmp(known.extents, views[i].extents, sizeof known.extents) != 0 ||
        std::memcmp(known.strides, views[i].strides, sizeof known.strides) != 0)
      return false;
  }
  return true;
}

// One number of items for all but scalars. A view without a batch is one item.
Status Call::checkBatch(const AnyView* views) {
  std::optional<size_t> first;
  for (size_t i = 0; i < arguments_.size(); ++i) {
    if (program_.isScalar(i)) {
      if (views[i].rank == 0 || views[i].extents[0] == 1) continue;
      return {StatusCode::Shape,
              program_.called(i) + " is one number, but the view has " + std::to_string(views[i].extents[0])};
    }
    const int64_t items = views[i].rank > program_.port(i).rank ? views[i].extents[0] : 1;
    if (items < 0)
      return {StatusCode::Shape, program_.called(i) + " has a batch of " + std::to_string(items)};
    if (!first) first = i, batch_ = items;
    if (items != batch_)
      return {StatusCode::Shape, program_.called(i) + " has a batch of " + std::to_string(items) + ", but " +
                                     program_.called(*first) + " has " + std::to_string(batch_)};
  }
  return {};
}

Status Call::checkOutputs() {
  const int64_t* wanted = bound_.outputExtents.data();
  for (size_t i = inputCount(); i < arguments_.size(); wanted += program_.port(i++).rank) {
    const int rank = program_.port(i).rank;
    const int64_t* given = itemExtents(arguments_[i].view, program_.port(i));
    if (!std::equal(given, given + rank, wanted))
      return {StatusCode::Shape, program_.called(i) + " is " + shapeText(given, rank) +
                                     ", but the result is " + shapeText(wanted, rank)};
  }
  return {};
}

Status Call::checkStrides(size_t i) {
  Argument& argument = arguments_[i];
  constexpr int64_t mostElements = int64_t{1} << 45; // 2^47 bytes as float32
  const int64_t elements = elementCount(argument.view);
  AnyView atZero = argument.view;
  atZero.data = nullptr;
  if (elements < 0 || elements > mostElements || !api::rangeOf(atZero, argument.reach))
    return {StatusCode::TooLarge, program_.called(i) + " is too large"};
  if (elements > 0 && !program_.isInput(i) && !isInjective(argument.view))
    return {StatusCode::Argument,
            program_.called(i) + ": elements share memory, or a stride is not positive"};
  argument.bytes = program_.port(i).image_channels > 0 && isDensePicture(argument.view);
  argument.copied = elements > 0 && !argument.bytes && !isDense(argument.view);
  return {};
}

// ---- memory ----

MemoryRange Call::rangeOf(size_t i, const AnyView& view) const {
  const auto data = reinterpret_cast<uintptr_t>(view.data);
  const MemoryRange& reach = arguments_[i].reach;
  return {data + reach.begin, data + reach.end};
}

Status Call::checkMemory(const AnyView* views, Overlap overlap) {
  if (batch_ == 0) return {};
  for (size_t i = 0; i < arguments_.size(); ++i) {
    if (!views[i].data) return {StatusCode::Argument, program_.called(i) + " is null"};
    if (views[i].type == ElementType::Float32 &&
        reinterpret_cast<uintptr_t>(views[i].data) % alignof(float) != 0)
      return {StatusCode::Argument, program_.called(i) + " is not aligned to 4 bytes"};
  }
  for (size_t i = inputCount(); i < arguments_.size(); ++i) {
    const MemoryRange range = rangeOf(i, views[i]);
    for (size_t other = 0; other < i; ++other) {
      if (!range.overlaps(rangeOf(other, views[other]))) continue;
      if (!program_.isInput(other) || overlap == Overlap::Refuse)
        return {StatusCode::Argument, program_.called(i) + " overlaps " + program_.called(other)};
      arguments_[i].copied = true;
    }
  }
  return {};
}

Status Call::allocate() {
  elements_.clear();
  for (const Argument& argument : arguments_)
    elements_.push_back(argument.bytes && !argument.copied ? CONVOY_UINT8 : CONVOY_FLOAT32);
  workspaceBytes_ =
      program_.code().workspace_size(bound_.sizes.data(), batch_, program_.threads(), elements_.data());
  if (workspaceBytes_ < 0) return statusOf(CONVOY_ERROR_OVERFLOW);
  int64_t bytes = roundedUp(workspaceBytes_);
  for (Argument& argument : arguments_) {
    if (!argument.copied) continue;
    argument.planesAt = bytes;
    bytes += roundedUp(elementCount(argument.view) * static_cast<int64_t>(sizeof(float)));
  }
  inputs_.resize(inputCount());
  outputs_.resize(arguments_.size() - inputCount());
  if (bytes == 0) return {};
  scratch_ = Memory(program_.allocator(), bytes);
  if (!scratch_.data()) return statusOf(CONVOY_ERROR_MEMORY);
  if (!scratch_.isAligned()) return {StatusCode::Argument, "the allocator's memory is misaligned"};
  return {};
}

int32_t Call::execute(const AnyView* views, const convoy_executor* executor) {
  for (size_t i = 0; i < arguments_.size(); ++i) {
    void* data = arguments_[i].copied ? planes(arguments_[i]) : views[i].data;
    if (i >= inputCount()) {
      outputs_[i - inputCount()] = data;
      continue;
    }
    inputs_[i] = data;
    if (arguments_[i].copied) copyIn(views[i], static_cast<float*>(data), executor);
  }
  const convoy_call call{bound_.sizes.data(), batch_,          inputs_.data(),  outputs_.data(),
                         program_.prepared(), scratch_.data(), workspaceBytes_, executor,
                         elements_.data()};
  if (const int32_t status = program_.code().run(&call)) return status;
  for (size_t i = inputCount(); i < arguments_.size(); ++i)
    if (arguments_[i].copied)
      copyOut(static_cast<const float*>(outputs_[i - inputCount()]), views[i], executor);
  return CONVOY_OK;
}

} // namespace convoy::api
