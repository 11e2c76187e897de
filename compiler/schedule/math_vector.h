// Vectors as numbers of formulas: what loop IR needs a call for is written as arithmetic. Private to
// schedule/.
#pragma once
#include "loop/builder.h"
#include <initializer_list>

namespace convoy::schedule {

// A vector (or scalar) of loop IR and the builder that its formula goes to. Numbers beside one become
// vectors.
class Vec {
public:
  Vec(loop::Builder& b, loop::Value* v) : b_(&b), v_(v) {}
  loop::Value* value() const { return v_; }
  loop::Builder& builder() const { return *b_; }
  Vec number(double n) const { return {*b_, b_->number(n, v_->type)}; }
  Vec unary(loop::Op op) const { return {*b_, b_->unary(op, v_)}; }
  Vec binary(loop::Op op, Vec o) const { return {*b_, b_->binary(op, v_, o.v_)}; }
  // The same bits as integers or floats; the same numbers in another type.
  Vec bits(loop::Scalar s) const { return {*b_, b_->bitcast(v_->type.withScalar(s), v_)}; }
  Vec as(loop::Scalar s) const { return {*b_, b_->cast(v_->type.withScalar(s), v_)}; }

  friend Vec operator+(Vec a, Vec c) { return a.binary(loop::Op::Add, c); }
  friend Vec operator-(Vec a, Vec c) { return a.binary(loop::Op::Sub, c); }
  friend Vec operator*(Vec a, Vec c) { return a.binary(loop::Op::Mul, c); }
  friend Vec operator/(Vec a, Vec c) { return a.binary(loop::Op::Div, c); }
  friend Vec operator&(Vec a, Vec c) { return a.binary(loop::Op::And, c); }
  friend Vec operator|(Vec a, Vec c) { return a.binary(loop::Op::Or, c); }
  friend Vec operator+(Vec a, double c) { return a + a.number(c); }
  friend Vec operator-(Vec a, double c) { return a - a.number(c); }
  friend Vec operator*(Vec a, double c) { return a * a.number(c); }
  friend Vec operator&(Vec a, int32_t c) { return a & a.number(c); }
  friend Vec operator<<(Vec a, int c) { return a.binary(loop::Op::Shl, a.number(c)); }
  friend Vec operator>>(Vec a, int c) { return a.binary(loop::Op::Shr, a.number(c)); }
  friend Vec operator-(Vec a) { return a.unary(loop::Op::Neg); }
  friend Vec abs(Vec a) { return a.unary(loop::Op::Abs); }

  // Truths, one per lane; none holds for NaN.
  friend Vec operator<(Vec a, Vec c) { return a.compare(loop::Op::Lt, c); }
  friend Vec operator<(Vec a, double c) { return a < a.number(c); }
  friend Vec operator<(double a, Vec c) { return c.number(a) < c; }
  friend Vec operator==(Vec a, Vec c) { return a.compare(loop::Op::Eq, c); }
  friend Vec operator==(Vec a, double c) { return a.compare(loop::Op::Eq, a.number(c)); }
  friend Vec select(Vec truth, Vec a, Vec c) { return {*a.b_, a.b_->select(truth.v_, a.v_, c.v_)}; }

  // a * b + c, rounded once where the processor can.
  friend Vec fma(Vec a, Vec b, Vec c) { return {*a.b_, a.b_->fma(a.v_, b.v_, c.v_)}; }
  friend Vec fma(Vec a, double b, Vec c) { return fma(a, a.number(b), c); }
  friend Vec fma(Vec a, Vec b, double c) { return fma(a, b, a.number(c)); }
  friend Vec fma(Vec a, double b, double c) { return fma(a, a.number(b), a.number(c)); }
  // NaN passes.
  friend Vec atLeast(double low, Vec a) { return a.number(low).binary(loop::Op::Max, a); }
  friend Vec atMost(double high, Vec a) { return a.number(high).binary(loop::Op::Min, a); }
  // Horner's rule, the coefficient of the highest power first.
  friend Vec polynomial(Vec x, std::initializer_list<double> coefficients) {
    Vec sum = x.number(*coefficients.begin());
    for (const double* c = coefficients.begin() + 1; c != coefficients.end(); ++c) sum = fma(sum, x, *c);
    return sum;
  }

private:
  Vec compare(loop::Op op, Vec o) const { return {*b_, b_->compare(op, v_, o.v_)}; }
  loop::Builder* b_;
  loop::Value* v_;
};

} // namespace convoy::schedule
