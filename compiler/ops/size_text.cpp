// Sizes as text, and back.
#include "ops/size.h"
#include <cctype>
#include <charconv>
#include <vector>

namespace convoy {

std::string Size::keyOf(const Atom& atom) {
  switch (atom.kind) {
  case Atom::Symbol: return atom.name;
  case Atom::FloorDiv: return "div(" + atom.a.str() + ", " + std::to_string(atom.divisor) + ")";
  case Atom::Mod: return "mod(" + atom.a.str() + ", " + std::to_string(atom.divisor) + ")";
  case Atom::Min: return "min(" + atom.a.str() + ", " + atom.b.str() + ")";
  case Atom::Max: return "max(" + atom.a.str() + ", " + atom.b.str() + ")";
  }
  return "";
}

namespace {

// The magnitude of a term, without its sign.
std::string termText(const Size::Monomial& monomial, int64_t coefficient) {
  uint64_t magnitude =
      coefficient < 0 ? 0 - static_cast<uint64_t>(coefficient) : static_cast<uint64_t>(coefficient);
  std::string text;
  if (magnitude != 1 || monomial.empty()) text = std::to_string(magnitude);
  for (const std::string& key : monomial) text += (text.empty() ? "" : " * ") + key;
  return text;
}

} // namespace

std::string Size::str() const {
  if (!form_) return std::to_string(constant_);
  // Positive terms lead; the constant comes last, or first when nothing else is positive: `H + 1`, `3 - H`.
  std::vector<std::pair<Monomial, int64_t>> order;
  auto constantTerm = form_->terms.find({});
  for (const auto& term : form_->terms)
    if (!term.first.empty() && term.second > 0) order.push_back(term);
  bool constantFirst = order.empty() && constantTerm != form_->terms.end() && constantTerm->second > 0;
  if (constantFirst) order.push_back(*constantTerm);
  for (const auto& term : form_->terms)
    if (!term.first.empty() && term.second < 0) order.push_back(term);
  if (constantTerm != form_->terms.end() && !constantFirst) order.push_back(*constantTerm);

  std::string text;
  for (const auto& [monomial, coefficient] : order) {
    if (text.empty())
      text = coefficient < 0 ? "-" : "";
    else
      text += coefficient < 0 ? " - " : " + ";
    text += termText(monomial, coefficient);
  }
  return text;
}

namespace {

// sum: product (("+" | "-") product)*; product: factor ("*" factor)*; factor: number | name | name "(" ...
// ")" |
// "(" sum ")" | "-" factor.
class SizeParser {
public:
  explicit SizeParser(std::string_view text) : text_(text) {}

  std::optional<Size> parseAll() {
    auto size = sum();
    skipSpace();
    return size && at_ == text_.size() ? size : std::nullopt;
  }

private:
  static constexpr int kMaxDepth = 200;

  void skipSpace() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(char c) {
    skipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  static bool nameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
  static bool nameRest(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

  std::optional<Size> sum() {
    auto total = product();
    while (total) {
      bool plus = take('+');
      if (!plus && !take('-')) break;
      auto next = product();
      if (!next) return std::nullopt;
      total = plus ? *total + *next : *total - *next;
    }
    return total;
  }

  std::optional<Size> product() {
    auto total = factor();
    while (total && take('*')) {
      auto next = factor();
      if (!next) return std::nullopt;
      total = *total * *next;
    }
    return total;
  }

  std::optional<Size> factor() {
    if (++depth_ > kMaxDepth) return std::nullopt;
    auto size = factorInside();
    --depth_;
    return size;
  }

  std::optional<Size> factorInside() {
    if (take('-')) {
      auto inner = factor();
      return inner ? std::optional(Size(0) - *inner) : std::nullopt;
    }
    if (take('(')) {
      auto inner = sum();
      return inner && take(')') ? inner : std::nullopt;
    }
    skipSpace();
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      int64_t number = 0;
      auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (result.ec != std::errc()) return std::nullopt;
      at_ = static_cast<size_t>(result.ptr - text_.data());
      return Size(number);
    }
    if (at_ >= text_.size() || !nameStart(text_[at_])) return std::nullopt;
    size_t begin = at_;
    while (at_ < text_.size() && nameRest(text_[at_])) ++at_;
    std::string name(text_.substr(begin, at_ - begin));
    return take('(') ? call(name) : Size::symbol(name);
  }

  std::optional<Size> call(const std::string& name) {
    auto a = sum();
    if (!a || !take(',')) return std::nullopt;
    auto b = sum();
    if (!b || !take(')')) return std::nullopt;
    if (name == "min") return Size::min(*a, *b);
    if (name == "max") return Size::max(*a, *b);
    auto divisor = b->constant();
    if (!divisor || *divisor < 1) return std::nullopt;
    if (name == "div") return Size::floorDiv(*a, *divisor);
    if (name == "mod") return Size::mod(*a, *divisor);
    return std::nullopt;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

} // namespace

std::optional<Size> Size::parse(std::string_view text) { return SizeParser(text).parseAll(); }

} // namespace convoy
