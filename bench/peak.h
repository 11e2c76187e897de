// What one core gives at best, as the base of percentages.
#pragma once

namespace convoy::bench {

// GFLOP/s of float32 fused multiply-adds on the widest vectors of this processor, registers only. One sample
// of a few milliseconds; the clock of a machine varies, so take the best of several around what is measured.
double fmaPeakSample();

} // namespace convoy::bench
