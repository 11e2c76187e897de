// Winograd's algorithm for convolutions with kernels of 3x3: its matrices, and how far float32 code may be
// off that computes a tile of M x M results at once as
//
//   Y = A [ sum over channels of (G w G') . (B x B') ] A'       (docs/numerics.md)
//
// where ' is the transposed matrix. The matrices come from the points of Toom and Cook.
#pragma once
#include "reference/layers.h"

namespace convoy::reference {

using Matrix = std::vector<std::vector<double>>;

struct WinogradMatrices {
  Matrix output; // A: [M][M + 2]
  Matrix weight; // G: [M + 2][3]
  Matrix input;  // B: [M + 2][M + 2]
};
// For tiles of 2 x 2, 4 x 4 or 6 x 6 results.
WinogradMatrices winogradMatrices(int64_t tile);

// Roundings on the way of a number: through both axes of B; and from there to a result, with the stored
// weight, a sum over so many channels, both axes of A and a bias.
double inputRoundings(int64_t tile);
double laterRoundings(int64_t tile, double channels);

// How far a result may be off, as a share of the largest number in its tile of the input times the sum of
// absolute weights.
double winogradShare(int64_t tile, double channels);

// The bound of a convolution that takes call.forms.winograd for the size of its tiles.
void winogradBound(const BoundCall& call, const WindowTable& window, Tensor& error);

} // namespace convoy::reference
