#include "loop/ir.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::loop {

namespace {
struct OpRow {
  const char* text;
  OpShape shape;
};
constexpr OpRow ops[] = {
#define CONVOY_LOOP_OP(name, text, shape, summary) {text, OpShape::shape},
#include "loop/ops.def"
#undef CONVOY_LOOP_OP
};
} // namespace

const char* textOf(Op op) { return ops[static_cast<int>(op)].text; }
OpShape shapeOf(Op op) { return ops[static_cast<int>(op)].shape; }

bool isAddressed(Op op) {
  return op == Op::Offset || op == Op::Load || op == Op::Store || op == Op::Stream || op == Op::Prefetch ||
         op == Op::PrefetchFar || op == Op::TileLoad || op == Op::TileStore;
}

Address addressOf(const Inst& inst) {
  require(isAddressed(inst.op), "addressOf wants an addressed op");
  // What stands before the pointer: a stored value, a tile's stride.
  size_t first = inst.op == Op::Store || inst.op == Op::Stream || inst.op == Op::TileLoad ? 1
                 : inst.op == Op::TileStore                                               ? 2
                                                                                          : 0;
  Address address;
  address.pointer = inst.operands[first];
  for (size_t i = 1; i < inst.ints.size(); ++i) address.indices.push_back(inst.operands[first + i]);
  return address;
}

bool hasTiles(const Block& block) {
  return std::any_of(block.insts.begin(), block.insts.end(), [](const auto& inst) {
    return inst->op == Op::TileZero || inst->op == Op::TileLoad ||
           std::any_of(inst->blocks.begin(), inst->blocks.end(),
                       [](const auto& inner) { return hasTiles(*inner); });
  });
}

bool hasTiles(const Module& module) {
  return std::any_of(module.functions.begin(), module.functions.end(),
                     [](const auto& function) { return hasTiles(function->body); });
}

std::string Function::unique(std::string hint) {
  if (hint.empty()) hint = "v";
  std::string name = hint;
  uint32_t& next = taken_[hint];
  while (next++ > 0) { // the first use keeps the hint itself
    name = hint + "_" + std::to_string(next - 1);
    if (taken_.emplace(name, 1).second) break;
  }
  return name;
}

Value* Function::newValue(Type type, std::string hint) {
  auto value = std::make_unique<Value>();
  value->type = std::move(type);
  value->name = unique(std::move(hint));
  values_.push_back(std::move(value));
  return values_.back().get();
}

void Function::rename(Value* value, std::string hint) { value->name = unique(std::move(hint)); }

Function* Module::find(const std::string& name) const {
  for (const auto& f : functions)
    if (f->name == name) return f.get();
  return nullptr;
}

} // namespace convoy::loop
