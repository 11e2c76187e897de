// Sizes: integer expressions over named dimensions. A constant is the simplest one.
//
// A Size is a value. It is kept in a normal form (a sum of products of atoms, where an atom is a symbol or an
// opaque floordiv, mod, min or max), so that two sizes that are equal by ring arithmetic compare equal. What
// divides exactly is taken out of a floordiv and dropped from a mod, and what the bounds decide is folded.
// `H` and friends are run-time numbers; every symbol is at least 1 (checked at entry).
//
// Coefficients saturate at the 64-bit limits. Sizes that a user writes are limited far below that before they
// get here.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace convoy {

class Size {
public:
  Size(int64_t constant = 0) : constant_(constant) {} // implicit on purpose: 3 is a size
  // A symbol's name is an identifier, or `input.axis` for a size the user did not name ("photo.H").
  static Size symbol(std::string name);

  bool isConstant() const { return !form_; }
  std::optional<int64_t> constant() const;
  int64_t known() const; // of a size that is constant by contract; an internal error otherwise
  // Provably equal. False means "not provable", not "different".
  bool operator==(const Size& other) const;
  bool operator!=(const Size& other) const { return !(*this == other); }

  friend Size operator+(const Size& a, const Size& b);
  friend Size operator-(const Size& a, const Size& b);
  friend Size operator*(const Size& a, const Size& b);
  static Size floorDiv(const Size& a, int64_t divisor); // divisor >= 1
  static Size ceilDiv(const Size& a, int64_t divisor);
  static Size mod(const Size& a, int64_t divisor); // result in 0..divisor-1
  static Size min(const Size& a, const Size& b);
  static Size max(const Size& a, const Size& b);

  // Provable bounds, with every symbol at least 1. nullopt: unbounded as far as is known.
  std::optional<int64_t> lowerBound() const;
  std::optional<int64_t> upperBound() const;

  std::set<std::string> symbols() const;
  // The value with every symbol bound. A missing symbol or an overflow of 64 bits gives nullopt.
  std::optional<int64_t> evaluate(const std::map<std::string, int64_t>& bindings) const;
  Size substitute(const std::map<std::string, Size>& bindings) const;

  // "H", "2 * H + 1", "div(H + 1, 2)", "mod(H, 2)", "min(H, 3)", "max(0, 2 - mod(H, 2))". Parses back. The
  // text also serves as the key of an atom, so equal sizes print equally.
  std::string str() const;
  static std::optional<Size> parse(std::string_view text);

  // Rebuilds the expression bottom-up in another algebra (loop IR values, say). One function per form.
  template <typename T> struct Algebra {
    std::function<T(int64_t)> constant;
    std::function<T(const std::string&)> symbol;
    std::function<T(T, T)> add, mul, min, max;
    std::function<T(T, int64_t)> floorDiv, mod;
  };
  template <typename T> T fold(const Algebra<T>& algebra) const;

  // The normal form of what is no constant. Public for fold() and for the bounds only.
  struct Atom;
  using Monomial = std::multiset<std::string>; // keys into `atoms`
  struct Form {
    std::map<Monomial, int64_t> terms; // the empty monomial is the constant
    std::map<std::string, std::shared_ptr<const Atom>> atoms;
  };
  const Form& form() const;
  static Size ofForm(Form form); // drops zero terms and unused atoms

private:
  explicit Size(std::shared_ptr<const Form> form) : form_(std::move(form)) {}
  static Size ofAtom(Atom atom);
  static std::string keyOf(const Atom& atom);
  // Most sizes are constants: they have no form, and cost no more than a number.
  int64_t constant_ = 0;
  std::shared_ptr<const Form> form_;
};

// An indivisible factor; its key is its printed text (a symbol's is its name).
struct Size::Atom {
  enum Kind { Symbol, FloorDiv, Mod, Min, Max } kind;
  std::string name;    // Symbol
  Size a, b;           // operands; b for Min and Max
  int64_t divisor = 0; // FloorDiv and Mod
};

template <typename T> T Size::fold(const Algebra<T>& algebra) const {
  if (!form_) return algebra.constant(constant_);
  auto foldAtom = [&](const Atom& atom) -> T {
    switch (atom.kind) {
    case Atom::Symbol: return algebra.symbol(atom.name);
    case Atom::FloorDiv: return algebra.floorDiv(atom.a.fold(algebra), atom.divisor);
    case Atom::Mod: return algebra.mod(atom.a.fold(algebra), atom.divisor);
    case Atom::Min: return algebra.min(atom.a.fold(algebra), atom.b.fold(algebra));
    case Atom::Max: return algebra.max(atom.a.fold(algebra), atom.b.fold(algebra));
    }
    return algebra.constant(0);
  };
  std::optional<T> sum;
  for (const auto& [monomial, coefficient] : form_->terms) {
    std::optional<T> product;
    for (const std::string& key : monomial) {
      T factor = foldAtom(*form_->atoms.at(key));
      product = product ? algebra.mul(*product, factor) : factor;
    }
    T term = !product           ? algebra.constant(coefficient)
             : coefficient == 1 ? *product
                                : algebra.mul(*product, algebra.constant(coefficient));
    sum = sum ? algebra.add(*sum, term) : term;
  }
  return *sum;
}

} // namespace convoy
