#include "loop/passes/remove_dead.h"
#include "loop/passes/pure.h"
#include <unordered_set>

namespace convoy::loop {

namespace {

// Backwards, so that whole chains go in one walk.
void sweep(Block& block, std::unordered_set<const Value*>& used) {
  for (size_t i = block.insts.size(); i-- > 0;) {
    Inst& inst = *block.insts[i];
    bool removable = isPure(inst) || inst.op == Op::Load || inst.op == Op::Gather;
    bool needed = !removable;
    for (const Value* result : inst.results) needed |= used.count(result) > 0;
    if (!needed) {
      block.insts.erase(block.insts.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    for (size_t inner = inst.blocks.size(); inner-- > 0;) sweep(*inst.blocks[inner], used);
    used.insert(inst.operands.begin(), inst.operands.end());
  }
}

} // namespace

void removeDead(Function& function) {
  std::unordered_set<const Value*> used;
  sweep(function.body, used);
}

} // namespace convoy::loop
