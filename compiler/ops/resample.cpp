#include "ops/resample.h"
#include <numeric>

namespace convoy {

namespace {

// Result o lies at ((2 * o + middle) * from + shift * to - less) / (2 * to), rounded down: `from` positions
// of the operand are under `to` results.
struct Places {
  Size from, to;
  int64_t middle = 0, shift = 0, less = 0;
};

std::string roundOf(const Attributes& attributes) {
  return attributes.has("round") ? attributes.get<std::string>("round")
                                 : defaultRound(attributes.get<std::string>("align"));
}

// Rounding is rounding down of something more: 1/2, or 1, or next to nothing less than these.
void addRounding(Places& places, const std::string& round) {
  if (round == "half_up") places.shift += 1;
  if (round == "half_down") places.shift += 1, places.less = 1;
  if (round == "ceil") places.shift += 2, places.less = 1;
}

Places placesOf(const Attributes& attributes, const TensorType& input, const TensorType& result, int axis) {
  const auto at = static_cast<size_t>(axis);
  const auto& align = attributes.get<std::string>("align");
  Places places{input.spatial(axis), result.spatial(axis)};
  if (align == "align_corners") { // the first and the last element keep their places; one result is the first
    places.from = places.from - 1, places.to = places.to - 1;
  } else if (attributes.has("scale")) {
    const auto& scale = attributes.get<std::vector<int64_t>>("scale");
    places.to = scale[2 * at], places.from = scale[2 * at + 1];
  }
  if (align == "half_pixel") places.middle = 1, places.shift = -1;
  if (interpolationOf(attributes) == Interpolation::Nearest) addRounding(places, roundOf(attributes));
  return places;
}

// `size` positions are `over` for each `under` of another extent, and from `least` to `most` more in all,
// divided by `under`.
struct Rate {
  int64_t over, under, least, most;
};

// The other extent is not 0. Extents that are known only at run time advance as they do from one large number
// to another, if it can be proved.
std::optional<Rate> rateOf(const Size& size, const Size& other) {
  constexpr int64_t large = 720720, most = 65536; // a multiple of all numbers up to 16
  auto advance = [](const Size& size) {
    if (size.isConstant()) return size.constant();
    std::map<std::string, int64_t> once, twice;
    for (const std::string& symbol : size.symbols()) once[symbol] = large, twice[symbol] = 2 * large;
    const auto first = size.evaluate(once), second = size.evaluate(twice);
    return first && second ? std::optional(*second - *first) : std::nullopt;
  };
  if (size.isConstant() != other.isConstant()) return std::nullopt;
  const auto over = advance(size), under = advance(other);
  if (!over || !under || *over < 0 || *under < 1) return std::nullopt;
  const int64_t common = std::gcd(*over, *under);
  Rate rate{*over / common, *under / common, 0, 0};
  if (rate.over > most || rate.under > most) return std::nullopt;
  const Size rest = size * rate.under - other * rate.over;
  const auto low = rest.lowerBound(), high = rest.upperBound();
  if (!low || !high) return std::nullopt;
  rate.least = std::min<int64_t>(*low, 0), rate.most = std::max<int64_t>(*high, 0);
  return rate;
}

} // namespace

Interpolation interpolationOf(const Attributes& attributes) {
  const auto& mode = attributes.get<std::string>("mode");
  return mode == "nearest"    ? Interpolation::Nearest
         : mode == "bilinear" ? Interpolation::Bilinear
                              : Interpolation::Cubic;
}

std::string defaultRound(const std::string& align) { return align == "asymmetric" ? "floor" : "half_up"; }

bool staysInside(const Attributes& attributes) {
  if (interpolationOf(attributes) != Interpolation::Nearest) return false;
  const auto& align = attributes.get<std::string>("align");
  const std::string round = roundOf(attributes);
  if (align == "align_corners") return true;          // from 0 to n - 1
  if (align == "asymmetric") return round == "floor"; // from 0 to less than n
  return round == "half_up" || round == "half_down";  // within -1/2 and n - 1/2
}

ResizeGrid resizeGrid(const Attributes& attributes, const TensorType& input, const TensorType& result,
                      int axis) {
  Places places = placesOf(attributes, input, result, axis);
  places.to = Size::max(places.to, 1);
  if (places.middle == 0 && places.shift == 0) return {places.from, 0, places.to};
  return {2 * places.from, places.from * places.middle + places.to * places.shift - places.less,
          2 * places.to};
}

AxisAccess resampledAxis(const Attributes& attributes, const TensorType& input, const TensorType& result,
                         int axis) {
  const Places places = placesOf(attributes, input, result, axis);
  const Interpolation how = interpolationOf(attributes);
  AxisAccess access;
  // What is left over of the rate moves a result by at most all of it: (2 * o + middle) / (2 * to) is at
  // most 1.
  const bool one = places.to == Size(0);
  const auto rate = one ? Rate{0, 1, 0, 0} : rateOf(places.from, places.to);
  if (!rate) return access;
  access.kind = AxisAccess::Scaled;
  access.resultAxis = 1 + axis;
  access.kernel = tapsOf(how);
  access.padBegin = tapsBefore(how);
  access.stride = 2 * rate->over;
  access.unit = 2 * rate->under;
  const int64_t start = places.middle * rate->over + places.shift * rate->under;
  access.least = start + 2 * rate->least;
  access.most = start + 2 * rate->most;
  if (places.less) { // up to under / to of the unit, which is 1 at most where the rate is exact
    const int64_t results = std::max<int64_t>(places.to.lowerBound().value_or(1), 1);
    access.least -= (rate->under + results - 1) / results;
    access.most -= 1;
  }
  return access;
}

} // namespace convoy
