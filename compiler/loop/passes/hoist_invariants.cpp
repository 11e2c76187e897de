#include "loop/passes/hoist_invariants.h"
#include "loop/passes/pure.h"
#include <unordered_set>

namespace convoy::loop {

namespace {

void collectDefined(const Block& block, std::unordered_set<const Value*>& defined) {
  defined.insert(block.arguments.begin(), block.arguments.end());
  for (const auto& inst : block.insts) {
    defined.insert(inst->results.begin(), inst->results.end());
    for (const auto& inner : inst->blocks) collectDefined(*inner, defined);
  }
}

// Takes the invariant instructions out of a loop body, in order.
std::vector<std::unique_ptr<Inst>> takeInvariants(Block& body) {
  std::unordered_set<const Value*> inside;
  collectDefined(body, inside);
  std::vector<std::unique_ptr<Inst>> taken, kept;
  for (auto& inst : body.insts) {
    bool invariant = isPure(*inst);
    for (const Value* operand : inst->operands) invariant &= !inside.count(operand);
    if (invariant)
      for (const Value* result : inst->results) inside.erase(result);
    (invariant ? taken : kept).push_back(std::move(inst));
  }
  body.insts = std::move(kept);
  return taken;
}

void hoist(Block& block) {
  std::vector<std::unique_ptr<Inst>> out;
  for (auto& inst : block.insts) {
    for (auto& inner : inst->blocks) hoist(*inner);
    if (inst->op == Op::For || inst->op == Op::Unroll)
      for (auto& moved : takeInvariants(*inst->blocks[0])) out.push_back(std::move(moved));
    out.push_back(std::move(inst));
  }
  block.insts = std::move(out);
}

} // namespace

void hoistInvariants(Function& function) { hoist(function.body); }

} // namespace convoy::loop
