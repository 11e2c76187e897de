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

int activationCount(const OpInfo& info, int count) {
  return info.maxOperands < 0 || count < info.maxOperands ? count : info.maxOperands;
}

} // namespace convoy
