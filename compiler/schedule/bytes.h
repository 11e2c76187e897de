// Vectors of 8-bit samples: to float32 and back, and pixels of several channels taken apart and put together.
// docs/decisions/bytes.md says why it is done so. Private to schedule/.
#pragma once
#include "loop/builder.h"
#include "target/target.h"

namespace convoy::schedule {

using loop::Builder;
using Reg = loop::Value*;

// b / 255, correctly rounded: u8 x n to f32 x n.
Reg fromBytes(Builder& b, const Target& target, Reg bytes);
// NaN to 0, clamped to 0..1, times 255, rounded half to even: f32 x n to u8 x n.
Reg toBytes(Builder& b, Reg v);

// So many interleaved pixels: u8 x (lanes * channels). Of the vector at `at`, in bytes, the first `count`
// pixels are read or written; null: all.
Reg loadPixels(Builder& b, int64_t lanes, int64_t channels, Reg pointer, const loop::Index& at, Reg count);
void storePixels(Builder& b, int64_t lanes, int64_t channels, Reg pixels, Reg pointer, const loop::Index& at,
                 Reg count);
// One channel of pixels, u8 x lanes; and the other way round.
Reg channelOf(Builder& b, Reg pixels, int64_t lanes, int64_t channels, int64_t channel);
Reg joinChannels(Builder& b, const std::vector<Reg>& channels, int64_t lanes);

// func @name(%begin, %end, %in: ptr, %out: ptr, %plane): bytes of `channels` channels to planes of `plane`
// positions, or planes to bytes. A unit is convertChunk positions of an item.
constexpr int64_t convertChunk = 8192;
void convertImage(loop::Function& function, const Target& target, int64_t channels, bool toPlanes);

} // namespace convoy::schedule
