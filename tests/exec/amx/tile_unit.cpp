#include "tile_unit.h"
#include <cstring>
#include <immintrin.h>

namespace convoy::amx {

namespace {

template <typename T> T* pointer(uint64_t address) {
  return reinterpret_cast<T*>(address); // NOLINT(performance-no-int-to-ptr): a register holds it
}
bool anySet(const void* bytes, size_t count) {
  const auto* b = static_cast<const uint8_t*>(bytes);
  for (size_t i = 0; i < count; ++i)
    if (b[i]) return true;
  return false;
}

// The products of one row: 16 sums of pairs, even and odd terms apart, which are added at the end. Fused,
// rounded to nearest even; the caller's MXCSR says that denormals are zero.
[[gnu::noinline, gnu::target("avx512f")]] void rowOfBf16(uint8_t* sums, const uint8_t* left, int pairs,
                                                         const uint8_t (*right)[64]) {
  __m512 even = _mm512_setzero_ps(), odd = even;
  const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xFFFF0000));
  for (int k = 0; k < pairs; ++k) {
    int pair = 0;
    std::memcpy(&pair, left + 4 * k, 4);
    const __m512i a = _mm512_set1_epi32(pair), b = _mm512_loadu_si512(right[k]);
    even = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_slli_epi32(a, 16)),
                           _mm512_castsi512_ps(_mm512_slli_epi32(b, 16)), even);
    odd = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_and_si512(a, upper)),
                          _mm512_castsi512_ps(_mm512_and_si512(b, upper)), odd);
  }
  _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_loadu_ps(sums), _mm512_add_ps(even, odd)));
}

} // namespace

Fault TileUnit::execute(const TileInstruction& inst) {
  switch (inst.op) {
  case TileOp::LoadConfig: return loadConfig(inst.address);
  case TileOp::StoreConfig: storeConfig(inst.address); return Fault::None;
  case TileOp::Release: reset({}); return Fault::None;
  case TileOp::Zero:
    if (!isValid(inst.tile)) return Fault::InvalidOpcode;
    std::memset(&tile_[inst.tile], 0, sizeof(Tile));
    break;
  case TileOp::Load:
    if (!moves(inst.tile)) return Fault::InvalidOpcode;
    load(inst);
    break;
  case TileOp::Store:
    if (!moves(inst.tile)) return Fault::InvalidOpcode;
    store(inst);
    break;
  case TileOp::DotBf16:
  case TileOp::DotSS:
  case TileOp::DotSU:
  case TileOp::DotUS:
  case TileOp::DotUU:
    if (!multiplies(inst)) return Fault::InvalidOpcode;
    if (inst.op == TileOp::DotBf16)
      dotBf16(inst);
    else
      dotBytes(inst, inst.op == TileOp::DotSS || inst.op == TileOp::DotSU,
               inst.op == TileOp::DotSS || inst.op == TileOp::DotUS);
    break;
  }
  config_.startRow = 0;
  return Fault::None;
}

void TileUnit::reset(const Config& config) {
  config_ = config;
  std::memset(tile_, 0, sizeof tile_);
}

Fault TileUnit::loadConfig(uint64_t address) {
  Config c;
  std::memcpy(&c, pointer<const void>(address), sizeof c);
  if (c.palette > 1) return Fault::GeneralProtection;
  if (c.palette == 0) {
    reset({});
    return Fault::None;
  }
  if (anySet(c.reserved, sizeof c.reserved) || anySet(c.noBytes, sizeof c.noBytes) ||
      anySet(c.noRows, sizeof c.noRows))
    return Fault::GeneralProtection;
  for (int t = 0; t < tiles; ++t)
    if (c.rows[t] > mostRows || c.bytesPerRow[t] > rowBytes || (c.rows[t] == 0) != (c.bytesPerRow[t] == 0))
      return Fault::GeneralProtection;
  reset(c);
  return Fault::None;
}

void TileUnit::storeConfig(uint64_t address) const {
  std::memcpy(pointer<void>(address), &config_, sizeof config_);
}

bool TileUnit::moves(int tile) const {
  return isValid(tile) && config_.bytesPerRow[tile] % 4 == 0 && config_.startRow < config_.rows[tile];
}

// c += a b: c has a's rows and b's columns, and a has as many groups of four bytes as b has rows.
bool TileUnit::multiplies(const TileInstruction& inst) const {
  const int c = inst.tile, a = inst.left, b = inst.right;
  if (c == a || c == b || a == b) return false;
  for (int t : {c, a, b})
    if (!isValid(t) || config_.bytesPerRow[t] % 4 != 0) return false;
  return config_.rows[c] == config_.rows[a] && config_.bytesPerRow[c] == config_.bytesPerRow[b] &&
         config_.bytesPerRow[a] / 4 == config_.rows[b];
}

void TileUnit::load(const TileInstruction& inst) {
  Tile& t = tile_[inst.tile];
  const int first = config_.startRow;
  std::memset(t.row[first], 0, static_cast<size_t>(mostRows - first) * rowBytes);
  for (int r = first; r < config_.rows[inst.tile]; ++r)
    std::memcpy(t.row[r], pointer<const void>(inst.address + static_cast<uint64_t>(r) * inst.stride),
                config_.bytesPerRow[inst.tile]);
}

void TileUnit::store(const TileInstruction& inst) {
  for (int r = config_.startRow; r < config_.rows[inst.tile]; ++r)
    std::memcpy(pointer<void>(inst.address + static_cast<uint64_t>(r) * inst.stride), tile_[inst.tile].row[r],
                config_.bytesPerRow[inst.tile]);
}

void TileUnit::clearOutside(int tile) {
  Tile& t = tile_[tile];
  for (int r = 0; r < mostRows; ++r) {
    const size_t used = r < config_.rows[tile] ? config_.bytesPerRow[tile] : 0;
    std::memset(t.row[r] + used, 0, rowBytes - used);
  }
}

void TileUnit::dotBytes(const TileInstruction& inst, bool leftSigned, bool rightSigned) {
  auto value = [](uint8_t byte, bool isSigned) {
    return isSigned ? static_cast<int32_t>(static_cast<int8_t>(byte)) : static_cast<int32_t>(byte);
  };
  const Tile &a = tile_[inst.left], &b = tile_[inst.right];
  const int bytes = config_.bytesPerRow[inst.left], columns = config_.bytesPerRow[inst.tile] / 4;
  for (int m = 0; m < config_.rows[inst.tile]; ++m)
    for (int n = 0; n < columns; ++n) {
      uint32_t sum = 0; // wraps
      uint8_t* at = tile_[inst.tile].row[m] + 4 * n;
      std::memcpy(&sum, at, 4);
      for (int k = 0; k < bytes; ++k)
        sum += static_cast<uint32_t>(value(a.row[m][k], leftSigned) *
                                     value(b.row[k / 4][4 * n + k % 4], rightSigned));
      std::memcpy(at, &sum, 4);
    }
  clearOutside(inst.tile);
}

void TileUnit::dotBf16(const TileInstruction& inst) {
  constexpr unsigned masked = 0x1F80,
                     flushed = 0x8040; // no exception is raised; denormals are zero, in and out
  const unsigned before = _mm_getcsr();
  _mm_setcsr(masked | flushed);
  for (int m = 0; m < config_.rows[inst.tile]; ++m)
    rowOfBf16(tile_[inst.tile].row[m], tile_[inst.left].row[m], config_.bytesPerRow[inst.left] / 4,
              tile_[inst.right].row);
  _mm_setcsr(before);
  clearOutside(inst.tile);
}

} // namespace convoy::amx
