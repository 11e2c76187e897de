// Normal form and arithmetic. Bounds are in size_bounds.cpp, text in size_text.cpp.
#include "ops/size.h"
#include "support/internal_error.h"
#include <algorithm>
#include <limits>
#include <utility>

namespace convoy {

namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

int64_t addSaturating(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? kMost : kLeast;
}

int64_t mulSaturating(int64_t a, int64_t b) {
  int64_t product;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a > 0) == (b > 0) ? kMost : kLeast;
}

int64_t floorQuotient(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
int64_t floorRemainder(int64_t a, int64_t b) { return a - floorQuotient(a, b) * b; }

// Of a size that is no constant: a == divisor * quotient + rest, with every coefficient of rest in
// 0..divisor-1.
struct Split {
  Size::Form quotient, rest;
};
Split splitBy(const Size& a, int64_t divisor) {
  Split split{{{}, a.form().atoms}, {{}, a.form().atoms}};
  for (const auto& [monomial, coefficient] : a.form().terms) {
    split.quotient.terms[monomial] = floorQuotient(coefficient, divisor);
    split.rest.terms[monomial] = floorRemainder(coefficient, divisor);
  }
  return split;
}

} // namespace

Size Size::ofForm(Form form) {
  for (auto it = form.terms.begin(); it != form.terms.end();)
    it = it->second == 0 ? form.terms.erase(it) : std::next(it);
  if (form.terms.empty()) return 0;
  if (form.terms.size() == 1 && form.terms.begin()->first.empty()) return form.terms.begin()->second;
  std::set<std::string> used;
  for (const auto& term : form.terms) used.insert(term.first.begin(), term.first.end());
  for (auto it = form.atoms.begin(); it != form.atoms.end();)
    it = used.count(it->first) ? std::next(it) : form.atoms.erase(it);
  return Size(std::make_shared<const Form>(std::move(form)));
}

Size Size::ofAtom(Atom atom) {
  Form form;
  std::string key = keyOf(atom);
  form.terms[{key}] = 1;
  form.atoms[key] = std::make_shared<const Atom>(std::move(atom));
  return Size(std::make_shared<const Form>(std::move(form)));
}

Size Size::symbol(std::string name) { return ofAtom({Atom::Symbol, std::move(name), 0, 0, 0}); }

const Size::Form& Size::form() const {
  require(form_ != nullptr, "a constant size has no form");
  return *form_;
}

std::optional<int64_t> Size::constant() const {
  return form_ ? std::nullopt : std::optional<int64_t>(constant_);
}

int64_t Size::known() const {
  require(!form_, "a size that must be constant is not");
  return constant_;
}

bool Size::operator==(const Size& other) const {
  if (!form_ || !other.form_) return !form_ && !other.form_ && constant_ == other.constant_;
  return form_ == other.form_ || form_->terms == other.form_->terms;
}

Size operator+(const Size& a, const Size& b) {
  if (!a.form_) return b.form_ ? b + a : Size(addSaturating(a.constant_, b.constant_));
  Size::Form form = a.form();
  if (!b.form_) {
    int64_t& sum = form.terms[{}];
    sum = addSaturating(sum, b.constant_);
    return Size::ofForm(std::move(form));
  }
  for (const auto& [monomial, coefficient] : b.form().terms) {
    int64_t& sum = form.terms[monomial];
    sum = addSaturating(sum, coefficient);
  }
  form.atoms.insert(b.form().atoms.begin(), b.form().atoms.end());
  return Size::ofForm(std::move(form));
}

Size operator-(const Size& a, const Size& b) { return a + b * Size(-1); }

Size operator*(const Size& a, const Size& b) {
  if (!a.form_) return b.form_ ? b * a : Size(mulSaturating(a.constant_, b.constant_));
  Size::Form form;
  if (!b.form_) {
    form = a.form();
    for (auto& term : form.terms) term.second = mulSaturating(term.second, b.constant_);
    return Size::ofForm(std::move(form));
  }
  for (const auto& [left, leftCoefficient] : a.form().terms)
    for (const auto& [right, rightCoefficient] : b.form().terms) {
      Size::Monomial product = left;
      product.insert(right.begin(), right.end());
      int64_t& sum = form.terms[product];
      sum = addSaturating(sum, mulSaturating(leftCoefficient, rightCoefficient));
    }
  form.atoms = a.form().atoms;
  form.atoms.insert(b.form().atoms.begin(), b.form().atoms.end());
  return Size::ofForm(std::move(form));
}

Size Size::floorDiv(const Size& a, int64_t divisor) {
  if (divisor == 1) return a;
  if (!a.form_) return floorQuotient(a.constant_, divisor);
  Split split = splitBy(a, divisor);
  Size quotient = ofForm(std::move(split.quotient)), rest = ofForm(std::move(split.rest));
  auto low = rest.lowerBound(), high = rest.upperBound();
  if (low && high && floorQuotient(*low, divisor) == floorQuotient(*high, divisor))
    return quotient + floorQuotient(*low, divisor);
  // div(div(x, a) + c, b) is div(x + a * c, a * b): a chain of strided layers stays one division.
  if (rest.form_ && rest.form_->atoms.size() == 1) {
    const auto& [key, atom] = *rest.form_->atoms.begin();
    Size shift = rest - ofAtom(*atom);
    int64_t product;
    if (atom->kind == Atom::FloorDiv && shift.isConstant() &&
        !__builtin_mul_overflow(atom->divisor, divisor, &product))
      return quotient + floorDiv(atom->a + shift * Size(atom->divisor), product);
  }
  return quotient + ofAtom({Atom::FloorDiv, "", rest, 0, divisor});
}

Size Size::ceilDiv(const Size& a, int64_t divisor) { return floorDiv(a + (divisor - 1), divisor); }

Size Size::mod(const Size& a, int64_t divisor) {
  if (divisor == 1) return 0;
  if (!a.form_) return floorRemainder(a.constant_, divisor);
  Size rest = ofForm(splitBy(a, divisor).rest);
  auto low = rest.lowerBound(), high = rest.upperBound();
  if (low && high && floorQuotient(*low, divisor) == floorQuotient(*high, divisor))
    return rest - mulSaturating(floorQuotient(*low, divisor), divisor);
  return ofAtom({Atom::Mod, "", rest, 0, divisor});
}

// Both orders of the operands must give one atom: by text, and a constant goes last in min and first in max.
static bool ordered(const Size& a, const Size& b, bool constantLast) {
  if (a.isConstant() != b.isConstant()) return a.isConstant() != constantLast;
  return a.str() < b.str();
}

Size Size::min(const Size& a, const Size& b) {
  if (!a.form_ && !b.form_) return std::min(a.constant_, b.constant_);
  Size difference = a - b;
  if (auto high = difference.upperBound(); high && *high <= 0) return a;
  if (auto low = difference.lowerBound(); low && *low >= 0) return b;
  bool keep = ordered(a, b, true);
  return ofAtom({Atom::Min, "", keep ? a : b, keep ? b : a, 0});
}

Size Size::max(const Size& a, const Size& b) {
  if (!a.form_ && !b.form_) return std::max(a.constant_, b.constant_);
  Size difference = a - b;
  if (auto low = difference.lowerBound(); low && *low >= 0) return a;
  if (auto high = difference.upperBound(); high && *high <= 0) return b;
  bool keep = ordered(a, b, false);
  return ofAtom({Atom::Max, "", keep ? a : b, keep ? b : a, 0});
}

std::set<std::string> Size::symbols() const {
  std::set<std::string> names;
  if (!form_) return names;
  for (const auto& entry : form_->atoms) {
    const Atom& atom = *entry.second;
    if (atom.kind == Atom::Symbol) names.insert(atom.name);
    for (const Size* part : {&atom.a, &atom.b}) {
      std::set<std::string> inner = part->symbols();
      names.insert(inner.begin(), inner.end());
    }
  }
  return names;
}

std::optional<int64_t> Size::evaluate(const std::map<std::string, int64_t>& bindings) const {
  if (!form_) return constant_;
  using Number = std::optional<int64_t>;
  Algebra<Number> checked;
  checked.constant = [](int64_t value) { return Number(value); };
  checked.symbol = [&](const std::string& name) {
    auto found = bindings.find(name);
    return found == bindings.end() ? Number() : Number(found->second);
  };
  checked.add = [](Number a, Number b) {
    int64_t sum;
    return a && b && !__builtin_add_overflow(*a, *b, &sum) ? Number(sum) : Number();
  };
  checked.mul = [](Number a, Number b) {
    int64_t product;
    return a && b && !__builtin_mul_overflow(*a, *b, &product) ? Number(product) : Number();
  };
  checked.min = [](Number a, Number b) { return a && b ? std::min(a, b) : Number(); };
  checked.max = [](Number a, Number b) { return a && b ? std::max(a, b) : Number(); };
  checked.floorDiv = [](Number a, int64_t divisor) { return a ? Number(floorQuotient(*a, divisor)) : a; };
  checked.mod = [](Number a, int64_t divisor) { return a ? Number(floorRemainder(*a, divisor)) : a; };
  return fold(checked);
}

Size Size::substitute(const std::map<std::string, Size>& bindings) const {
  Algebra<Size> rebuild;
  rebuild.constant = [](int64_t value) { return Size(value); };
  rebuild.symbol = [&](const std::string& name) {
    auto found = bindings.find(name);
    return found == bindings.end() ? symbol(name) : found->second;
  };
  rebuild.add = [](Size a, Size b) { return a + b; };
  rebuild.mul = [](Size a, Size b) { return a * b; };
  rebuild.min = [](Size a, Size b) { return min(a, b); };
  rebuild.max = [](Size a, Size b) { return max(a, b); };
  rebuild.floorDiv = floorDiv;
  rebuild.mod = mod;
  return fold(rebuild);
}

} // namespace convoy
