// Shape rules of the layers that move elements.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include "support/internal_error.h"

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
    if (!request.operandLocations.empty() && request.operandLocations[0].valid())
      report.label(request.operandLocations[0], "this is " + input.str());
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
    if (!request.operandLocations.empty() && request.operandLocations[0].valid())
      report.label(request.operandLocations[0], "this is " + input.str());
    report.help("the number of groups must divide the channels");
    return std::nullopt;
  }
  return withChannels(input, input.channels());
}

} // namespace ops
} // namespace convoy
