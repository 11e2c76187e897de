// The order in which LLVM knows the uses of a value: it comes from how a module was made, and passes follow
// it.
#pragma once

namespace llvm {
class Module;
} // namespace llvm

namespace convoy {

// Puts uses in an order that depends on the module alone: later instructions first, as when they are made in
// order. So a module that was printed and read back gives the same code as the one that was printed.
void orderUses(llvm::Module& module);

} // namespace convoy
