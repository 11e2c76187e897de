// What one core of this machine gives at best, as the base of percentages.
#ifndef CONVOY_COMMAND_PEAK_H
#define CONVOY_COMMAND_PEAK_H

namespace convoy::command {

// GFLOP/s of float32 fused multiply-adds on the widest vectors of this processor, registers only. One sample
// of a few milliseconds; the clock of a machine varies, so take the best of several around what is measured.
// 0: this kind of processor has no such measurement.
double fmaPeakSample();
double fmaPeak();  // the best of five samples
int fmaPeakBits(); // of the vectors that it is measured with; 0: none

// GB/s at which one core copies what lies in memory, read and written bytes together: the best of three
// times, a few milliseconds each. 0: there is no memory for it.
double copyRate();

} // namespace convoy::command
#endif
