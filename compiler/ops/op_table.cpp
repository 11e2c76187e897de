// The table that ops.def makes.
#include "ops/row.h"
#include "ops/shape_rules.h"
#include <charconv>

namespace convoy {

static std::vector<OpInfo> makeTable() {
  using namespace ops;
  return {
#define CONVOY_OP(kind, shape, access, ...) (__VA_ARGS__).as(OpKind::kind, ops::shape, ops::access),
#include "ops/ops.def"
#undef CONVOY_OP
  };
}

const std::vector<OpInfo>& opTable() {
  static const std::vector<OpInfo> table = makeTable();
  return table;
}

const OpInfo& opInfo(OpKind kind) { return opTable()[static_cast<size_t>(kind)]; }

const OpInfo* findOp(std::string_view name) {
  for (const OpInfo& row : opTable())
    if (row.name == name) return &row;
  return nullptr;
}

Attribute AttributeSpec::defaultValue() const {
  const std::string& text = *fallback;
  int64_t integer = 0;
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), integer);
  std::from_chars(text.data(), text.data() + text.size(), number);
  switch (form) {
  case AttributeForm::Int: return integer;
  case AttributeForm::Float: return number;
  case AttributeForm::Bool: return text == "true";
  case AttributeForm::Sizes:
  case AttributeForm::Kernel:
  case AttributeForm::Padding: return std::vector<int64_t>{integer};
  case AttributeForm::Extents:
  case AttributeForm::Like: return std::vector<Size>{integer};
  case AttributeForm::Scale:
  case AttributeForm::Numbers: return std::vector<double>{number};
  case AttributeForm::Word: return text;
  case AttributeForm::Border: return Border{borderModeNamed(text).value_or(BorderMode::Constant), 0};
  }
  return integer;
}

const std::vector<std::string>& AttributeSpec::choices() const {
  static const std::vector<std::string> truth = {"true", "false"}, none;
  switch (form) {
  case AttributeForm::Bool: return truth;
  case AttributeForm::Padding: return paddingWords();
  case AttributeForm::Border: return borderWords();
  case AttributeForm::Word: return words;
  case AttributeForm::Int:
  case AttributeForm::Float:
  case AttributeForm::Sizes:
  case AttributeForm::Kernel:
  case AttributeForm::Extents:
  case AttributeForm::Like:
  case AttributeForm::Scale:
  case AttributeForm::Numbers: return none;
  }
  return none;
}

int activationCount(const OpInfo& info, int count) {
  return info.maxOperands < 0 || count < info.maxOperands ? count : info.maxOperands;
}

} // namespace convoy
