// What the elementary functions have in common. Private to math_*.cpp.
#pragma once
#include "schedule/math_vector.h"

namespace convoy::schedule::math {

using loop::Scalar;

constexpr double ln2 = 0.693147180559945309417;
// ln 2 in two parts: the first has 15 bits, so that its product with an exponent is exact.
constexpr double ln2High = 0.693145751953125, ln2Low = 1.42860682030941723212e-6;
constexpr double log2e = 1.44269504088896340736;
constexpr double smallestNormal = 0x1p-126;

// Adding it rounds a float to an integer, which then is in the lowest bits.
constexpr double roundF32 = 0x1.8p23;

// Cody and Waite's reduction: x = n ln 2 + r with |r| <= ln(2) / 2. `shifted` is n + exponentBias + roundF32.
constexpr int exponentBias = 127;
struct Reduced {
  Vec n, r, shifted;
};
inline Reduced reduced(Vec x) {
  Vec shifted = fma(x, log2e, roundF32 + exponentBias), n = shifted - (roundF32 + exponentBias);
  return {n, fma(n, -ln2Low, fma(n, -ln2High, x)), shifted};
}

// e^r - 1 for |r| <= ln(2) / 2, without what r itself gives: the minimax polynomial of degree 4 in
// e^r = 1 + r + r^2 q(r), of error 2^-28 (coefficients by Lawson's iteration, then rounded one after
// another).
inline Vec expTail(Vec r) {
  return polynomial(r, {0.0013818907318636775, 0.008368700742721558, 0.04166828840970993, 0.1666652113199234,
                        0.4999999403953552});
}
inline Vec expOfSmall(Vec r) { return fma(fma(expTail(r), r, 1), r, 1); }

// 2^n as a float for n in -127 (which gives 0) ... 128 (infinity).
inline Vec powerOfTwo(Vec shifted) { return (shifted.bits(Scalar::I32) << 23).bits(Scalar::F32); }

// p * 2^n, where 2^128 is no float but the product may be.
inline Vec scaled(Vec p, Vec n, Vec shifted) {
  constexpr int32_t largest = 0x4b400000 + 127 + exponentBias; // of the bits of `shifted`: n = 127
  Vec bits = shifted.bits(Scalar::I32);
  Vec y = p * (bits.binary(loop::Op::Min, bits.number(largest)) << 23).bits(Scalar::F32);
  return select(127 < n, y + y, y);
}

// The sign bit of x.
inline Vec signOf(Vec x) { return x.bits(Scalar::I32) & INT32_MIN; }
inline Vec withSign(Vec magnitude, Vec sign) {
  return (magnitude.bits(Scalar::I32) | sign).bits(Scalar::F32);
}

// x = 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for positive normal x.
struct Parts {
  Vec n, f; // f32
};
inline Parts partsOf(Vec x) {
  constexpr int32_t rootOfHalf = 0x3f3504f3;
  Vec all = x.bits(Scalar::I32), n = (all - rootOfHalf) >> 23;
  return {n.as(Scalar::F32), (all - (n << 23)).bits(Scalar::F32) - 1};
}

// log(1 + f) - f over that range of f: minimax polynomial, f^2 (-1/2 + f q(f)) with q of degree 7, of error
// 2^-27.
inline Vec logTail(Vec f) {
  return polynomial(f, {-0.07637006789445877, 0.12766008079051971, -0.13161152601242065, 0.14201147854328156,
                        -0.16623209416866302, 0.20001253485679626, -0.2500082552433014, 0.3333333134651184,
                        -0.5}) *
         (f * f);
}

} // namespace convoy::schedule::math
