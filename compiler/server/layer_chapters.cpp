#include "server/layer_chapters.h"

namespace convoy::server {

const char* const layerPageStart = R"(# Layers

<!-- Made by build/bin/layer_page from compiler/ops/ops.def; a test compares it. -->

Every layer that a [script](language.md) can call. A layer takes tensors and gives one tensor; `x |> f(a)` is `f(x, a)`.
Attributes with a default may be left out; those marked *positional* may stand without their name, after the tensors.
In the examples x and y are `tensor[3, H, W]`. Everything is float32; the batch is never written.

What float32 arithmetic does to the results is said for each layer: *exact* results are the exact ones of their
operands, *rounded once* are nearest to them, *sums* round after every term. [verify](command.md) and the tests of
Convoy compare compiled code with a reference in double precision, bit by bit where a layer is exact, else within a bound
that is derived for the layer and carried through the network.
)";

const std::vector<LayerChapter>& layerChapters() {
  static const std::vector<LayerChapter> chapters = {
      {LayerGroup::Convolution, "Convolution", R"(
A window slides over the input; under each place, elements times weights are summed. One dimension, with a kernel of 3,
stride 2, padding 1 and dilation 1:

```
padded input    0  a  b  c  d  e  0        n = 5, padded by 1 and 1
                |-----|                    y[0] = 0 w0 + a w1 + b w2
                      |-----|              y[1] = b w0 + c w1 + d w2
                            |-----|        y[2] = d w0 + e w1 + 0 w2
```

With dilation 2 the same three weights span five elements:

```
input           a  b  c  d  e  f           y[0] = a w0 + c w1 + e w2
                |     |     |              y[1] = b w0 + d w1 + f w2
```

A window of extent k with dilation d spans `e = d * (k - 1) + 1`; on n elements with padding p before and q behind,
stride s gives `div(n + p + q - e, s) + 1` results. `padding: same` gives `ceil(n / s)`: the total padding is
`max(0, (ceil(n / s) - 1) * s + e - n)`, and an odd one goes behind (`same_lower`: before). [convoy plan](command.md) prints
the padding that came out.

What a window reads outside of the input is its [border](language.md#borders):

```
zero           0 0 0 | a b c d | 0 0 0        replicate    a a a | a b c d | d d d
constant(v)    v v v | a b c d | v v v        wrap         b c d | a b c d | a b c
symmetric      c b a | a b c d | d c b        reflect101   d c b | a b c d | c b a
```
)"},
      {LayerGroup::Pooling, "Pooling", R"(
A window slides over each channel by itself; its largest element or its mean is the result. The stride is the window
where none is written, so that windows lie side by side:

```
max_pool(2x2)      1 5 | 2 0                avg_pool(2x2)
                   3 4 | 7 1
                   ----+----        5 7                     3.25 2.5
                   0 0 | 8 6        2 9                     1    7.5
                   2 2 | 9 7
```

`ceil_mode: true` adds a last window that hangs over the end, if it starts inside the input or the padding before it:

```
n = 5, window 2    a b | c d | e            ceil_mode: false   2 results
                   a b | c d | e .          ceil_mode: true    3 results; the third has one element
```
)"},
      {LayerGroup::Activation, "Activation", R"(
Element by element, but for `softmax`. Behind a convolution, a pool or a dense layer they cost no pass over memory: they
are computed on the results while these are in registers.
)"},
      {LayerGroup::Normalization, "Normalisation", ""},
      {LayerGroup::Arithmetic, "Arithmetic", R"(
On tensors of one shape; an extent of 1 is repeated, and `tensor[C]` goes with the channels
([broadcasting](language.md#broadcasting)). A number may stand beside a tensor, and so may a learned
[`parameter`](language.md#layers). Functions of numbers alone are computed when compiling.
)"},
      {LayerGroup::Shape, "Shape", ""},
      {LayerGroup::Head, "Heads and reductions", ""},
      {LayerGroup::Quantization, "Quantization", R"(
A quantized tensor has whole numbers of 8 bits, each of which stands for `(number - zero_point) * scale`. `quantize` makes
one, `dequantize` gives the numbers back, and the layers between compute with whole numbers alone, so that they give the
same bits everywhere. Its type says so: `tensor[64, 56, 56] u8`, from 0 to 255, or `i8`, from -128 to 127. Layers that only
choose or move elements work on it as on any tensor: max_pool, concat, pad, crop, slice, channel_shuffle, reshape, flatten,
transpose, the interleaving ones, clamp, the largest and smallest of reductions, and resizing to the nearest. All others want `dequantize`
before them. Scales and zero points are written at the layers that need them; no layer compares them.

A quantized result of a pipeline is float32 in the caller's memory: its whole numbers. [numerics.md](numerics.md#whole-numbers)
says what is rounded, [decisions/quantized.md](decisions/quantized.md) why it is so.
)"},
      {LayerGroup::Image, "Images", ""},
  };
  return chapters;
}

} // namespace convoy::server
