// Between planar and blocked layout: squares of lanes x lanes are transposed in registers.
#include "schedule/kernels.h"

namespace convoy::schedule {

// Element [i][j] becomes [j][i]: in step s, rows that differ in bit s of their number exchange the lanes that
// differ in it (a butterfly of shuffles, log2(lanes) steps).
std::vector<Reg> transpose(Builder& b, std::vector<Reg> rows, int64_t lanes) {
  for (int64_t bit = 1; bit < lanes; bit *= 2) {
    std::vector<int64_t> low, high;
    for (int64_t i = 0; i < lanes; ++i) {
      low.push_back(i & bit ? lanes + (i ^ bit) : i);
      high.push_back(i & bit ? lanes + i : i ^ bit);
    }
    for (int64_t i = 0; i < lanes; ++i) {
      if (i & bit) continue;
      Reg x = rows[static_cast<size_t>(i)], y = rows[static_cast<size_t>(i | bit)];
      rows[static_cast<size_t>(i)] = b.shuffle(x, y, low);
      rows[static_cast<size_t>(i | bit)] = b.shuffle(x, y, high);
    }
  }
  return rows;
}

void reorder(KernelBuilder& k) {
  Builder& b = k.b;
  ValueId id = k.kernel.anchor();
  const TensorType& type = k.value(id).type;
  bool toBlocked = k.kernel.layout == Layout::Blocked;
  Reg in = k.read(id, toBlocked ? Layout::Planar : Layout::Blocked), out = k.write(id, k.kernel.layout);
  Reg plane = k.product(type, 1);
  int64_t channels = type.channels(), lanes = k.lanes;
  Size positions = spatialSize(type);
  uint32_t width = static_cast<uint32_t>(lanes);

  // Units: a block of channels and a chunk of positions.
  constexpr int64_t chunk = 1024;
  k.units({Size(k.blocks(channels)), Size::ceilDiv(positions, chunk)}, [&](const std::vector<Reg>& parts) {
    Reg block = parts[1];
    Reg planar = b.offset(
        Scalar::F32, toBlocked ? in : out,
        Index(b.mul(b.add(b.mul(parts[0], k.itemRows(id, Layout::Planar)), b.mul(block, lanes)), plane)));
    Reg blocked =
        b.offset(Scalar::F32, toBlocked ? out : in,
                 Index(b.mul(b.add(b.mul(parts[0], k.itemRows(id, Layout::Blocked)), block), plane), lanes));
    Reg channelsHere = b.sub(b.index(channels), b.mul(block, lanes));
    Reg from = b.mul(parts[2], chunk), to = b.min(b.add(from, chunk), plane);
    // Lanes of channel i's row that exist at x: none behind the last channel.
    auto rowMask = [&](Reg x, int64_t i) {
      Reg exists = b.compare(Op::Lt, b.index(i), channelsHere);
      return b.mask(width, b.select(exists, b.sub(to, x), b.index(0)));
    };
    auto square = [&](Reg x, bool whole) {
      std::vector<Reg> rows;
      auto pixelMask = [&](int64_t i) {
        return whole ? nullptr : b.mask(width, b.mul(b.sub(b.sub(to, x), b.index(i)), lanes));
      };
      bool allChannels = whole && channels % lanes == 0;
      for (int64_t i = 0; i < lanes; ++i) {
        Reg mask = toBlocked ? (allChannels ? nullptr : rowMask(x, i)) : pixelMask(i);
        Index at = toBlocked ? Index(x) + Index(plane, i) : Index(x, lanes) + Index(i * lanes);
        Reg from = toBlocked ? planar : blocked;
        rows.push_back(k.load(from, at, mask));
      }
      rows = transpose(b, rows, lanes);
      for (int64_t i = 0; i < lanes; ++i) {
        Reg mask = toBlocked ? pixelMask(i) : (allChannels ? nullptr : rowMask(x, i));
        Index at = toBlocked ? Index(x, lanes) + Index(i * lanes) : Index(x) + Index(plane, i);
        b.store(rows[static_cast<size_t>(i)], toBlocked ? blocked : planar, at, mask);
      }
    };
    Reg whole = b.add(from, b.mul(b.floorDiv(b.sub(to, from), lanes), lanes));
    for (bool full : {true, false})
      b.loop("x", full ? from : whole, full ? whole : to, lanes, {}, [&](Reg x, const Builder::Values&) {
        square(x, full);
        return Builder::Values{};
      });
  });
  k.finish();
}

} // namespace convoy::schedule
