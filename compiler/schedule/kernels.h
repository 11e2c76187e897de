// The kernel generators, one per algorithm. Each builds the function of `k` and fills k.call. Private to
// schedule/.
#pragma once
#include "schedule/kernel.h"
#include "schedule/transposed.h"

namespace convoy::schedule {

void planarWindow(KernelBuilder& k);
void blockedWindow(KernelBuilder& k);
void tiledWindow(KernelBuilder& k); // on matrix tiles
void tiledPhase(KernelBuilder& k, const Phase& phase);
void winogradInput(KernelBuilder& k);                       // the transformed input, as scratch
void winogradWindow(KernelBuilder& k);                      // the rest, or all of it
void transposedPhase(KernelBuilder& k, const Phase& phase); // blocked
void planarTransposed(KernelBuilder& k);
void separableWindow(KernelBuilder& k);   // planar, a column times a row
void bytesWindow(KernelBuilder& k);       // from an 8-bit image to an 8-bit image, in whole numbers
void planarPool(KernelBuilder& k);        // small windows
void channelwiseWindow(KernelBuilder& k); // blocked, small windows over each channel by itself
void pointwise(KernelBuilder& k);
// Other channels than those of the results, in blocks; also a concat whose operands are not whole blocks.
void blockedChannels(KernelBuilder& k);
void movedRows(KernelBuilder& k);  // padding, cropping
void resize(KernelBuilder& k);     // in another size, interpolated
void interleave(KernelBuilder& k); // between channels and positions
void permute(KernelBuilder& k);    // axes in another order
void adaptivePool(KernelBuilder& k);
void reduction(KernelBuilder& k);
void standardize(KernelBuilder& k);
void softmax(KernelBuilder& k);
void dense(KernelBuilder& k);
void integerWindow(KernelBuilder& k); // quantized, planar
void integerDense(KernelBuilder& k);
// The kernel's node in kernel.layout, from the layout in which it is computed.
void reorder(KernelBuilder& k);
// Squares of vectors: element [i][j] of `rows` becomes [j][i].
std::vector<Reg> transpose(Builder& b, std::vector<Reg> rows, int64_t lanes);
// Calls body(x, mask) over from..to in vectors: whole ones first, then one with a mask.
void alongVectors(KernelBuilder& k, Reg from, Reg to, const std::function<void(Reg x, Reg mask)>& body);
// The same, or for a row in blocks each column by itself and without a mask.
void alongColumns(KernelBuilder& k, Reg from, Reg to, bool inBlocks,
                  const std::function<void(Reg x, Reg mask)>& body);
// Copies operand number `operand` of a concat to its place in the result.
void concatOperand(KernelBuilder& k, size_t operand);

// func @name(%in: ptr, %out: ptr, %count: i64): packs parameters that stay as they are.
void packRaw(loop::Function& function, int64_t lanes);
// func @name(%in: ptr, %out: ptr, numbers...): packs phases of transposed convolutions.
void packPhase(loop::Function& function, const Packing& packing, int64_t lanes);
std::vector<int64_t> packPhaseArguments(const graph::Value& parameter, const Packing& packing);
// Weights as they lie in memory.
Reg packed(Builder& b, Reg v, const Packing& packing);
// func @name(%in: ptr, %out: ptr, numbers...): packs filters in units of several channels.
void packUnits(loop::Function& function, const Packing& packing, int64_t lanes);
// func @name(%in: ptr, %out: ptr, numbers...): sums up the whole numbers of each filter.
void packSums(loop::Function& function, int64_t lanes);
// func @name(%in: ptr, %out: ptr, numbers...): transforms filters for tiles of so many results along an axis.
void packWinograd(loop::Function& function, int64_t results, int64_t lanes);
// func @name(%in: ptr, %out: ptr, numbers...): packs all others.
void packFilters(loop::Function& function, int64_t lanes);
// The numbers that each takes behind the pointers.
std::vector<int64_t> packArguments(const graph::Value& parameter, const Packing& packing, int64_t lanes);
// How many numbers of four bytes the packed parameter takes.
int64_t packedElements(const graph::Value& parameter, const Packing& packing, int64_t lanes);

// func @name(%out: ptr, %count: i64): `count` times the number.
void fillRow(loop::Function& function, double number, int64_t lanes);
// func @name(%begin, %end, %in: ptr, %out: ptr, %count: i64): copies `count` numbers, copyChunk of them per
// unit.
constexpr int64_t copyChunk = 16384;
void copy(loop::Function& function, int64_t lanes);

} // namespace convoy::schedule
