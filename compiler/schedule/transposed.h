// Transposed convolution by phases. Private to schedule/.
//
// With a stride of s, the results r, r + s, r + 2 s, ... along an axis (its phase r) all meet the same taps:
// those of which r + padding - tap * dilation is a multiple of s. Each of them is a stride apart from its
// neighbour as the inputs are 1 apart, so that a phase is an ordinary convolution of the input with some of
// the taps, backwards: the product of the strides many, which together have the taps of the whole kernel
// once.
#pragma once
#include "schedule/call.h"
#include "schedule/schedule.h"

namespace convoy::schedule {

// Of one axis. Result q of the phase is result q * step + first of the layer; tap t of the phase reads input
// q + offset + t * dilation, and is tap lastTap - t * tapStep of the kernel.
struct PhaseAxis {
  int64_t first = 0, step = 1;
  int64_t taps = 0, lastTap = 0, tapStep = 1; // taps may be 0
  int64_t offset = 0, dilation = 1;
  Size outputs; // may be 0
};
using Phase = std::vector<PhaseAxis>;

// Without those that have no results, as far as that is known.
std::vector<Phase> phasesOf(const graph::Value& node);
int64_t phaseCount(const graph::Value& node);

// Results by phases have as many kernels; more than this are not written in blocks.
constexpr int64_t mostPhases = 32;
// Whether blocks of channels give blocks of filters.
bool canBlockTransposed(const graph::Graph& graph, const graph::Value& node, int lanes);

// Which of the parameter's taps the phase has.
Packing phasePacking(const graph::Value& node, const Phase& phase, Packing packing);

} // namespace convoy::schedule
