// Shape rules of normalisation layers.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include <algorithm>

namespace convoy::ops {

namespace {

TensorType plain(const TensorType& type) { return {type.dims, ImageKind::None}; }

// The number is at least `low`, or above it. False after a diagnostic.
bool inRange(ShapeRequest& request, const char* op, const char* name, double number, double low, bool above) {
  if (above ? number > low : number >= low) return true;
  request.diags.report(diag::NumberOutOfRange, request.attributeLocation(name), op, name,
                       (above ? "more than " : "at least ") + shortest(low), shortest(number));
  return false;
}

bool epsilonInRange(ShapeRequest& request, const char* op) {
  return inRange(request, op, "epsilon", request.attributes.get<double>("epsilon"), 0, false);
}

// A number for each channel, from as many or from one.
bool ofChannels(ShapeRequest& request, const char* op, const char* name) {
  if (!request.attributes.has(name)) {
    missingAttribute(request, op, name);
    return false;
  }
  auto numbers = request.attributes.get<std::vector<double>>(name);
  const int64_t channels = request.operands[0].channels();
  if (numbers.size() == 1) numbers.resize(static_cast<size_t>(channels), numbers[0]);
  if (static_cast<int64_t>(numbers.size()) != channels) {
    request.misfits = {0};
    request.diags.report(diag::ChannelNumbers, request.attributeLocation(name), op, name,
                         static_cast<int64_t>(numbers.size()), request.operands[0].str(), channels);
    return false;
  }
  request.attributes.set(name, std::move(numbers));
  return true;
}

} // namespace

std::optional<TensorType> batchNormShape(ShapeRequest& request) {
  if (!epsilonInRange(request, "batch_norm")) return std::nullopt;
  for (const char* name : {"weight", "bias", "running_mean", "running_var"})
    request.parameters.push_back({name, {request.operands[0].channels()}});
  return plain(request.operands[0]);
}

std::optional<TensorType> normalizeShape(ShapeRequest& request) {
  if (!ofChannels(request, "normalize", "mean") || !ofChannels(request, "normalize", "std"))
    return std::nullopt;
  const auto& divisors = request.attributes.get<std::vector<double>>("std");
  if (!inRange(request, "normalize", "std", *std::min_element(divisors.begin(), divisors.end()), 0, true))
    return std::nullopt;
  return plain(request.operands[0]);
}

std::optional<TensorType> instanceNormShape(ShapeRequest& request) {
  if (!requireSpatial(request, "instance_norm") || !epsilonInRange(request, "instance_norm"))
    return std::nullopt;
  const bool isNode = !request.attributes.has("affine");
  if (isNode ? request.operands.size() > 1 : request.attributes.get<bool>("affine"))
    for (const char* name : {"weight", "bias"})
      request.parameters.push_back({name, {request.operands[0].channels()}});
  request.attributes.erase("affine");
  return plain(request.operands[0]);
}

std::optional<TensorType> localResponseNormShape(ShapeRequest& request) {
  constexpr const char* op = "local_response_norm";
  constexpr int64_t widest = 64; // the code of a window is written out
  int64_t size;
  if (!integerAttribute(request, op, "size", 1, size)) return std::nullopt;
  if (size > widest) {
    request.diags.report(diag::AttributeOutOfRange, request.attributeLocation("size"), op, "size",
                         "at most " + std::to_string(widest), size);
    return std::nullopt;
  }
  const Attributes& attributes = request.attributes;
  if (!inRange(request, op, "alpha", attributes.get<double>("alpha"), 0, false) ||
      !inRange(request, op, "k", attributes.get<double>("k"), 0, true))
    return std::nullopt;
  return plain(request.operands[0]);
}

} // namespace convoy::ops
