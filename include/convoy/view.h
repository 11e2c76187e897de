// Views: where the numbers of a tensor lie in the caller's memory.
//
// Every shape is written in one order, whatever the order in memory: [batch,] channels, [depth,] [height,]
// width. The batch is there or not: a pipeline whose input is image[rgb, H, W] takes a View<float, 3> of one
// item, and a View<float, 4> of any number of items. Extents and strides count elements, never bytes.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace convoy {
inline namespace v1 {

// The longest view: batch, channels, depth, height, width.
inline constexpr int largestRank = 5;

// How many elements a view has along each of its dimensions.
template <int Rank> using Extents = std::array<std::int64_t, static_cast<std::size_t>(Rank)>;

// What a view's memory holds. Float32 is taken as it is. UInt8 is a picture's: 0..255 stands for 0..1.
// Results that are written to it are rounded: NaN to 0, clamped to 0..1, times 255, half to even.
enum class ElementType { Float32, UInt8 };

// The memory of one tensor, owned by the caller. T is float or std::uint8_t, const for what is only read.
//
// Dense, one plane per channel; planes whose rows begin 704 elements apart; interleaved r g b r g b; anything
// else:
//
//   View<const float, 3> planes(data, {3, 480, 640});
//   auto padded = View<float, 3>::rows(data, {3, 480, 640}, 704);
//   auto photo = View<const std::uint8_t, 3>::hwc(data, {3, 480, 640});
//   View<const float, 3> strided(data, {3, 480, 640}, {640 * 480, 640, 1});
//
// A pipeline takes dense float32 planes, and images also as dense 8-bit hwc; such views cost nothing, and any
// other is copied on the way in or out. Nothing is checked here: run() and bound functions check what they
// are given.
template <typename T, int Rank> class View {
  static_assert(std::is_same_v<std::remove_const_t<T>, float> ||
                    std::is_same_v<std::remove_const_t<T>, std::uint8_t>,
                "a view holds float or std::uint8_t");
  static_assert(Rank >= 1 && Rank <= largestRank, "a view has 1 to 5 dimensions");

public:
  View() = default; // of nothing: refused by every call

  // Dense: the last dimension varies fastest.
  View(T* data, Extents<Rank> extents) : View(data, extents, rowStrides(extents, extents[Rank - 1])) {}

  // Element (i, j, ...) is data[i * strides[0] + j * strides[1] + ...]. What is read may overlap itself
  // (stride 0) or run backwards (a negative stride, `data` is then the first element and not the lowest
  // address); what is written may not.
  View(T* data, Extents<Rank> extents, Extents<Rank> strides)
      : data_(data), extents_(extents), strides_(strides) {}

  // Planes of padded rows: the first elements of two rows are `rowStride` apart.
  static View rows(T* data, Extents<Rank> extents, std::int64_t rowStride) {
    return View(data, extents, rowStrides(extents, rowStride));
  }

  // Channels last, as pictures lie in memory: [batch,] [depth,] height, width, channels. The extents are in
  // the order of every view, channels before height and width. Rows begin `rowStride` elements apart; 0:
  // dense. `batched`: the first extent counts items; by default where there are four dimensions.
  static View hwc(T* data, Extents<Rank> extents, std::int64_t rowStride = 0, bool batched = Rank == 4) {
    static_assert(Rank >= 3, "channels last needs channels, height and width");
    const std::size_t channels = batched ? 1 : 0;
    Extents<Rank> strides{};
    strides[channels] = 1;
    strides[Rank - 1] = extents[channels];
    std::int64_t step = rowStride != 0 ? rowStride : times(extents[Rank - 1], extents[channels]);
    for (std::size_t axis = Rank - 1; axis-- > 0;) {
      if (axis == channels) continue;
      strides[axis] = step;
      step = times(step, extents[axis]);
    }
    return View(data, extents, strides);
  }

  // What may be written may be read.
  template <typename U = T, typename = std::enable_if_t<!std::is_const_v<U>>>
  operator View<const U, Rank>() const {
    return View<const U, Rank>(data_, extents_, strides_);
  }

  T* data() const { return data_; }
  const Extents<Rank>& extents() const { return extents_; }
  const Extents<Rank>& strides() const { return strides_; }
  // view(c, y, x); not checked.
  template <typename... Indices> T& operator()(Indices... indices) const {
    static_assert(sizeof...(Indices) == Rank, "one index per dimension");
    const Extents<Rank> at{static_cast<std::int64_t>(indices)...};
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(Rank); ++axis)
      offset += at[axis] * strides_[axis];
    return data_[offset];
  }

private:
  // Wraps instead of being undefined: extents may be wrong, and are looked at later.
  static std::int64_t times(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  }
  static Extents<Rank> rowStrides(const Extents<Rank>& extents, std::int64_t rowStride) {
    Extents<Rank> strides{};
    strides[Rank - 1] = 1;
    std::int64_t step = rowStride;
    for (std::size_t axis = Rank - 1; axis-- > 0;) {
      strides[axis] = step;
      step = times(step, extents[axis]);
    }
    return strides;
  }

  T* data_ = nullptr;
  Extents<Rank> extents_{}, strides_{};
};

namespace detail {

// A view whose element type and rank are values. Rank 0: a number, for a scalar.
struct AnyView {
  void* data = nullptr;
  ElementType type = ElementType::Float32;
  bool writable = false;
  int rank = 0;
  std::int64_t extents[largestRank] = {}, strides[largestRank] = {};

  AnyView() = default;
  template <typename T, int Rank>
  AnyView(const View<T, Rank>& view)
      : data(const_cast<std::remove_const_t<T>*>(view.data())), type(typeOf<T>()),
        writable(!std::is_const_v<T>), rank(Rank) {
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(Rank); ++axis) {
      extents[axis] = view.extents()[axis];
      strides[axis] = view.strides()[axis];
    }
  }
  // Of a number that outlives the view. What is written has a View.
  AnyView(const float& number) : data(const_cast<float*>(&number)) {}
  template <typename T> static constexpr ElementType typeOf() {
    return std::is_same_v<std::remove_const_t<T>, float> ? ElementType::Float32 : ElementType::UInt8;
  }
};

} // namespace detail
} // namespace v1
} // namespace convoy
