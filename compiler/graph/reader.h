// Reads the text form of graph IR back.
//
//   graph @edges(%photo: image[rgb, photo.H, photo.W], %level: float = 0.5) {
//     %luminance_1 = luminance(%photo) : tensor[1, photo.H, photo.W]
//     param %conv_1.weight : f32[1, 1, 3, 3] literal = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
//     param %conv_2.weight : f32[64, 1, 3, 3] = <576 numbers>
//     %q = quantize(%photo) {scale: 0.02, zero_point: 128, type: "u8"} : tensor[3, photo.H, photo.W] u8
//     %conv_1 = conv(%luminance_1, %conv_1.weight) {kernel: [3, 3], ...} : tensor[1, photo.H, photo.W]
//     check photo.H >= 3, "conv 'conv_2' needs an input of at least 3 rows"
//     return (result: %conv_1 as image[gray])
//   }
//
// A name that is not made of letters, digits and `_ . / -` is written in quotes: %"a b". `//` starts a
// comment. Elided numbers (<576 numbers>) and parameters without numbers read as "not given". What was read
// is verified.
#pragma once
#include "graph/graph.h"
#include <optional>

namespace convoy::graph {

// Diagnostics point into `file`. nullopt after an error.
std::optional<Graph> read(const SourceFile& file, DiagnosticEngine& diags);

} // namespace convoy::graph
