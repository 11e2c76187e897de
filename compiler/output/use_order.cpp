#include "output/use_order.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Module.h"

namespace convoy {

void orderUses(llvm::Module& module) {
  llvm::DenseMap<const llvm::User*, unsigned> places; // of instructions; other users come last
  for (const llvm::Function& function : module)
    for (const llvm::BasicBlock& block : function)
      for (const llvm::Instruction& instruction : block)
        places.try_emplace(&instruction, static_cast<unsigned>(places.size() + 1));
  const auto isBefore = [&](const llvm::Use& a, const llvm::Use& b) {
    const unsigned placeA = places.lookup(a.getUser()), placeB = places.lookup(b.getUser());
    return placeA != placeB ? placeA > placeB : a.getOperandNo() > b.getOperandNo();
  };
  for (llvm::GlobalVariable& global : module.globals()) global.sortUseList(isBefore);
  for (llvm::Function& function : module) {
    function.sortUseList(isBefore);
    for (llvm::Argument& argument : function.args()) argument.sortUseList(isBefore);
    for (llvm::BasicBlock& block : function) {
      block.sortUseList(isBefore);
      for (llvm::Instruction& instruction : block) instruction.sortUseList(isBefore);
    }
  }
}

} // namespace convoy
