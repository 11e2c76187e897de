// What planar and blocked window kernels (convolution, pooling) share. Private to schedule/.
#pragma once
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include "schedule/transposed.h"
#include <optional>

namespace convoy::schedule {

// One spatial axis of a window, in values of the running program.
struct WindowAxis {
  int64_t kernel, stride, dilation;
  Reg padBegin, padEnd, input, output;
  // The same as numbers, where all that tells which columns are inside is known when compiling.
  struct Known {
    int64_t padBegin, input, output;
  };
  std::optional<Known> known;
  // A phase of a transposed convolution: result o is result o * step + first of the layer, and there are as
  // many as `outputs`. Its padding may be less than 0, and its kernel may have no tap.
  int64_t step = 1, first = 0;
  std::optional<Size> outputs = std::nullopt;
  Reg place(Builder& b, Reg o) const { return step == 1 ? o : b.add(b.mul(o, step), first); }
  // How many neighbouring inputs `outputs` neighbouring results span.
  int64_t reach(int64_t outputs) const { return (outputs - 1) * stride + (kernel - 1) * dilation + 1; }
};

enum class Combine { MultiplyAdd, Maximum, Sum };

struct Window3 {
  Combine combine = Combine::MultiplyAdd;
  bool perChannel = false; // each channel by itself: pooling and depthwise
  Border border;           // pooling: a constant that changes nothing
  std::vector<WindowAxis> axes;
  Reg rowPitch = nullptr; // columns from one row of the input to the next
  int64_t taps = 1;
  bool unrollsRows = false; // see schedule.h
  // All axes are walked as one: no tap reaches another position.
  bool flat = false;
  // Average pooling: how many positions are counted. Fixed: always all taps.
  bool fixedCount = true, countPadding = true;
  int64_t divisor = 0; // instead of the count; 0: the count
  int64_t channels = 1, filters = 1, groups = 1;
  // The input is bytes. Channels may be columns, so many for each pixel: then the window has one channel.
  bool bytes = false;
  int64_t columnsPerPixel = 1;
  Scalar element() const { return bytes ? Scalar::U8 : Scalar::F32; }
  // What a row of the border holds. In bytes 0 does what minus infinity does.
  double borderRowNumber() const { return bytes ? 0 : border.value; }
  // Numbers of such a row for each pixel; bytes are smaller than numbers.
  int64_t borderColumns() const { return bytes ? 1 : columnsPerPixel; }
  ValueId input = 0, weight = 0, bias = 0;
  bool hasBias = false;
  Packing packing; // of a phase: which taps it has

  const WindowAxis& last() const { return axes.back(); }
  size_t outer() const { return axes.size() - 1; } // axes that are rows, not columns
  // The output's extents along the axes, of its type.
  std::vector<Size> outerSizes(const TensorType& result) const;
  std::vector<Size> depthCounts(const TensorType& result) const; // without the last of them, the rows
  Size lastSize(const TensorType& result) const;
  // The border adds nothing to a result, so that rows outside can be left out.
  bool borderIsNeutral() const {
    return border.mode == BorderMode::Constant && (combine != Combine::MultiplyAdd || border.value == 0);
  }
};

Window3 windowOfKernel(KernelBuilder& k);
Window3 windowOfPhase(KernelBuilder& k, const Phase& phase);

// Input coordinate of tap `tap` (a value) at output position `o`.
Reg coordinate(KernelBuilder& k, const WindowAxis& axis, Reg o, Reg tap);
// The input row at a coordinate for each outer axis, in the channel (or block) at `channel`, with `pitch`
// numbers a column. Outside it is the row to which the border maps it, or `borderRow`; `inside`, when wanted,
// says that it is no such row (null: never).
Reg inputRow(KernelBuilder& k, const Window3& w, Reg channel, const std::vector<Reg>& coordinates,
             int64_t pitch, Reg borderRow, Reg* inside = nullptr);
// Where the border finds a coordinate outside 0..n-1. For a constant border `valid` tells the ones inside,
// and the result is clamped so that it can be used as an address. Works on i64 and on i32 vectors (n of the
// same type).
Reg mapBorder(Builder& b, BorderMode mode, Reg coordinate, Reg n, Reg& valid);
// The taps lo..hi of an axis that lie inside the input for any output position from `first` to `last`.
void insideTaps(KernelBuilder& k, const WindowAxis& axis, Reg first, Reg last, Reg& lo, Reg& hi);
// How many taps of an axis count at output position o (average pooling), as i64.
Reg countedTaps(KernelBuilder& k, const Window3& w, const WindowAxis& axis, Reg o);

// Average pooling: the sum of a window divided by how many of its positions count. `outer` and `last` are the
// output position; lanes that are channels share it. `edge`: columns of the window may lie outside.
Reg averageOf(KernelBuilder& k, const Window3& w, Reg sum, const std::vector<Reg>& outer, Reg last,
              bool edge);
// The same where lanes are neighbours along the last axis, the first one at `last`.
Reg planarAverageOf(KernelBuilder& k, const Window3& w, Reg sum, const std::vector<Reg>& outer, Reg last,
                    bool edge);

// Neighbours along the last axis from `at` on.
Reg loadColumns(KernelBuilder& k, const Window3& w, Reg row, const Index& at);
// The same; lanes outside of the row are not read and give the constant of the border.
Reg loadInside(KernelBuilder& k, const Window3& w, Reg row, const Index& at);
// A lane for each index (i32).
Reg gatherColumns(KernelBuilder& k, const Window3& w, Reg row, Reg indices);

// The input columns first, first + stride, ... of a row, one for each lane, wherever the border finds them.
Reg columnsOutside(KernelBuilder& k, const Window3& w, Reg row, Reg first);

// acc (+) x: w is the weight, used by MultiplyAdd only.
Reg combine(Builder& b, Combine how, Reg acc, Reg x, Reg w);

// Output tiles along the last axis that read inside the input only, [first, end) of `count` tiles of `width`
// positions; `overshoot`: how many positions behind the last tap a tile's loads may reach.
struct TileRange {
  Reg begin, first, end, count; // all tiles: begin..count
};
// The first one starts at the output position `origin`, at or before 0.
TileRange interiorTiles(KernelBuilder& k, WindowAxis axis, int64_t width, int64_t overshoot,
                        Reg origin = nullptr);
// The tiles from..to of a range.
TileRange clip(KernelBuilder& k, const TileRange& range, Reg from, Reg to);
// The tiles of a row that are not inside, where they are known and few.
struct KnownEnds {
  std::vector<int64_t> tiles;
  bool anyInside = false; // there are others
};
std::optional<KnownEnds> knownEnds(const WindowAxis& axis, int64_t width);
// Taps firstTap..endTap along a known axis reach the pixels firstPixel..endPixel of the tile at x. Taps that
// reach none are left out.
struct TapRun {
  int64_t firstTap, endTap, firstPixel, endPixel;
};
std::vector<TapRun> tapRuns(const WindowAxis& axis, int64_t x, int64_t pixels);
// Calls body(y, rows) over the rows y0..y1: so many at a time, then the rest one by one.
void inTilesOfRows(Builder& b, Reg y0, Reg y1, int64_t rows,
                   const std::function<void(Reg y, int64_t rows)>& body);
// Calls body(tile) in a loop over the tiles of a range that are not inside.
void overEdges(KernelBuilder& k, const TileRange& range, const std::function<void(Reg tile)>& body);

} // namespace convoy::schedule
