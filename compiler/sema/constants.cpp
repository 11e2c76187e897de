// Constants of files, and the values that -D gives them.
#include "sema/elaborator.h"
#include <algorithm>
#include <charconv>
#include <cmath>

namespace convoy::sema {

namespace {

template <typename Number> std::optional<Number> parsed(const std::string& text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<SizeTuple> parsedSize(const std::string& text) {
  SizeTuple size;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('x', begin), text.size());
    auto extent = parsed<int64_t>(text.substr(begin, end - begin));
    if (!extent || *extent < 0) return std::nullopt;
    size.extents.push_back(*extent);
    begin = end + 1;
  }
  return size;
}

} // namespace

void Elaborator::readDefines() {
  const Namespace& names = program_.of(program_.main());
  for (const auto& [name, text] : options_.defines) {
    const Definition* found = names.constant(name);
    if (found) {
      defines_[found->constant] = text;
      continue;
    }
    std::string nearest = nearestName(name, names.constants());
    if (nearest.empty())
      diags_.report(diag::UnknownConstant, {}, name)
          .help("'-D' sets what is written 'const " + name + " = ...'");
    else
      diags_.report(diag::UnknownConstant, names.constant(nearest)->nameLocation(), name)
          .primary("did you mean this one?");
  }
}

void Elaborator::defineConstants() {
  readDefines();
  auto evaluateAll = [this](const ast::File& file) {
    for (const ast::Constant& each : file.constants)
      if (const Definition* found = program_.of(file).constant(each.name)) constant(*found);
  };
  for (const auto& file : program_.main().imported) evaluateAll(*file);
  evaluateAll(program_.main());
}

Value Elaborator::constant(const Definition& definition) {
  const ast::Constant& written = *definition.constant;
  auto known = constants_.find(&written);
  if (known != constants_.end()) return known->second;
  auto& inWork = constantsInWork_;
  auto begin = std::find(inWork.begin(), inWork.end(), &written);
  if (begin != inWork.end()) {
    std::string chain;
    for (; begin != inWork.end(); ++begin) chain += (*begin)->name + " -> ";
    diags_.report(diag::ConstantCycle, written.nameLocation, written.name).note(chain + written.name);
    return {};
  }
  inWork.push_back(&written);
  Frame frame(*definition.home, nullptr);
  frame.description = "constant '" + written.name + "'";
  Frame* caller = frame_;
  frame_ = &frame;
  Value value = evaluate(written.value.get());
  frame_ = caller;
  inWork.pop_back();
  auto text = defines_.find(&written);
  if (text != defines_.end() && !value.isPoison()) value = defined(written, value, text->second);
  note(written.nameLocation, value);
  return constants_[&written] = value;
}

// The value that -D gives, of the kind that the script gives.
Value Elaborator::defined(const ast::Constant& constant, const Value& written, const std::string& text) {
  if (written.as<int64_t>())
    if (auto value = parsed<int64_t>(text)) return {*value};
  if (written.as<double>())
    if (auto value = parsed<double>(text); value && std::isfinite(*value)) return {*value};
  if (written.as<bool>() && (text == "true" || text == "false")) return {text == "true"};
  if (written.as<std::string>()) return {text};
  if (written.as<SizeTuple>())
    if (auto value = parsedSize(text)) return {*value};
  diags_.report(diag::WrongDefine, constant.nameLocation, constant.name, describe(written, graph_), text)
      .help(written.as<List>() ? "a list cannot be given with '-D'" : "'-D' gives a value of the same kind");
  return {};
}

} // namespace convoy::sema
