#include "ops/attribute_groups.h"
#include "support/internal_error.h"

namespace convoy {

Location ShapeRequest::attributeLocation(const std::string& name) const {
  for (const auto& [written, where] : attributeLocations)
    if (written == name) return where;
  return location;
}

namespace ops {

AttributeSpec strideAttribute(std::optional<std::string> fallback) {
  return {"stride", AttributeForm::Sizes, false, std::move(fallback),
          "Distance between neighbouring windows, per axis."};
}
AttributeSpec dilationAttribute() {
  return {"dilation", AttributeForm::Sizes, false, "1", "Distance between the taps of a window, per axis."};
}
AttributeSpec paddingAttribute() {
  return {
      "padding", AttributeForm::Padding, false, "0",
      "Positions added around the input: a number, a size, the sides (start and end of each axis in turn), "
      "same, same_lower or valid."};
}
AttributeSpec borderAttribute() {
  return {"border", AttributeForm::Border, false, "zero",
          "What padding holds: zero, constant(value), replicate, reflect, reflect101 or wrap."};
}

AttributeSpec axesAttribute() {
  return {"axes",
          AttributeForm::Word,
          true,
          std::nullopt,
          "What it goes over; spatial is all of depth, height and width that there are.",
          {"channels", "spatial", "all", "depth", "height", "width"}};
}

std::vector<ResolvedSpec> resolvedWindow() {
  return {{ResolvedSpec::Ints, "kernel"},   {ResolvedSpec::Ints, "stride"},
          {ResolvedSpec::Ints, "dilation"}, {ResolvedSpec::Sizes, "pad_begin"},
          {ResolvedSpec::Sizes, "pad_end"}, {ResolvedSpec::Text, "padding", true}};
}

void WindowShape::store(Attributes& resolved) const {
  resolved.set("kernel", window.kernel);
  resolved.set("stride", window.stride);
  resolved.set("dilation", window.dilation);
  resolved.set("pad_begin", window.padBegin);
  resolved.set("pad_end", window.padEnd);
  if (!paddingWord.empty()) resolved.set("padding", paddingWord);
}

static std::string exampleOf(const AttributeSpec& spec) {
  switch (spec.form) {
  case AttributeForm::Int: return "16";
  case AttributeForm::Float: return "0.5";
  case AttributeForm::Bool: return "true";
  case AttributeForm::Sizes: return "2x2";
  case AttributeForm::Kernel: return "3x3";
  case AttributeForm::Padding: return "same";
  case AttributeForm::Border: return "replicate";
  case AttributeForm::Extents: return spec.name == "shape" ? "[16, 7, 7]" : "224x224";
  case AttributeForm::Like: return "x";
  case AttributeForm::Scale: return "2";
  case AttributeForm::Word: return spec.words.front();
  case AttributeForm::Numbers: return "[0.485, 0.456, 0.406]";
  }
  return "";
}

void missingAttribute(ShapeRequest& request, const char* op, const char* name) {
  auto report = request.diags.report(diag::MissingAttribute, request.location, op, name);
  const OpInfo* row = findOp(op);
  require(row != nullptr, "a layer that is not in the table");
  for (const AttributeSpec& spec : row->attributes)
    if (spec.name == name)
      report.help(spec.name + ": " + spec.doc + " For example `" + spec.name + ": " + exampleOf(spec) + "`");
}

void labelOperand(const ShapeRequest& request, DiagnosticBuilder report, size_t operand) {
  if (operand < request.operandLocations.size() && request.operandLocations[operand].valid())
    report.label(request.operandLocations[operand], "this is " + request.operands[operand].str());
}

DiagnosticBuilder wrongOperand(ShapeRequest& request, const char* op, const std::string& needs,
                               size_t operand) {
  auto report = request.diags.report(diag::WrongOperandShape, request.location, op, needs,
                                     request.operands[operand].str());
  labelOperand(request, report, operand);
  return report;
}

bool requireSpatial(ShapeRequest& request, const char* op) {
  int rank = request.operands[0].spatialRank();
  if (rank >= 1 && rank <= 3) return true;
  wrongOperand(request, op, "a tensor with 1 to 3 spatial dimensions", 0);
  return false;
}

static bool inRange(ShapeRequest& request, const char* op, const char* name, int64_t low, int64_t value) {
  if (value >= low && value <= kAttributeLimit) return true;
  const std::string range =
      value < low ? "at least " + std::to_string(low) : "at most " + std::to_string(kAttributeLimit);
  request.diags.report(diag::AttributeOutOfRange, request.attributeLocation(name), op, name, range, value);
  return false;
}

bool integerAttribute(ShapeRequest& request, const char* op, const char* name, int64_t low, int64_t& value) {
  const Attribute* attribute = request.attributes.find(name);
  if (!attribute) {
    missingAttribute(request, op, name);
    return false;
  }
  value = request.attributes.get<int64_t>(name);
  return inRange(request, op, name, low, value);
}

bool perAxis(ShapeRequest& request, const char* op, const char* name, int64_t low,
             std::vector<int64_t>& values) {
  size_t rank = static_cast<size_t>(request.operands[0].spatialRank());
  if (values.size() == 1) values.resize(rank, values[0]);
  if (values.size() != rank) {
    const TensorType& input = request.operands[0];
    auto report =
        request.diags.report(diag::AttributeLength, request.attributeLocation(name), op, name,
                             static_cast<int64_t>(values.size()), input.str(), static_cast<int64_t>(rank));
    report.note("a size is written depth x height x width, as far as the input has them");
    if (input.dims[0] == Size(1) && values.size() + 1 == rank) {
      TensorType item = input; // N, C, H, W
      item.dims.erase(item.dims.begin());
      report.help("the batch is never written: one item is " + item.str());
    }
    return false;
  }
  for (int64_t value : values)
    if (!inRange(request, op, name, low, value)) return false;
  return true;
}

namespace {

// `same` ceil(n / stride) windows, and the least padding that gives them.
void padSame(WindowShape& shape, int axis, const Size& n, int64_t extent, bool lower) {
  int64_t stride = shape.window.stride[axis];
  // (ceil(n / s) - 1) * s + extent - n, where s * ceil(n / s) = n + s - 1 - mod(n + s - 1, s).
  Size total = Size::max(0, Size(extent - 1) - Size::mod(n + (stride - 1), stride));
  Size less = Size::floorDiv(total, 2), more = total - less;
  shape.window.padBegin.push_back(lower ? more : less);
  shape.window.padEnd.push_back(lower ? less : more);
}

bool resolvePadding(ShapeRequest& request, const char* op, const std::vector<int64_t>& extents,
                    WindowShape& shape) {
  const TensorType& input = request.operands[0];
  const Attributes& attributes = request.attributes;
  int rank = input.spatialRank();
  if (attributes.has("padding"))
    if (auto* word = std::get_if<std::string>(attributes.find("padding"))) shape.paddingWord = *word;

  if (shape.paddingWord == "same" || shape.paddingWord == "same_lower") {
    for (int axis = 0; axis < rank; ++axis)
      padSame(shape, axis, input.spatial(axis), extents[axis], shape.paddingWord == "same_lower");
    return true;
  }
  if (attributes.has("pad_begin")) {
    shape.window.padBegin = attributes.get<std::vector<Size>>("pad_begin");
    shape.window.padEnd = attributes.get<std::vector<Size>>("pad_end");
    for (const auto* pads : {&shape.window.padBegin, &shape.window.padEnd}) {
      if (static_cast<int>(pads->size()) != rank) {
        request.diags.report(diag::AttributeLength, request.location, op, "pads",
                             static_cast<int64_t>(pads->size()), input.str(), static_cast<int64_t>(rank));
        return false;
      }
      for (const Size& pad : *pads)
        if (!inRange(request, op, "pads", 0, pad.constant().value_or(pad.lowerBound().value_or(-1))))
          return false;
    }
    return true;
  }
  if (shape.paddingWord == "valid") {
    shape.paddingWord.clear();
    shape.window.padBegin.assign(rank, 0);
    shape.window.padEnd.assign(rank, 0);
    return true;
  }
  if (!shape.paddingWord.empty()) {
    request.diags
        .report(diag::UnknownWord, request.attributeLocation("padding"), "padding", shape.paddingWord)
        .help("write same, same_lower, valid, a number, a size or a list of sides");
    return false;
  }
  return sidesOf(request, op, "padding", shape.window.padBegin, shape.window.padEnd);
}

const char* unitOf(const TensorType& input, int axis) {
  switch (input.spatialRank() - axis) {
  case 1: return "column";
  case 2: return "row";
  case 3: return "slice";
  }
  return "element";
}

// At least one window must fit: provably, provably not, or to be checked when the program runs. `slack` is
// the number of positions beyond the first window.
bool requireWindowFits(ShapeRequest& request, const char* op, int axis, int64_t extent, const Size& slack) {
  if (auto low = slack.lowerBound(); low && *low >= 0) return true;
  const TensorType& input = request.operands[0];
  auto high = slack.upperBound();
  if (high && *high < 0) {
    Size padded = slack + extent;
    request.misfits = {1 + axis};
    auto report = request.diags.report(diag::WindowTooLarge, request.location, op, extent,
                                       unitOf(input, axis), padded.str(), input.str());
    labelOperand(request, report, 0);
    report.help("pad the input, for example `padding: same`, or use a smaller window");
    return false;
  }
  // `slack >= 0`, said about the input's size where the two differ by a constant.
  Size left = slack, right = 0;
  if (auto shift = (slack - input.spatial(axis)).constant()) left = input.spatial(axis), right = -*shift;
  std::string unit = unitOf(input, axis);
  std::string message = std::string(op) + " '" + request.layer + "' needs an input of at least " +
                        (right == Size(0) ? "the window's" : right.str()) + " " + unit +
                        (right == Size(1) ? "" : "s");
  request.checks.push_back({ShapeRequest::RuntimeCheck::AtLeast, left, right, message});
  return true;
}

} // namespace

bool sidesOf(ShapeRequest& request, const char* op, const char* name, std::vector<Size>& begin,
             std::vector<Size>& end) {
  const TensorType& input = request.operands[0];
  const int rank = input.spatialRank();
  const Attribute* written = request.attributes.find(name);
  require(written != nullptr, "a layer without the sides that it needs");
  if (auto* sides = std::get_if<std::vector<Size>>(written)) {
    if (static_cast<int>(sides->size()) != 2 * rank) {
      static constexpr const char* order[] = {"start, end", "top, bottom, left, right",
                                              "front, back, top, bottom, left, right"};
      request.diags
          .report(diag::PaddingSides, request.attributeLocation(name), static_cast<int64_t>(sides->size()),
                  input.str(), static_cast<int64_t>(2 * rank))
          .help(std::string("the sides are [") + order[rank - 1] + "]; one number holds for all of them");
      return false;
    }
    for (int axis = 0; axis < rank; ++axis) {
      const Size &first = (*sides)[2 * axis], &last = (*sides)[2 * axis + 1];
      for (const Size* side : {&first, &last})
        if (!inRange(request, op, name, 0, side->constant().value_or(0))) return false;
      begin.push_back(first);
      end.push_back(last);
    }
    return true;
  }
  auto pads = std::get<std::vector<int64_t>>(*written);
  if (!perAxis(request, op, name, 0, pads)) return false;
  begin.assign(pads.begin(), pads.end());
  end = begin;
  return true;
}

bool extentsOf(ShapeRequest& request, const char* op, const char* name, std::vector<Size>& extents) {
  const TensorType& input = request.operands[0];
  const auto rank = static_cast<size_t>(input.spatialRank());
  extents = request.attributes.get<std::vector<Size>>(name);
  if (extents.size() == 1) extents.resize(rank, extents[0]);
  if (extents.size() != rank) {
    request.diags
        .report(diag::AttributeLength, request.attributeLocation(name), op, name,
                static_cast<int64_t>(extents.size()), input.str(), static_cast<int64_t>(rank))
        .note("a size is written depth x height x width, as far as the input has them");
    return false;
  }
  for (const Size& extent : extents)
    if (!inRange(request, op, name, 1, extent.constant().value_or(1))) return false;
  return true;
}

// Kernel, stride and dilation.
static bool resolveExtents(ShapeRequest& request, const char* op, const char* kernelName, Window& window) {
  const Attributes& attributes = request.attributes;
  const char* kernel = attributes.has("pad_begin") ? "kernel" : kernelName;
  if (!attributes.has(kernel)) {
    missingAttribute(request, op, kernelName);
    return false;
  }
  window.kernel = attributes.get<std::vector<int64_t>>(kernel);
  window.stride = attributes.has("stride") ? attributes.get<std::vector<int64_t>>("stride") : window.kernel;
  window.dilation = attributes.get<std::vector<int64_t>>("dilation");
  return perAxis(request, op, kernelName, 1, window.kernel) &&
         perAxis(request, op, "stride", 1, window.stride) &&
         perAxis(request, op, "dilation", 1, window.dilation);
}

std::optional<WindowShape> resolveTransposed(ShapeRequest& request, const char* op) {
  WindowShape shape;
  if (!resolveExtents(request, op, "kernel", shape.window)) return std::nullopt;
  const Attribute* padding = request.attributes.find("padding");
  const std::string* word = padding ? std::get_if<std::string>(padding) : nullptr;
  if (word && (*word == "same" || *word == "same_lower")) {
    request.diags.report(diag::UnknownWord, request.attributeLocation("padding"), "padding", *word)
        .help(std::string("'") + op +
              "' takes a number, a size or a list of sides; padding cuts off results there");
    return std::nullopt;
  }
  if (!resolvePadding(request, op, {}, shape)) return std::nullopt;
  return shape;
}

std::optional<WindowShape> resolveWindow(ShapeRequest& request, const char* op, const char* kernelName,
                                         bool ceilMode) {
  const TensorType& input = request.operands[0];
  WindowShape shape;
  Window& window = shape.window;
  if (!resolveExtents(request, op, kernelName, window)) return std::nullopt;

  int rank = input.spatialRank();
  std::vector<int64_t> extents;
  for (int axis = 0; axis < rank; ++axis)
    extents.push_back(window.dilation[axis] * (window.kernel[axis] - 1) + 1);
  if (!resolvePadding(request, op, extents, shape)) return std::nullopt;

  // The word is needed only where the pads cannot be told from it. It is dropped before the sizes are
  // computed, so that the pads alone give the same sizes and the same checks once more.
  bool constantPads = true;
  for (int axis = 0; axis < rank; ++axis)
    constantPads = constantPads && window.padBegin[axis].isConstant() && window.padEnd[axis].isConstant();
  if (constantPads) shape.paddingWord.clear();

  for (int axis = 0; axis < rank; ++axis) {
    const Size& n = input.spatial(axis);
    int64_t stride = window.stride[axis];
    if (!shape.paddingWord.empty()) {
      shape.output.push_back(Size::ceilDiv(n, stride));
      continue;
    }
    // Positions beyond the first window; with ceil_mode the last window may hang over the end.
    Size slack =
        n + window.padBegin[axis] + window.padEnd[axis] - extents[axis] + (ceilMode ? stride - 1 : 0);
    if (!requireWindowFits(request, op, axis, extents[axis], slack)) return std::nullopt;
    Size windows = Size::floorDiv(slack, stride) + 1;
    // It must start inside the input or its leading padding.
    if (ceilMode) windows = Size::min(windows, Size::floorDiv(n + window.padBegin[axis] - 1, stride) + 1);
    shape.output.push_back(windows);
  }
  return shape;
}

} // namespace ops
} // namespace convoy
