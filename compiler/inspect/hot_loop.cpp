#include "inspect/hot_loop.h"
#include <algorithm>

namespace convoy::inspect {

namespace {

using loop::Block;
using loop::Inst;
using loop::Op;
using loop::Type;
using loop::Value;

bool isVectorOfFloats(const Type& type) {
  return type.isTile() || (type.isVector() && type.lanes > 1 && loop::isFloat(type.scalar));
}

const Inst* constantOf(const Value* value) {
  return value->def && value->def->op == Op::Const ? value->def : nullptr;
}

bool neverTurns(const Inst& loop) {
  const Inst *from = constantOf(loop.operands[0]), *to = constantOf(loop.operands[1]);
  return from && to && from->ints[0] >= to->ints[0];
}

class Search {
public:
  bool run(const loop::Function& function) {
    visit(function.body, 0);
    return vectorized_;
  }

private:
  void visit(const Block& block, int depth) {
    if (!holdsLoop(block)) {
      if (depth > deepest_) deepest_ = depth, vectorized_ = false;
      if (depth == deepest_) vectorized_ |= holdsVectors(block);
      return;
    }
    visitLoops(block, depth);
  }

  // The loops in a block, also those inside of branches and unrolled rounds.
  void visitLoops(const Block& block, int depth) {
    for (const auto& inst : block.insts) {
      if (inst->op == Op::For) {
        if (!neverTurns(*inst)) visit(*inst->blocks[0], depth + 1);
      } else {
        for (const auto& inner : inst->blocks) visitLoops(*inner, depth);
      }
    }
  }

  static bool holdsLoop(const Block& block) {
    return std::any_of(block.insts.begin(), block.insts.end(), [](const auto& inst) {
      if (inst->op == Op::For) return !neverTurns(*inst);
      return std::any_of(inst->blocks.begin(), inst->blocks.end(),
                         [](const auto& inner) { return holdsLoop(*inner); });
    });
  }

  static bool holdsVectors(const Block& block) {
    return std::any_of(block.insts.begin(), block.insts.end(), [](const auto& inst) {
      auto isVector = [](const Value* value) { return isVectorOfFloats(value->type); };
      // A loop that never turns hands on vectors, but does nothing.
      if (inst->op == Op::For) return false;
      if (inst->op == Op::Dot) return true; // of whole numbers too
      if (inst->op == Op::Store && inst->operands[0]->type.isVector() && inst->operands[0]->type.lanes > 1)
        return true;
      if (std::any_of(inst->results.begin(), inst->results.end(), isVector)) return true;
      if (std::any_of(inst->operands.begin(), inst->operands.end(), isVector)) return true;
      return std::any_of(inst->blocks.begin(), inst->blocks.end(),
                         [](const auto& inner) { return holdsVectors(*inner); });
    });
  }

  int deepest_ = -1;
  bool vectorized_ = false;
};

} // namespace

bool hotLoopIsVectorized(const loop::Function& function) { return Search().run(function); }

} // namespace convoy::inspect
