// Addresses, loads and stores.
#include "codegen/emitter.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Intrinsics.h"

namespace convoy::codegen {

using namespace loop;

// Not inbounds: a row pointer may stand before the first element as long as nothing is read there.
llvm::Value* Emitter::address(const Inst& inst, const Type& element) {
  Address a = addressOf(inst);
  llvm::Type* unit = element.isPointer() ? builder_.getPtrTy() : scalarType(element.scalar);
  llvm::Value* p = one(a.pointer);
  for (size_t i = 0; i < a.indices.size(); ++i) {
    llvm::Value* index = one(a.indices[i]);
    if (inst.ints[1 + i] != 1)
      index = builder_.CreateMul(index, builder_.getInt64(static_cast<uint64_t>(inst.ints[1 + i])));
    p = builder_.CreateGEP(unit, p, index);
  }
  return inst.ints[0] == 0
             ? p
             : builder_.CreateGEP(unit, p, builder_.getInt64(static_cast<uint64_t>(inst.ints[0])));
}

void Emitter::memory(const Inst& inst) {
  auto& b = builder_;
  llvm::Align natural(inst.type.isPointer() ? 8 : static_cast<uint64_t>(bytesOf(inst.type.scalar)));
  switch (inst.op) {
  case Op::Offset: return bind(inst.results[0], {address(inst, inst.type)});
  case Op::Load: {
    llvm::Value* p = address(inst, inst.type);
    if (!inst.masked) return bind(inst.results[0], {b.CreateAlignedLoad(type(inst.type), p, natural)});
    llvm::Value *mask = one(inst.operands[inst.operands.size() - 2]), *otherwise = one(inst.operands.back());
    return bind(inst.results[0], {b.CreateMaskedLoad(type(inst.type), p, natural, mask, otherwise)});
  }
  case Op::Store: {
    llvm::Value* p = address(inst, inst.type);
    if (inst.masked)
      b.CreateMaskedStore(one(inst.operands[0]), p, natural, one(inst.operands.back()));
    else
      b.CreateAlignedStore(one(inst.operands[0]), p, natural);
    return;
  }
  case Op::Stream: {
    uint64_t bytes = static_cast<uint64_t>(bytesOf(inst.type.scalar)) * inst.type.lanes;
    auto* store = b.CreateAlignedStore(one(inst.operands[0]), address(inst, inst.type), llvm::Align(bytes));
    auto* flag = llvm::ConstantAsMetadata::get(b.getInt32(1));
    store->setMetadata(llvm::LLVMContext::MD_nontemporal, llvm::MDNode::get(context_, flag));
    streams_ = true;
    return;
  }
  case Op::Gather: {
    const Type& t = inst.results[0]->type;
    llvm::Value* indices =
        b.CreateSExt(one(inst.operands[1]), llvm::FixedVectorType::get(b.getInt64Ty(), t.lanes));
    llvm::Value* pointers = b.CreateGEP(scalarType(t.scalar), one(inst.operands[0]), indices);
    llvm::Align align(static_cast<uint64_t>(bytesOf(t.scalar)));
    return bind(inst.results[0], {b.CreateMaskedGather(type(t), pointers, align)});
  }
  case Op::Prefetch:
  case Op::PrefetchFar: {
    const uint32_t locality = inst.op == Op::Prefetch ? 3 : 2;
    b.CreateIntrinsic(llvm::Intrinsic::prefetch, {b.getPtrTy()},
                      {address(inst, inst.type), b.getInt32(0), b.getInt32(locality), b.getInt32(1)});
    return;
  }
  default: { // Stack
    llvm::BasicBlock& entry = function_->getEntryBlock();
    llvm::IRBuilder<> at(&entry, entry.begin());
    auto* memory = at.CreateAlloca(at.getInt8Ty(), at.getInt64(static_cast<uint64_t>(inst.ints[0])));
    memory->setAlignment(llvm::Align(64));
    return bind(inst.results[0], {memory});
  }
  }
}

} // namespace convoy::codegen
