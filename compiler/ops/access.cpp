// Access maps, and the one function that derives required regions from them.
#include "ops/resample.h"
#include "ops/shape_rules.h"
#include "support/internal_error.h"

namespace convoy {

namespace ops {

namespace {

AxisAccess all() { return {}; }
AxisAccess same(int axis) {
  AxisAccess access;
  access.kind = AxisAccess::Same;
  access.resultAxis = axis;
  return access;
}
AxisAccess broadcast() {
  AxisAccess access;
  access.kind = AxisAccess::Broadcast;
  return access;
}

AxisAccess windowAxis(const Window& window, int axis) {
  AxisAccess access;
  access.kind = AxisAccess::Window;
  access.resultAxis = 1 + axis;
  access.kernel = window.kernel[axis];
  access.stride = window.stride[axis];
  access.dilation = window.dilation[axis];
  access.padBegin = window.padBegin[axis];
  return access;
}

AccessMap allOf(const TensorType& type) { return AccessMap(type.dims.size(), all()); }

} // namespace

AccessMaps convAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  const TensorType& input = operands[0];
  Window window = windowOf(attributes);
  int64_t groups = attributes.get<int64_t>("groups");
  bool perChannel = groups == input.channels() && groups == result.channels();
  AccessMaps maps{{perChannel ? same(0) : all()}};
  for (int axis = 0; axis < input.spatialRank(); ++axis) maps[0].push_back(windowAxis(window, axis));
  // Filters and biases follow the result's channels.
  for (size_t i = 1; i < operands.size(); ++i) {
    maps.push_back(allOf(operands[i]));
    maps.back()[0] = same(0);
  }
  return maps;
}

AccessMaps transposedConvAccess(const Operands& operands, const Attributes& attributes,
                                const TensorType& result) {
  Window window = windowOf(attributes);
  const bool perChannel = attributes.get<int64_t>("groups") == operands[0].channels() &&
                          operands[0].channels() == result.channels();
  AccessMaps maps{{perChannel ? same(0) : all()}};
  for (int axis = 0; axis < operands[0].spatialRank(); ++axis) {
    maps[0].push_back(windowAxis(window, axis));
    maps[0].back().kind = AxisAccess::Transposed;
  }
  for (size_t i = 1; i < operands.size(); ++i) maps.push_back(allOf(operands[i]));
  // [channels][filters / groups][..kernel] and [filters].
  if (maps.size() > 1 && attributes.get<int64_t>("groups") == 1) maps[1][1] = same(0);
  if (maps.size() > 2) maps[2][0] = same(0);
  return maps;
}

AccessMaps poolAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  Window window = windowOf(attributes);
  AccessMap map{same(0)};
  for (int axis = 0; axis < result.spatialRank(); ++axis) map.push_back(windowAxis(window, axis));
  return {map};
}

// Also of rows whose operand has the result's shape with some extents 1.
AccessMaps elementwiseAccess(const Operands& operands, const Attributes& attributes,
                             const TensorType& result) {
  AccessMaps maps;
  for (const TensorType& operand : operands) {
    AccessMap map;
    for (size_t axis = 0; axis < operand.dims.size(); ++axis)
      map.push_back(operand.dims[axis] == Size(1) ? broadcast() : same(static_cast<int>(axis)));
    maps.push_back(std::move(map));
  }
  return maps;
}

// Every channel at the result's position.
AccessMaps channelAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMap map{all()};
  for (int axis = 1; axis <= result.spatialRank(); ++axis) map.push_back(same(axis));
  return {map};
}

// The channels of a window around the result's, at its position.
AccessMaps channelWindowAccess(const Operands& operands, const Attributes& attributes,
                               const TensorType& result) {
  AccessMap map;
  for (int axis = 0; axis <= result.spatialRank(); ++axis) map.push_back(same(axis));
  map[0].kind = AxisAccess::Window;
  map[0].kernel = attributes.get<int64_t>("size");
  map[0].padBegin = map[0].kernel / 2;
  return {map};
}

// Every position of the result's channel; parameters follow the channels.
AccessMaps globalAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMaps maps;
  for (const TensorType& operand : operands) {
    maps.push_back(allOf(operand));
    maps.back()[0] = same(0);
  }
  return maps;
}

// Every index of the axes that are reduced, and of the others that of the result.
AccessMaps reduceAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMap map;
  for (int axis = 0; axis <= result.spatialRank(); ++axis)
    map.push_back(isReduced(attributes.get<std::string>("axes"), result.spatialRank(), axis) ? all()
                                                                                             : same(axis));
  return {map};
}

AccessMaps concatAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMaps maps;
  int64_t offset = 0;
  for (const TensorType& operand : operands) {
    AccessMap map;
    for (size_t axis = 0; axis < operand.dims.size(); ++axis) map.push_back(same(static_cast<int>(axis)));
    map[0].kind = AxisAccess::Offset;
    map[0].offset = offset;
    offset += operand.channels();
    maps.push_back(std::move(map));
  }
  return maps;
}

AccessMaps sliceAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMap map;
  for (size_t axis = 0; axis < operands[0].dims.size(); ++axis) map.push_back(same(static_cast<int>(axis)));
  map[0].kind = AxisAccess::Offset;
  map[0].offset = -attributes.get<int64_t>("from");
  return {map};
}

AccessMaps padAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  const auto& begin = attributes.get<std::vector<Size>>("pad_begin");
  AccessMap map{same(0)};
  for (size_t axis = 1; axis < operands[0].dims.size(); ++axis) {
    map.push_back(same(static_cast<int>(axis)));
    map.back().kind = AxisAccess::Window;
    map.back().padBegin = begin[axis - 1];
  }
  return {map};
}

AccessMaps cropAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  const auto& begin = attributes.get<std::vector<Size>>("begin");
  AccessMap map{same(0)};
  for (size_t axis = 1; axis < operands[0].dims.size(); ++axis) {
    map.push_back(same(static_cast<int>(axis)));
    map.back().kind = AxisAccess::Offset;
    map.back().offset = Size(0) - begin[axis - 1];
  }
  return {map};
}

AccessMaps resizeAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMap map{same(0)};
  for (int axis = 0; axis < result.spatialRank(); ++axis)
    map.push_back(resampledAxis(attributes, operands[0], result, axis));
  return {map};
}

// Positions are divided among windows: o * n / m, rounded down, to (o + 1) * n / m, rounded up.
AccessMaps adaptiveAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMap map{same(0)};
  for (int axis = 0; axis < result.spatialRank(); ++axis) {
    AxisAccess access;
    const auto from = operands[0].spatial(axis).constant(), to = result.spatial(axis).constant();
    if (from && to) {
      access.kind = AxisAccess::Scaled;
      access.resultAxis = 1 + axis;
      access.stride = *from, access.unit = *to, access.most = *from - 1;
    }
    map.push_back(access);
  }
  return {map};
}

// Every channel, at the position of the block.
AccessMaps depthToSpaceAccess(const Operands& operands, const Attributes& attributes,
                              const TensorType& result) {
  AccessMaps maps = channelAccess(operands, attributes, result);
  for (size_t axis = 1; axis < maps[0].size(); ++axis) {
    maps[0][axis].kind = AxisAccess::Scaled;
    maps[0][axis].unit = attributes.get<int64_t>("block");
  }
  return maps;
}

// Every channel, at all positions of the block.
AccessMaps spaceToDepthAccess(const Operands& operands, const Attributes& attributes,
                              const TensorType& result) {
  AccessMaps maps = channelAccess(operands, attributes, result);
  for (size_t axis = 1; axis < maps[0].size(); ++axis) {
    maps[0][axis].kind = AxisAccess::Window;
    maps[0][axis].kernel = maps[0][axis].stride = attributes.get<int64_t>("block");
  }
  return maps;
}

// The same element, at the axes' places.
AccessMaps transposeAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  const auto& order = attributes.get<std::vector<int64_t>>("order");
  AccessMap map(order.size());
  for (size_t axis = 0; axis < order.size(); ++axis)
    map[static_cast<size_t>(order[axis])] = same(static_cast<int>(axis));
  return {map};
}

AccessMaps denseAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMaps maps{allOf(operands[0])};
  for (size_t i = 1; i < operands.size(); ++i) {
    maps.push_back(allOf(operands[i]));
    maps.back()[0] = same(0);
  }
  return maps;
}

AccessMaps allAccess(const Operands& operands, const Attributes& attributes, const TensorType& result) {
  AccessMaps maps;
  for (const TensorType& operand : operands) maps.push_back(allOf(operand));
  return maps;
}

} // namespace ops

Region requiredRegion(const AccessMap& map, const TensorType& operand, const Region& result) {
  require(map.size() == operand.dims.size(), "an access map has an entry for each axis of its operand");
  Region region;
  for (size_t axis = 0; axis < map.size(); ++axis) {
    const AxisAccess& access = map[axis];
    switch (access.kind) {
    case AxisAccess::All: region.push_back({0, operand.dims[axis]}); break;
    case AxisAccess::Broadcast: region.push_back({0, 1}); break;
    case AxisAccess::Same: region.push_back(result[access.resultAxis]); break;
    case AxisAccess::Window: {
      const Interval& outer = result[access.resultAxis];
      Size first = outer.begin * Size(access.stride) - access.padBegin;
      Size last =
          (outer.end - 1) * Size(access.stride) - access.padBegin + access.dilation * (access.kernel - 1);
      region.push_back({first, last + 1});
      break;
    }
    case AxisAccess::Transposed: {
      const Interval& outer = result[access.resultAxis];
      const int64_t reach = access.dilation * (access.kernel - 1);
      region.push_back({Size::ceilDiv(outer.begin + access.padBegin - reach, access.stride),
                        Size::floorDiv(outer.end - 1 + access.padBegin, access.stride) + 1});
      break;
    }
    case AxisAccess::Scaled: {
      const Interval& outer = result[access.resultAxis];
      const Size first = Size::floorDiv(outer.begin * access.stride + access.least, access.unit),
                 last = Size::floorDiv((outer.end - 1) * access.stride + access.most, access.unit);
      region.push_back({first - access.padBegin, last - access.padBegin + access.kernel});
      break;
    }
    case AxisAccess::Offset: {
      // Only the part of the result that this operand fills.
      const Interval& outer = result[access.resultAxis];
      Size begin = Size::max(0, outer.begin - access.offset);
      Size end = Size::min(outer.end - access.offset, operand.dims[axis]);
      region.push_back({begin, Size::max(begin, end)});
      break;
    }
    }
  }
  return region;
}

} // namespace convoy
