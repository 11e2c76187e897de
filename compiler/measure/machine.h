// What one core of this machine gives at best, as the base of percentages.
#pragma once
#include "command/peak.h"
#include <cstddef>

namespace convoy::measure {

using command::fmaPeak;
using command::fmaPeakBits;
using command::fmaPeakSample;

// GB/s on one core. `bytes` decides which cache the numbers are in; copying counts what is read and what is
// written.
double readBandwidth(size_t bytes);
enum class Stores { Ordinary, Streaming };
double copyBandwidth(size_t bytes, Stores stores);

// Bytes of the caches that one core sees, nearest first; 0 where the system does not tell.
struct Caches {
  size_t l1 = 0, l2 = 0, l3 = 0;
};
Caches caches();

// Writes the range back to memory and takes it out of all caches.
void evict(const void* data, size_t bytes);

} // namespace convoy::measure
