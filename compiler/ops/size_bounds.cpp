// Provable bounds of sizes: interval arithmetic, sharpened by replacing floordiv, min and max by linear
// estimates.
#include "ops/size.h"
#include <algorithm>
#include <limits>

namespace convoy {

namespace {

using Bound = std::optional<int64_t>; // nullopt: unbounded
struct Range {
  Bound low, high;
};

// How many estimates may be chained; min and max try both operands, so this bounds the work too.
constexpr int kDepth = 5;

Range rangeOf(const Size& size, int depth);

int64_t floorQuotient(int64_t a, int64_t b) { return a / b - (a % b != 0 && a < 0); }

Bound add(Bound a, Bound b) {
  int64_t sum;
  return a && b && !__builtin_add_overflow(*a, *b, &sum) ? Bound(sum) : Bound();
}

Bound mul(Bound a, int64_t b) {
  int64_t product;
  return a && !__builtin_mul_overflow(*a, b, &product) ? Bound(product) : Bound();
}

Range scale(const Range& range, int64_t factor) {
  if (factor >= 0) return {mul(range.low, factor), mul(range.high, factor)};
  return {mul(range.high, factor), mul(range.low, factor)};
}

// Only products of factors that are never negative are bounded; the others are rare.
Range multiply(const Range& a, const Range& b) {
  if (!a.low || !b.low || *a.low < 0 || *b.low < 0) return {};
  return {mul(a.low, *b.low), b.high ? mul(a.high, *b.high) : Bound()};
}

Range rangeOfAtom(const Size::Atom& atom, int depth) {
  switch (atom.kind) {
  case Size::Atom::Symbol: return {1, std::nullopt};
  case Size::Atom::FloorDiv: {
    Range inner = rangeOf(atom.a, depth);
    if (inner.low) inner.low = floorQuotient(*inner.low, atom.divisor);
    if (inner.high) inner.high = floorQuotient(*inner.high, atom.divisor);
    return inner;
  }
  case Size::Atom::Mod: return {0, atom.divisor - 1};
  case Size::Atom::Min: {
    Range a = rangeOf(atom.a, depth), b = rangeOf(atom.b, depth);
    Range result;
    if (a.low && b.low) result.low = std::min(*a.low, *b.low);
    result.high = !a.high ? b.high : !b.high ? a.high : std::min(a.high, b.high);
    return result;
  }
  case Size::Atom::Max: {
    Range a = rangeOf(atom.a, depth), b = rangeOf(atom.b, depth);
    Range result;
    if (a.high && b.high) result.high = std::max(*a.high, *b.high);
    result.low = !a.low ? b.low : !b.low ? a.low : std::max(a.low, b.low);
    return result;
  }
  }
  return {};
}

bool mayBeSaturated(const Size& size) {
  constexpr int64_t limit = std::numeric_limits<int64_t>::max() / 2;
  auto large = [](int64_t n) { return n > limit || n < -limit; };
  if (size.isConstant()) return large(size.known());
  for (const auto& term : size.form().terms)
    if (large(term.second)) return true;
  return false;
}

Bound larger(Bound a, Bound b) { return !a ? b : !b ? a : std::max(a, b); }
Bound smaller(Bound a, Bound b) { return !a || !b ? Bound() : std::min(a, b); }

Bound lowerOf(const Size& size, int depth);

// Which atom of a sum to replace first: a min or max whose two cases cover everything loses nothing, a
// floordiv loses a fraction, and a min or max of which only one operand helps is a guess.
int preference(const Size::Atom& atom, int64_t coefficient) {
  switch (atom.kind) {
  case Size::Atom::Symbol:
  case Size::Atom::Mod: return 0;
  case Size::Atom::FloorDiv: return 2;
  case Size::Atom::Min: return coefficient > 0 ? 3 : 1;
  case Size::Atom::Max: return coefficient < 0 ? 3 : 1;
  }
  return 0;
}

// Of what is no constant: a lower bound after one atom that stands alone in a term is replaced by an estimate
// from below of that term.
Bound estimateBelow(const Size& size, int depth) {
  const Size::Monomial* chosenTerm = nullptr;
  std::pair<int, size_t> best; // preference, then the longest text: the outermost
  for (const auto& [monomial, coefficient] : size.form().terms) {
    if (monomial.size() != 1) continue;
    std::pair<int, size_t> rank{preference(*size.form().atoms.at(*monomial.begin()), coefficient),
                                monomial.begin()->size()};
    if (rank.first > 0 && rank > best) best = rank, chosenTerm = &monomial;
  }
  if (!chosenTerm) return std::nullopt;

  auto chosen = size.form().atoms.at(*chosenTerm->begin());
  int64_t coefficient = size.form().terms.at(*chosenTerm);
  Size::Form others = size.form();
  others.terms.erase(*chosenTerm);
  Size rest = Size::ofForm(std::move(others)); // size - coefficient * atom
  auto with = [&](const Size& replacement) { return replacement * Size(coefficient); };
  switch (chosen->kind) {
  case Size::Atom::FloorDiv: {
    // (e - k + 1) / k <= div(e, k) <= e / k, so everything times k stays an integer.
    int64_t k = chosen->divisor;
    Size estimate = rest * Size(k) + with(coefficient > 0 ? chosen->a - (k - 1) : chosen->a);
    if (mayBeSaturated(estimate)) return std::nullopt;
    Bound scaled = lowerOf(estimate, depth - 1);
    if (!scaled) return std::nullopt;
    return -floorQuotient(-*scaled, k); // rounded up: the size is an integer
  }
  case Size::Atom::Min:
  case Size::Atom::Max: {
    Bound a = lowerOf(rest + with(chosen->a), depth - 1), b = lowerOf(rest + with(chosen->b), depth - 1);
    bool bothHold = (chosen->kind == Size::Atom::Max) == (coefficient > 0); // the term is at least either one
    return bothHold ? larger(a, b) : smaller(a, b);
  }
  case Size::Atom::Symbol:
  case Size::Atom::Mod: break;
  }
  return std::nullopt;
}

// Of what is no constant, by interval arithmetic over the terms.
Range interval(const Size& size, int depth) {
  Range sum{0, 0};
  for (const auto& [monomial, coefficient] : size.form().terms) {
    Range product{1, 1};
    for (const std::string& key : monomial) {
      Range factor = rangeOfAtom(*size.form().atoms.at(key), depth - 1);
      product = monomial.size() == 1 ? factor : multiply(product, factor);
    }
    product = scale(product, coefficient);
    sum = {add(sum.low, product.low), add(sum.high, product.high)};
  }
  return sum;
}

Bound lowerOf(const Size& size, int depth) {
  if (mayBeSaturated(size)) return std::nullopt;
  if (auto constant = size.constant()) return constant;
  if (depth <= 0) return std::nullopt;
  return larger(interval(size, depth).low, estimateBelow(size, depth));
}

Range rangeOf(const Size& size, int depth) {
  Bound negated = lowerOf(size * Size(-1), depth);
  return {lowerOf(size, depth), negated ? Bound(-*negated) : Bound()};
}

} // namespace

std::optional<int64_t> Size::lowerBound() const { return rangeOf(*this, kDepth).low; }
std::optional<int64_t> Size::upperBound() const { return rangeOf(*this, kDepth).high; }

} // namespace convoy
