// The logarithm and powers.
#include "schedule/math.h"
#include "schedule/math_pieces.h"
#include <cmath>
#include <limits>

namespace convoy::schedule {

using namespace math;

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();

Vec log(Vec x) {
  Parts p = partsOf(x);
  Vec y = fma(p.n, ln2High, p.f + fma(p.n, ln2Low, logTail(p.f)));
  Vec tooSmall = select(x < 0, x.number(nan), x.number(-infinity));
  return select(x < smallestNormal, tooSmall, select(x < infinity, y, x));
}

// 2^(y log2 |x|), with the logarithm in double precision: an error of the exponent is one of the result that
// is up to a hundred times larger. What C's pow says of zeros, infinities, NaN and negative bases holds.
Vec pow(Vec x, Vec y) {
  Vec a = abs(x);
  Parts p = partsOf(a);
  Vec n = select(a < smallestNormal, x.number(-infinity), select(a < infinity, p.n, a));
  // log2(1 + f) / f, the minimax polynomial of error 2^-33.
  Vec f = p.f.as(Scalar::F64);
  Vec log2 =
      fma(polynomial(f, {-0.08634303275783357, 0.154856788252718, -0.1569833266178678, 0.1590017320842784,
                         -0.17904682138703987, 0.20609623424904325, -0.24050418130361018, 0.2885406442905431,
                         -0.3606728003790294, 0.48089832072208427, -0.7213475252142119, 1.4426950409393633}),
          f, n.as(Scalar::F64));
  Vec z = atMost(128.4, atLeast(-127, y.as(Scalar::F64) * log2));
  constexpr double roundF64 = 0x1.8p52;
  Vec whole = z + roundF64 - roundF64;
  Vec r = ((z - whole) * ln2).as(Scalar::F32);
  Vec exponent = whole.as(Scalar::F32);
  Vec size = scaled(expOfSmall(r), exponent, exponent + (roundF32 + exponentBias));
  size = select(a == 1, x.number(1), select(y == 0, x.number(1), size));

  auto isInteger = [](Vec v) { return v.unary(loop::Op::Round) == v; };
  Vec integer = isInteger(y);
  Vec ofNegative = select(isInteger(y * 0.5), size, withSign(size, signOf(x)));
  Vec result = select(integer, ofNegative, size);
  return select(x < 0, select(integer, result, select(a < infinity, x.number(nan), size)), result);
}

// Products and square roots for small multiples of a quarter.
Vec pow(Vec x, double exponent) {
  const double size = std::fabs(exponent);
  const bool integer = size == 1 || size == 2 || size == 3 || size == 4;
  if (!integer && size != 0.25 && size != 0.5 && size != 0.75) return pow(x, x.number(exponent));
  if (exponent < 0) x = x.number(1) / x; // its powers overflow and vanish where those of 1 / x do
  if (integer) {
    Vec square = x * x;
    return size == 1 ? x : size == 2 ? square : size == 3 ? square * x : square * square;
  }
  auto root = [](Vec v) { return v.unary(loop::Op::Sqrt); };
  Vec half = root(x + 0); // of -0 it is 0
  return size == 0.5 ? half : size == 0.25 ? root(half) : half * root(half);
}

} // namespace convoy::schedule
