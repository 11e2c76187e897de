// Shape rules of the layers that move elements.
#include "ops/attribute_groups.h"
#include "ops/resample.h"
#include "ops/shape_rules.h"
#include "support/internal_error.h"
#include "support/text.h"
#include <algorithm>
#include <cmath>

namespace convoy {

int64_t sourceChannel(OpKind op, const Attributes& attributes, int64_t channels, int64_t channel) {
  if (op == OpKind::Slice) return attributes.get<int64_t>("from") + channel;
  require(op == OpKind::ChannelShuffle, "a layer that chooses channels");
  const auto groups = attributes.get<int64_t>("groups");
  return channel % groups * (channels / groups) + channel / groups;
}

namespace ops {

namespace {

TensorType withChannels(const TensorType& type, int64_t channels) {
  TensorType result{type.dims, ImageKind::None};
  result.dims[0] = channels;
  return result;
}

} // namespace

std::optional<TensorType> sliceShape(ShapeRequest& request) {
  const TensorType& input = request.operands[0];
  const int64_t channels = input.channels();
  int64_t from = request.attributes.get<int64_t>("from");
  int64_t to = request.attributes.has("to") ? request.attributes.get<int64_t>("to") : channels;
  auto within = [&](const char* name, int64_t low, int64_t high, int64_t value) {
    if (low <= value && value <= high) return true;
    request.misfits = {0};
    const std::string range = std::to_string(low) + " to " + std::to_string(high);
    auto report = request.diags.report(diag::AttributeOutOfRange, request.attributeLocation(name), "slice",
                                       name, range, value);
    labelOperand(request, report, 0);
    return false;
  };
  if (!within("from", 0, channels - 1, from) || !within("to", from + 1, channels, to)) return std::nullopt;
  Attributes resolved;
  resolved.set("from", from);
  resolved.set("to", to);
  request.attributes = resolved;
  return withChannels(input, to - from);
}

std::optional<TensorType> channelShuffleShape(ShapeRequest& request) {
  const TensorType& input = request.operands[0];
  int64_t groups = 0;
  if (!integerAttribute(request, "channel_shuffle", "groups", 1, groups)) return std::nullopt;
  if (input.channels() % groups != 0) {
    request.misfits = {0};
    auto report =
        request.diags.report(diag::NotDivisible, request.attributeLocation("groups"), input.channels(),
                             input.channels() == 1 ? "channel" : "channels", groups);
    labelOperand(request, report, 0);
    report.help("the number of groups must divide the channels");
    return std::nullopt;
  }
  return withChannels(input, input.channels());
}

namespace {

// A check that is made when the program runs, unless the bounds decide it. False: it never holds.
bool atLeast(ShapeRequest& request, const Size& left, const Size& right, const std::string& message) {
  const Size slack = left - right;
  if (auto low = slack.lowerBound(); low && *low >= 0) return true;
  if (auto high = slack.upperBound(); high && *high < 0) return false;
  request.checks.push_back({ShapeRequest::RuntimeCheck::AtLeast, left, right, message});
  return true;
}

TensorType withExtents(const TensorType& type, const std::vector<Size>& extents) {
  TensorType result{{type.dims[0]}, ImageKind::None};
  result.dims.insert(result.dims.end(), extents.begin(), extents.end());
  return result;
}

// Exactly one of the attributes is there; false after a diagnostic.
bool oneOf(ShapeRequest& request, const char* op, const std::vector<std::string>& names) {
  std::vector<std::string> given;
  for (const std::string& name : names)
    if (request.attributes.has(name)) given.push_back(name);
  if (given.size() == 1) return true;
  auto report = request.diags.report(
      diag::OneAttribute, given.empty() ? request.location : request.attributeLocation(given.back()), op,
      listed(names, "and"), given.empty() ? "none" : listed(given, "and"));
  if (given.size() > 1) report.label(request.attributeLocation(given.front()), "the first one");
  return false;
}

} // namespace

std::optional<TensorType> padShape(ShapeRequest& request) {
  if (!requireSpatial(request, "pad")) return std::nullopt;
  constexpr int64_t mostMapped = 4096; // how many columns a border finds is tabulated
  const TensorType& input = request.operands[0];
  std::vector<Size> begin, end;
  if (request.attributes.has("pad_begin")) {
    begin = request.attributes.get<std::vector<Size>>("pad_begin");
    end = request.attributes.get<std::vector<Size>>("pad_end");
    if (begin.size() != input.dims.size() - 1 || end.size() != begin.size()) {
      request.diags.report(diag::AttributeLength, request.location, "pad", "pads",
                           static_cast<int64_t>(begin.size()), input.str(),
                           static_cast<int64_t>(input.spatialRank()));
      return std::nullopt;
    }
  } else if (!request.attributes.has("padding")) {
    missingAttribute(request, "pad", "padding");
    return std::nullopt;
  } else if (auto* word = std::get_if<std::string>(request.attributes.find("padding"))) {
    request.diags.report(diag::UnknownWord, request.attributeLocation("padding"), "padding", *word)
        .help("there is no window that it could fit: write a number, a size or a list of sides");
    return std::nullopt;
  } else if (!sidesOf(request, "pad", "padding", begin, end)) {
    return std::nullopt;
  }
  const Border border = request.attributes.get<Border>("border");
  if (border.mode == BorderMode::Constant && !keepsWhole(request, "pad", "border", border.value))
    return std::nullopt;
  const int64_t most = border.mode == BorderMode::Constant ? kAttributeLimit : mostMapped;
  std::vector<Size> extents;
  for (size_t axis = 0; axis < begin.size(); ++axis) {
    for (const Size* side : {&begin[axis], &end[axis]}) {
      const int64_t pad = side->constant().value_or(-1);
      if (pad >= 0 && pad <= most) continue;
      request.diags.report(diag::AttributeOutOfRange, request.attributeLocation("padding"), "pad", "padding",
                           pad < 0 ? "at least 0" : "at most " + std::to_string(most), pad);
      return std::nullopt;
    }
    extents.push_back(input.spatial(static_cast<int>(axis)) + begin[axis] + end[axis]);
  }
  Attributes resolved;
  resolved.set("pad_begin", begin);
  resolved.set("pad_end", end);
  resolved.set("border", border);
  request.attributes = resolved;
  return withExtents(input, extents);
}

std::optional<TensorType> cropShape(ShapeRequest& request) {
  if (!requireSpatial(request, "crop")) return std::nullopt;
  const TensorType& input = request.operands[0];
  const auto rank = static_cast<size_t>(input.spatialRank());
  const char* written = "size";
  std::vector<Size> begin, size;
  if (request.attributes.has("begin")) {
    begin = request.attributes.get<std::vector<Size>>("begin");
    size = request.attributes.get<std::vector<Size>>("size");
  } else {
    if (!oneOf(request, "crop", {"size", "like", "sides"})) return std::nullopt;
    if (request.attributes.has("sides")) {
      written = "sides";
      if (auto* word = std::get_if<std::string>(request.attributes.find(written))) {
        request.diags.report(diag::UnknownWord, request.attributeLocation(written), written, *word)
            .help("write a number, a size or a list of sides");
        return std::nullopt;
      }
      std::vector<Size> end;
      if (!sidesOf(request, "crop", written, begin, end)) return std::nullopt;
      for (size_t axis = 0; axis < rank; ++axis)
        size.push_back(input.spatial(static_cast<int>(axis)) - begin[axis] - end[axis]);
    } else {
      if (request.attributes.has("like")) written = "like";
      if (!extentsOf(request, "crop", written, size)) return std::nullopt;
      for (size_t axis = 0; axis < rank; ++axis)
        begin.push_back(Size::floorDiv(input.spatial(static_cast<int>(axis)) - size[axis], 2));
    }
  }
  bool fits = begin.size() == rank && size.size() == rank;
  for (size_t axis = 0; axis < rank && fits; ++axis) {
    const Size n = input.spatial(static_cast<int>(axis));
    const std::string name = axisName(input, 1 + static_cast<int>(axis));
    const std::string message =
        "crop '" + request.layer + "' needs an input that is large enough along " + name;
    // Nothing before the input or behind it is read: the middle fits if the size does.
    const bool middle = begin[axis] == Size::floorDiv(n - size[axis], 2);
    const auto low = begin[axis].lowerBound(), left = (n - size[axis] - begin[axis]).lowerBound();
    fits = (middle || (low && *low >= 0 && left && *left >= 0)) && atLeast(request, n, size[axis], message) &&
           atLeast(request, size[axis], 1, message);
  }
  if (!fits) {
    auto report = request.diags.report(diag::CropTooLarge, request.attributeLocation(written), input.str());
    report.help("`pad` adds positions, `resize` makes another size of all of it");
    labelOperand(request, report, 0);
    return std::nullopt;
  }
  Attributes resolved;
  resolved.set("begin", begin);
  resolved.set("size", size);
  request.attributes = resolved;
  return withExtents(input, size);
}

namespace {

// The simplest ratio of whole numbers that is as near as numbers are written; nullopt: none of small ones is.
std::optional<std::pair<int64_t, int64_t>> ratioOf(double scale) {
  constexpr double most = 65536;
  if (!(scale >= 1 / most && scale <= most)) return std::nullopt;
  int64_t p0 = 1, q0 = 0, p = static_cast<int64_t>(scale), q = 1;
  double rest = scale - std::floor(scale);
  while (std::fabs(static_cast<double>(p) / static_cast<double>(q) - scale) > 1e-9 * scale) {
    rest = 1 / rest;
    const auto whole = static_cast<int64_t>(rest);
    rest -= std::floor(rest);
    const int64_t nextP = whole * p + p0, nextQ = whole * q + q0;
    p0 = p, q0 = q, p = nextP, q = nextQ;
    if (p > static_cast<int64_t>(most) || q > static_cast<int64_t>(most)) return std::nullopt;
  }
  return p >= 1 ? std::optional(std::make_pair(p, q)) : std::nullopt;
}

// The attribute `scale` as numerator and denominator for each axis.
bool scaleOf(ShapeRequest& request, const char* op, std::vector<int64_t>& scale) {
  const TensorType& input = request.operands[0];
  const auto rank = static_cast<size_t>(input.spatialRank());
  if (auto* resolved = std::get_if<std::vector<int64_t>>(request.attributes.find("scale"))) {
    scale = *resolved;
    bool positive = scale.size() == 2 * rank;
    for (int64_t number : scale) positive &= number >= 1 && number <= 65536;
    if (positive) return true;
    request.diags.report(diag::AttributeLength, request.location, op, "scale",
                         static_cast<int64_t>(scale.size()), input.str(), static_cast<int64_t>(rank));
    return false;
  }
  auto numbers = request.attributes.get<std::vector<double>>("scale");
  if (numbers.size() == 1) numbers.resize(rank, numbers[0]);
  if (numbers.size() != rank) {
    request.diags.report(diag::AttributeLength, request.attributeLocation("scale"), op, "scale",
                         static_cast<int64_t>(numbers.size()), input.str(), static_cast<int64_t>(rank));
    return false;
  }
  for (double number : numbers) {
    const auto ratio = ratioOf(number);
    if (!ratio) {
      request.diags
          .report(diag::WrongAttributeValue, request.attributeLocation("scale"), "scale",
                  "a positive ratio of whole numbers up to 65536", "the number " + shortest(number))
          .help("the extents of the result are written as `size`");
      return false;
    }
    scale.push_back(ratio->first);
    scale.push_back(ratio->second);
  }
  return true;
}

std::optional<TensorType> resampledShape(ShapeRequest& request, const char* op) {
  if (!requireSpatial(request, op)) return std::nullopt;
  const TensorType& input = request.operands[0];
  const int rank = input.spatialRank();
  const bool resolvedAlready =
      request.attributes.has("size") && request.attributes.has("scale") &&
      std::holds_alternative<std::vector<int64_t>>(*request.attributes.find("scale"));
  const bool always = std::string_view(op) == "upsample";
  if (always && !request.attributes.has("scale")) {
    missingAttribute(request, op, "scale");
    return std::nullopt;
  }
  if (!always && !resolvedAlready && !oneOf(request, op, {"size", "like", "scale"})) return std::nullopt;
  std::vector<Size> size;
  std::vector<int64_t> scale;
  if (request.attributes.has("scale")) {
    if (!scaleOf(request, op, scale)) return std::nullopt;
    for (int axis = 0; axis < rank; ++axis) {
      const auto at = 2 * static_cast<size_t>(axis);
      size.push_back(Size::floorDiv(input.spatial(axis) * Size(scale[at]), scale[at + 1]));
      const std::string name = axisName(input, 1 + axis);
      if (atLeast(request, size.back(), 1,
                  std::string(op) + " '" + request.layer + "' leaves nothing of the input along " + name))
        continue;
      request.misfits = {1 + axis};
      wrongOperand(request, op, "an input of which the scale leaves something along " + name, 0);
      return std::nullopt;
    }
  } else if (!extentsOf(request, op, request.attributes.has("like") ? "like" : "size", size)) {
    return std::nullopt;
  }
  const auto mode = request.attributes.get<std::string>("mode");
  if (input.quantized() && mode != "nearest") { // means of neighbours
    refuseQuantized(request, op, 0);
    return std::nullopt;
  }
  if (request.attributes.has("round") && mode != "nearest") {
    request.diags
        .report(diag::WrongAttributeValue, request.attributeLocation("round"), "round", "the mode nearest",
                "the mode " + mode)
        .help("leave it out: between elements nothing is rounded");
    return std::nullopt;
  }
  Attributes resolved;
  resolved.set("mode", mode);
  const std::string align = request.attributes.has("align") ? request.attributes.get<std::string>("align")
                            : mode == "nearest"             ? "asymmetric"
                                                            : "half_pixel";
  resolved.set("align", align);
  resolved.set("size", size);
  if (!scale.empty()) resolved.set("scale", scale);
  if (request.attributes.has("round") && request.attributes.get<std::string>("round") != defaultRound(align))
    resolved.set("round", request.attributes.get<std::string>("round"));
  request.attributes = resolved;
  return withExtents(input, size);
}

// `block` and its number of positions; 0 after a diagnostic.
int64_t blockOf(ShapeRequest& request, const char* op, int64_t& block) {
  if (!requireSpatial(request, op) || !integerAttribute(request, op, "block", 1, block)) return 0;
  if (block > 16) {
    request.diags.report(diag::AttributeOutOfRange, request.attributeLocation("block"), op, "block",
                         "at most 16", block);
    return 0;
  }
  int64_t positions = 1;
  for (int axis = 0; axis < request.operands[0].spatialRank(); ++axis) positions *= block;
  return positions;
}

} // namespace

std::optional<TensorType> resizeShape(ShapeRequest& request) { return resampledShape(request, "resize"); }
std::optional<TensorType> upsampleShape(ShapeRequest& request) { return resampledShape(request, "upsample"); }

std::optional<TensorType> depthToSpaceShape(ShapeRequest& request) {
  const TensorType& input = request.operands[0];
  int64_t block = 0;
  const int64_t positions = blockOf(request, "depth_to_space", block);
  if (positions == 0) return std::nullopt;
  if (input.channels() % positions != 0) {
    request.misfits = {0};
    wrongOperand(request, "depth_to_space",
                 "a number of channels that is a multiple of " + std::to_string(positions), 0);
    return std::nullopt;
  }
  TensorType result = withChannels(input, input.channels() / positions);
  for (size_t axis = 1; axis < result.dims.size(); ++axis)
    result.dims[axis] = result.dims[axis] * Size(block);
  return result;
}

std::optional<TensorType> spaceToDepthShape(ShapeRequest& request) {
  const TensorType& input = request.operands[0];
  int64_t block = 0;
  const int64_t positions = blockOf(request, "space_to_depth", block);
  if (positions == 0) return std::nullopt;
  TensorType result = withChannels(input, input.channels() * positions);
  for (size_t axis = 1; axis < result.dims.size(); ++axis) {
    const Size rest = Size::mod(input.dims[axis], block);
    if (rest.constant().value_or(0) != 0) {
      request.misfits = {static_cast<int>(axis)};
      wrongOperand(request, "space_to_depth", "extents that are multiples of " + std::to_string(block), 0);
      return std::nullopt;
    }
    if (!rest.isConstant())
      request.checks.push_back({ShapeRequest::RuntimeCheck::Equal, rest, 0,
                                "space_to_depth '" + request.layer + "' needs a multiple of " +
                                    std::to_string(block) + " along " +
                                    axisName(input, static_cast<int>(axis))});
    result.dims[axis] = Size::floorDiv(input.dims[axis], block);
  }
  return result;
}

namespace {

// The attribute `order`: which axis of the operand each axis of the result is. nullopt after a diagnostic.
std::optional<std::vector<int64_t>> orderOf(ShapeRequest& request) {
  if (!request.attributes.has("order")) {
    request.diags.report(diag::MissingAttribute, request.location, "transpose", "order")
        .help("it says for each axis of the result which one of the operand it is: `order: [1, 2, 0]`");
    return std::nullopt;
  }
  const Attribute& written = *request.attributes.find("order");
  std::vector<int64_t> order;
  if (auto* resolved = std::get_if<std::vector<int64_t>>(&written))
    order = *resolved;
  else
    for (const Size& axis : std::get<std::vector<Size>>(written))
      order.push_back(axis.constant().value_or(-1));
  const TensorType& input = request.operands[0];
  const size_t count = input.dims.size();
  std::vector<bool> taken(count);
  bool good = order.size() == count;
  for (int64_t axis : order) {
    good = good && axis >= 0 && axis < static_cast<int64_t>(count) && !taken[static_cast<size_t>(axis)];
    if (good) taken[static_cast<size_t>(axis)] = true;
  }
  if (good) return order;
  auto report =
      request.diags.report(diag::WrongAttributeValue, request.attributeLocation("order"), "order",
                           "each of the numbers 0 to " + std::to_string(count - 1) + " once", str(written));
  report.help("axis 0 of " + input.str() + " are its channels, and its positions follow");
  labelOperand(request, report, 0);
  return std::nullopt;
}

} // namespace

std::optional<TensorType> transposeShape(ShapeRequest& request) {
  const auto order = orderOf(request);
  if (!order) return std::nullopt;
  const TensorType& input = request.operands[0];
  TensorType result{{}, ImageKind::None};
  for (int64_t axis : *order) result.dims.push_back(input.dims[static_cast<size_t>(axis)]);
  if (!result.dims[0].isConstant()) {
    auto report =
        request.diags.report(diag::NamedChannels, request.attributeLocation("order"), result.dims[0].str());
    report.help("the order begins with an axis whose extent is known when compiling");
    labelOperand(request, report, 0);
    return std::nullopt;
  }
  // Elements stay where they are when the axes of more than one index keep their order.
  int64_t last = -1;
  bool moves = false;
  for (int64_t axis : *order)
    if (input.dims[static_cast<size_t>(axis)] != Size(1)) moves |= axis < last, last = std::max(last, axis);
  Attributes resolved;
  if (moves) {
    resolved.set("order", *order);
  } else {
    request.makes = OpKind::Reshape;
    resolved.set("shape", result.dims);
  }
  request.attributes = resolved;
  return result;
}

std::optional<TensorType> reshapeShape(ShapeRequest& request) {
  if (!request.attributes.has("shape")) {
    missingAttribute(request, "reshape", "shape");
    return std::nullopt;
  }
  const TensorType& input = request.operands[0];
  auto dims = request.attributes.get<std::vector<Size>>("shape");
  const Size all = input.elements();
  std::optional<size_t> open;
  Size product = 1;
  bool good = !dims.empty() && dims.size() <= 4;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == Size(-1) && !open)
      open = i;
    else
      product = product * dims[i], good &= dims[i].constant().value_or(1) >= 1;
  }
  if (good && open) {
    const auto count = all.constant(), others = product.constant();
    good = count && others && *count % *others == 0;
    if (good) dims[*open] = *count / *others;
  }
  good = good && dims[0].isConstant();
  const Size left = all - (open ? all : product);
  const auto low = left.lowerBound(), high = left.upperBound();
  if (!good || (low && *low > 0) || (high && *high < 0)) {
    std::string text;
    for (const Size& dim : request.attributes.get<std::vector<Size>>("shape"))
      text += (text.empty() ? "" : ", ") + dim.str();
    wrongOperand(request, "reshape", "as many elements as [" + text + "] has", 0)
        .help("the shape is one to four extents, channels first, as a number each; -1, once, is what is left "
              "of sizes "
              "that are known when compiling");
    return std::nullopt;
  }
  if (!open && all != product)
    request.checks.push_back({ShapeRequest::RuntimeCheck::Equal, all, product,
                              "reshape '" + request.layer + "' needs as many elements as its result has"});
  request.attributes.set("shape", dims);
  return TensorType{dims, ImageKind::None};
}

} // namespace ops
} // namespace convoy
