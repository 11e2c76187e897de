// The table that ops.def makes.
#include "ops/row.h"
#include "ops/shape_rules.h"

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
