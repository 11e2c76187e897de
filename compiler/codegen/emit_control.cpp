// Loops, branches, calls, and parallel ranges.
#include "codegen/emitter.h"
#include "support/internal_error.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/IntrinsicsAArch64.h"
#include "llvm/IR/IntrinsicsX86.h"

namespace convoy::codegen {

using namespace loop;

namespace {
// Metadata that keeps LLVM's loop vectorizer and unroller away: the loop IR has decided both.
llvm::MDNode* leaveLoopAlone(llvm::LLVMContext& context) {
  auto flag = [&](const char* name, bool value) {
    auto* b = llvm::ConstantAsMetadata::get(llvm::ConstantInt::getBool(context, value));
    return llvm::MDNode::get(context, {llvm::MDString::get(context, name), b});
  };
  auto* node = llvm::MDNode::getDistinct(
      context,
      {nullptr, llvm::MDNode::get(context, {llvm::MDString::get(context, "llvm.loop.unroll.disable")}),
       flag("llvm.loop.vectorize.enable", false)});
  node->replaceOperandWith(0, node);
  return node;
}
} // namespace

void Emitter::yieldParts(const Block& b, llvm::SmallVectorImpl<Parts>& out) {
  for (const Value* v : b.insts.back()->operands) out.push_back(parts(v));
}

// Bottom-tested behind a guard, which is the shape LLVM's loop passes want. Tiles are carried in place: a
// loop must leave each in the register it came in.
void Emitter::forLoop(const Inst& inst) {
  auto& b = builder_;
  const Block& body = *inst.blocks[0];
  llvm::Value *from = one(inst.operands[0]), *to = one(inst.operands[1]);
  llvm::SmallVector<Parts, 4> init;
  for (size_t i = 2; i < inst.operands.size(); ++i) init.push_back(parts(inst.operands[i]));

  llvm::BasicBlock* before = b.GetInsertBlock();
  auto* header = llvm::BasicBlock::Create(context_, body.arguments[0]->name, function_);
  auto* after = llvm::BasicBlock::Create(context_, body.arguments[0]->name + ".end");
  b.CreateCondBr(b.CreateICmpSLT(from, to), header, after);

  b.SetInsertPoint(header);
  auto* counter = b.CreatePHI(b.getInt64Ty(), 2, body.arguments[0]->name);
  counter->addIncoming(from, before);
  values_[body.arguments[0]] = {counter};
  llvm::SmallVector<llvm::PHINode*, 32> phis;
  for (size_t i = 0; i < init.size(); ++i) {
    const Value* argument = body.arguments[1 + i];
    if (argument->type.isTile()) {
      for (llvm::Value* number : init[i]) tiles_.share(tileRegister(number));
      values_[argument] = init[i];
      continue;
    }
    Parts carried;
    for (llvm::Value* v : init[i]) {
      phis.push_back(b.CreatePHI(v->getType(), 2, argument->name));
      phis.back()->addIncoming(v, before);
      carried.push_back(phis.back());
    }
    values_[argument] = carried;
  }

  const llvm::DebugLoc outside =
      std::exchange(head_, debug_.enterLoop(b, head_, counter, body.arguments[0]->name));
  block(body);
  head_ = outside;
  llvm::SmallVector<Parts, 4> next;
  yieldParts(body, next);
  llvm::Value* stepped = b.CreateNSWAdd(counter, b.getInt64(static_cast<uint64_t>(inst.ints[0])));
  llvm::Value* again = b.CreateICmpSLT(stepped, to);
  llvm::BasicBlock* latch = b.GetInsertBlock();
  after->insertInto(function_);
  b.CreateCondBr(again, header, after)->setMetadata(llvm::LLVMContext::MD_loop, leaveLoopAlone(context_));
  counter->addIncoming(stepped, latch);

  b.SetInsertPoint(after);
  size_t phi = 0;
  for (size_t i = 0; i < init.size(); ++i) {
    Parts result;
    if (inst.results[i]->type.isTile()) {
      require(next[i] == init[i], "a loop moves a tile to another register");
      for (llvm::Value* number : init[i]) tiles_.share(tileRegister(number));
      values_[inst.results[i]] = init[i];
      continue;
    }
    for (size_t k = 0; k < init[i].size(); ++k) {
      phis[phi++]->addIncoming(next[i][k], latch);
      auto* out = b.CreatePHI(next[i][k]->getType(), 2, inst.results[i]->name);
      out->addIncoming(init[i][k], before);
      out->addIncoming(next[i][k], latch);
      result.push_back(out);
    }
    values_[inst.results[i]] = result;
  }
}

void Emitter::unroll(const Inst& inst) {
  const Block& body = *inst.blocks[0];
  auto each = [&](const llvm::SmallVectorImpl<Parts>& list, void (TileRegisters::*act)(int)) {
    for (size_t i = 0; i < list.size(); ++i)
      if (inst.results[i]->type.isTile())
        for (llvm::Value* number : list[i]) (tiles_.*act)(tileRegister(number));
  };
  llvm::SmallVector<Parts, 4> current;
  for (const Value* v : inst.operands) current.push_back(parts(v));
  each(current, &TileRegisters::share);
  for (int64_t i = inst.ints[1]; i < inst.ints[2]; i += inst.ints[0]) {
    values_[body.arguments[0]] = {builder_.getInt64(static_cast<uint64_t>(i))};
    each(current, &TileRegisters::share);
    for (size_t k = 0; k < current.size(); ++k) values_[body.arguments[1 + k]] = current[k];
    block(body);
    llvm::SmallVector<Parts, 4> next;
    yieldParts(body, next);
    each(next, &TileRegisters::share);
    each(current, &TileRegisters::release);
    current = std::move(next);
  }
  for (size_t k = 0; k < current.size(); ++k) values_[inst.results[k]] = current[k];
}

void Emitter::branch(const Inst& inst) {
  auto& b = builder_;
  llvm::Value* condition = one(inst.operands[0]);
  auto* then = llvm::BasicBlock::Create(context_, "then", function_);
  auto* otherwise = llvm::BasicBlock::Create(context_, "else");
  auto* after = llvm::BasicBlock::Create(context_, "endif");
  b.CreateCondBr(condition, then, otherwise);
  llvm::SmallVector<Parts, 4> sides[2];
  llvm::BasicBlock* ends[2];
  for (int side = 0; side < 2; ++side) {
    if (side == 1) otherwise->insertInto(function_);
    b.SetInsertPoint(side == 0 ? then : otherwise);
    block(*inst.blocks[static_cast<size_t>(side)]);
    yieldParts(*inst.blocks[static_cast<size_t>(side)], sides[side]);
    ends[side] = b.GetInsertBlock();
    b.CreateBr(after);
  }
  after->insertInto(function_);
  b.SetInsertPoint(after);
  for (size_t i = 0; i < inst.results.size(); ++i) {
    Parts result;
    for (size_t k = 0; k < sides[0][i].size(); ++k) {
      auto* phi = b.CreatePHI(sides[0][i][k]->getType(), 2, inst.results[i]->name);
      for (int side = 0; side < 2; ++side) phi->addIncoming(sides[side][i][k], ends[side]);
      result.push_back(phi);
    }
    values_[inst.results[i]] = result;
  }
}

void Emitter::call(const Inst& inst) {
  llvm::SmallVector<llvm::Value*, 16> arguments;
  for (const Value* v : inst.operands) arguments.push_back(one(v));
  builder_.CreateCall(declare(*program_.find(inst.callee)), arguments);
}

// Denormals are flushed while compiled code runs; the mode that was there comes back afterwards. Generic code
// elsewhere has no such register, and keeps denormals.
llvm::Value* Emitter::enterFloatMode(llvm::IRBuilder<>& b) {
  if (target_.x86) {
    auto* slot = b.CreateAlloca(b.getInt32Ty(), b.getInt32(2)); // the caller's mode, and ours
    auto* ours = b.CreateGEP(b.getInt32Ty(), slot, b.getInt64(1));
    b.CreateIntrinsic(llvm::Intrinsic::x86_sse_stmxcsr, {slot});
    constexpr uint32_t flushToZero = 0x8000, denormalsAreZero = 0x0040;
    b.CreateStore(b.CreateOr(b.CreateLoad(b.getInt32Ty(), slot), flushToZero | denormalsAreZero), ours);
    b.CreateIntrinsic(llvm::Intrinsic::x86_sse_ldmxcsr, {ours});
    return slot;
  }
  llvm::Value* saved = b.CreateIntrinsic(llvm::Intrinsic::aarch64_get_fpcr, {});
  constexpr uint64_t flushToZero = uint64_t{1} << 24;
  b.CreateIntrinsic(llvm::Intrinsic::aarch64_set_fpcr, {b.CreateOr(saved, flushToZero)});
  return saved;
}

void Emitter::leaveFloatMode(llvm::IRBuilder<>& b, llvm::Value* saved) {
  b.CreateIntrinsic(target_.x86 ? llvm::Intrinsic::x86_sse_ldmxcsr : llvm::Intrinsic::aarch64_set_fpcr,
                    {saved});
}

// void thunk(ptr context, i64 begin, i64 end): unpacks the arguments and runs the kernel on a range.
llvm::Function* Emitter::rangeThunk(const Function& function, llvm::StructType* contextType) {
  llvm::Function* callee = declare(function);
  std::string name = (callee->getName() + ".range").str();
  if (llvm::Function* known = module_.getFunction(name)) return known;
  llvm::Type* i64 = builder_.getInt64Ty();
  auto* thunk = llvm::Function::Create(
      llvm::FunctionType::get(builder_.getVoidTy(), {builder_.getPtrTy(), i64, i64}, false),
      llvm::GlobalValue::InternalLinkage, name, module_);
  thunk->copyAttributesFrom(callee);
  thunk->setAttributes(
      llvm::AttributeList::get(context_, llvm::AttributeList::FunctionIndex,
                               llvm::AttrBuilder(context_, callee->getAttributes().getFnAttrs())));
  thunk->setVisibility(llvm::GlobalValue::DefaultVisibility);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(context_, "entry", thunk));
  b.SetCurrentDebugLocation(debug_.define(*thunk, function));
  llvm::Value* saved = enterFloatMode(b);
  llvm::SmallVector<llvm::Value*, 16> arguments{thunk->getArg(1), thunk->getArg(2)};
  for (unsigned i = 0; i < contextType->getNumElements(); ++i)
    arguments.push_back(
        b.CreateLoad(contextType->getElementType(i), b.CreateStructGEP(contextType, thunk->getArg(0), i)));
  b.CreateCall(callee, arguments);
  leaveFloatMode(b, saved);
  b.CreateRetVoid();
  return thunk;
}

void Emitter::parallel(const Inst& inst) {
  auto& b = builder_;
  llvm::SmallVector<llvm::Type*, 16> types;
  for (size_t i = 3; i < inst.operands.size(); ++i) types.push_back(one(inst.operands[i])->getType());
  auto* contextType = llvm::StructType::get(context_, types);
  llvm::Function* thunk = rangeThunk(*program_.find(inst.callee), contextType);

  // Before the context lies the step's number, which only profiles read.
  llvm::BasicBlock& entry = function_->getEntryBlock();
  auto* numbered = llvm::StructType::get(context_, {b.getInt64Ty(), contextType});
  llvm::Value* memory = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(numbered);
  b.CreateStore(b.getInt64(static_cast<uint64_t>(inst.ints.empty() ? -1 : inst.ints[0])), memory);
  llvm::Value* arguments = b.CreateStructGEP(numbered, memory, 1);
  for (unsigned i = 0; i < types.size(); ++i)
    b.CreateStore(one(inst.operands[3 + i]), b.CreateStructGEP(contextType, arguments, i));

  llvm::Value *executor = one(inst.operands[0]), *count = one(inst.operands[1]),
              *grain = one(inst.operands[2]);
  auto* here = llvm::BasicBlock::Create(context_, "on.this.thread", function_);
  auto* there = llvm::BasicBlock::Create(context_, "on.executor", function_);
  auto* after = llvm::BasicBlock::Create(context_, "parallel.end", function_);
  b.CreateCondBr(b.CreateIsNull(executor), here, there);
  b.SetInsertPoint(here);
  b.CreateCall(thunk, {arguments, b.getInt64(0), count});
  b.CreateBr(after);
  b.SetInsertPoint(there); // convoy_executor: { parallel, self, threads }
  auto* run = b.CreateLoad(b.getPtrTy(), executor);
  auto* self = b.CreateLoad(b.getPtrTy(), b.CreateGEP(b.getPtrTy(), executor, b.getInt64(1)));
  auto* runType = llvm::FunctionType::get(
      b.getVoidTy(), {b.getPtrTy(), b.getPtrTy(), b.getPtrTy(), b.getInt64Ty(), b.getInt64Ty()}, false);
  b.CreateCall(runType, run, {self, thunk, arguments, count, grain});
  b.CreateBr(after);
  b.SetInsertPoint(after);
}

} // namespace convoy::codegen
