// Matrix tiles. Values get one of eight registers here, by number. With a matrix unit these are the
// hardware's; without one they are 1 KiB blocks on the stack, so that the same loop IR gives the same answer
// everywhere.
#include "codegen/emitter.h"
#include "support/internal_error.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/IntrinsicsX86.h"
#include <set>

namespace convoy::codegen {

using namespace loop;

namespace {
constexpr uint64_t tileBytes = 1024, rowBytes = 64, registers = 8;

uint32_t bytesPerRow(const Type& tile) { return tile.columns * static_cast<uint32_t>(bytesOf(tile.scalar)); }

// The rows and bytes per row of every tile that is made in a body.
void collectShapes(const Block& block, std::set<std::pair<uint32_t, uint32_t>>& shapes) {
  for (const auto& inst : block.insts) {
    if (inst->op == Op::TileZero || inst->op == Op::TileLoad)
      shapes.insert({inst->type.rows, bytesPerRow(inst->type)});
    for (const auto& inner : inst->blocks) collectShapes(*inner, shapes);
  }
}

// The last instruction of a value's own block in which it, or something nested, uses the value.
void findLastUses(const Block& block, std::unordered_map<const Value*, const Inst*>& lastUse,
                  std::unordered_map<const Value*, const Block*>& home) {
  for (const Value* v : block.arguments) home[v] = &block;
  for (const auto& inst : block.insts)
    for (const Value* v : inst->results) home[v] = &block;
  for (const auto& inst : block.insts) {
    for (const auto& inner : inst->blocks) findLastUses(*inner, lastUse, home);
    for (const Value* v : inst->operands)
      if (v->type.isTile() && home[v] == &block) lastUse[v] = inst.get();
  }
}

// Uses inside nested bodies count for the instruction that holds the body.
void liftUses(const Block& block, const Inst* holder, const Block* holderBlock,
              std::unordered_map<const Value*, const Inst*>& lastUse,
              const std::unordered_map<const Value*, const Block*>& home) {
  for (const auto& inst : block.insts) {
    if (holder)
      for (const Value* v : inst->operands)
        if (v->type.isTile() && home.at(v) == holderBlock) lastUse[v] = holder;
    for (const auto& inner : inst->blocks) {
      liftUses(*inner, inst.get(), &block, lastUse, home);
      if (holder) liftUses(*inner, holder, holderBlock, lastUse, home);
    }
  }
}
} // namespace

int TileRegisters::allocate(const Type& type) {
  used_ = true;
  int best = -1, fresh = -1;
  for (int n = static_cast<int>(registers) - 1; n >= 0; --n) {
    if (holders_[n] > 0) continue;
    if (!configured(n))
      fresh = n;
    else if (shapes_[n].rows == type.rows && bytesPerRow(shapes_[n]) == bytesPerRow(type) &&
             (best < 0 || freed_[n] <= freed_[best]))
      best = n;
  }
  if (fresh >= 0 && (best < 0 || alike_)) best = fresh;
  if (best < 0) internalError("more than eight matrix tiles are alive at once");
  if (!configured(best)) shapes_[best] = type;
  return best;
}

void Emitter::beginTiles(const Function& function) {
  std::set<std::pair<uint32_t, uint32_t>> shapes;
  collectShapes(function.body, shapes);
  hasTiles_ = !shapes.empty();
  if (!hasTiles_) return;
  tiles_.tilesAreAlike(shapes.size() == 1);
  std::unordered_map<const Value*, const Block*> home;
  findLastUses(function.body, lastUse_, home);
  liftUses(function.body, nullptr, nullptr, lastUse_, home);
  auto& b = builder_;
  tileFile_ =
      b.CreateAlloca(b.getInt8Ty(), b.getInt64(target_.matrixUnit ? rowBytes : registers * tileBytes));
  tileFile_->setAlignment(llvm::Align(64));
}

// The configuration is known only when every tile has its register; it is loaded at the function's entry.
void Emitter::finishTiles() {
  if (!hasTiles_ || !target_.matrixUnit || !tiles_.used()) return;
  llvm::IRBuilder<> b(tileFile_->getNextNode());
  b.CreateMemSet(tileFile_, b.getInt8(0), rowBytes, llvm::Align(64));
  auto byte = [&](uint64_t at, uint64_t value) {
    b.CreateStore(b.getInt8(static_cast<uint8_t>(value)),
                  b.CreateGEP(b.getInt8Ty(), tileFile_, b.getInt64(at)));
  };
  byte(0, 1); // palette 1; bytes per row at 16 (two each), rows at 48
  for (int n = 0; n < static_cast<int>(registers); ++n)
    if (tiles_.configured(n)) {
      const Type& shape = tiles_.shape(n);
      byte(16 + 2 * static_cast<uint64_t>(n), bytesPerRow(shape));
      byte(48 + static_cast<uint64_t>(n), shape.rows);
    }
  b.CreateIntrinsic(llvm::Intrinsic::x86_ldtilecfg, {tileFile_});
  for (llvm::ReturnInst* ret : returns_)
    llvm::IRBuilder<>(ret).CreateIntrinsic(llvm::Intrinsic::x86_tilerelease, {});
}

int Emitter::tileNumber(const Value* v) { return tileRegister(one(v)); }

void Emitter::releaseDead(const Inst& inst) {
  auto release = [&](const Value* v) {
    for (llvm::Value* number : parts(v)) tiles_.release(tileRegister(number));
  };
  auto holds = [&](const Value* v) { return v->type.isTile(); };
  std::vector<const Value*> done;
  for (auto it = lastUse_.begin(); it != lastUse_.end(); ++it)
    if (it->second == &inst && values_.count(it->first)) done.push_back(it->first);
  for (const Value* v : done) release(v);
  for (const Value* v : inst.results)
    if (holds(v) && !lastUse_.count(v)) release(v);
}

llvm::Value* Emitter::softwareTile(int number) {
  return builder_.CreateGEP(builder_.getInt8Ty(), tileFile_,
                            builder_.getInt64(static_cast<uint64_t>(number) * tileBytes));
}

// void mac(ptr c, ptr a, ptr b, i64 rows, i64 groups): c[i] += sum over k and q of a[i][k * g + q] *
// b[k][q::g].
llvm::Function* Emitter::softwareMac(Scalar left, Scalar right) {
  std::string name = std::string("convoy.tile.mac.") + nameOf(left) + "." + nameOf(right);
  if (llvm::Function* known = module_.getFunction(name)) return known;
  llvm::IRBuilder<> b(context_);
  llvm::Type *i64 = b.getInt64Ty(), *ptr = b.getPtrTy();
  auto* f = llvm::Function::Create(llvm::FunctionType::get(b.getVoidTy(), {ptr, ptr, ptr, i64, i64}, false),
                                   llvm::GlobalValue::InternalLinkage, name, module_);
  f->setAttributes(
      llvm::AttributeList::get(context_, llvm::AttributeList::FunctionIndex,
                               llvm::AttrBuilder(context_, function_->getAttributes().getFnAttrs())));
  const int group = 4 / bytesOf(left);
  bool floats = isFloat(left);
  llvm::Type* sumScalar = floats ? b.getFloatTy() : b.getInt32Ty();
  auto* sumType = llvm::FixedVectorType::get(sumScalar, 16);
  llvm::Type* element = scalarType(left); // both have one width
  auto widen = [&](llvm::Value* v, Scalar from, llvm::Type* to) -> llvm::Value* {
    // bf16 is the upper half of float32.
    llvm::Type* bits = to->getWithNewType(b.getInt32Ty());
    return floats ? b.CreateBitCast(b.CreateShl(b.CreateZExt(v, bits), llvm::ConstantInt::get(bits, 16)), to)
           : from == Scalar::U8 ? b.CreateZExt(v, to)
                                : b.CreateSExt(v, to);
  };
  auto* entry = llvm::BasicBlock::Create(context_, "entry", f);
  auto* rowLoop = llvm::BasicBlock::Create(context_, "row", f);
  auto* groupLoop = llvm::BasicBlock::Create(context_, "group", f);
  auto* rowEnd = llvm::BasicBlock::Create(context_, "row.end", f);
  auto* exit = llvm::BasicBlock::Create(context_, "exit", f);
  b.SetInsertPoint(entry);
  b.CreateBr(rowLoop);
  b.SetInsertPoint(rowLoop);
  auto* i = b.CreatePHI(i64, 2);
  i->addIncoming(b.getInt64(0), entry);
  auto* rowOffset = b.CreateMul(i, b.getInt64(rowBytes));
  auto* c = b.CreateGEP(b.getInt8Ty(), f->getArg(0), rowOffset);
  auto* a = b.CreateGEP(b.getInt8Ty(), f->getArg(1), rowOffset);
  auto* first = b.CreateAlignedLoad(sumType, c, llvm::Align(64));
  b.CreateBr(groupLoop);
  b.SetInsertPoint(groupLoop);
  auto* k = b.CreatePHI(i64, 2);
  auto* sum = b.CreatePHI(sumType, 2);
  k->addIncoming(b.getInt64(0), rowLoop);
  sum->addIncoming(first, rowLoop);
  auto* row = b.CreateAlignedLoad(
      llvm::FixedVectorType::get(element, static_cast<unsigned>(16 * group)),
      b.CreateGEP(b.getInt8Ty(), f->getArg(2), b.CreateMul(k, b.getInt64(rowBytes))), llvm::Align(64));
  llvm::Value* next = sum;
  for (int q = 0; q < group; ++q) {
    llvm::SmallVector<int, 16> lanes;
    for (int j = 0; j < 16; ++j) lanes.push_back(j * group + q);
    llvm::Value* y = widen(b.CreateShuffleVector(row, lanes), right, sumType);
    auto* at = b.CreateAdd(b.CreateMul(k, b.getInt64(static_cast<uint64_t>(group))),
                           b.getInt64(static_cast<uint64_t>(q)));
    llvm::Value* x =
        b.CreateVectorSplat(16, widen(b.CreateLoad(element, b.CreateGEP(element, a, at)), left, sumScalar));
    next = floats ? b.CreateFAdd(next, b.CreateFMul(x, y)) : b.CreateAdd(next, b.CreateMul(x, y));
  }
  auto* k1 = b.CreateAdd(k, b.getInt64(1));
  k->addIncoming(k1, groupLoop);
  sum->addIncoming(next, groupLoop);
  b.CreateCondBr(b.CreateICmpSLT(k1, f->getArg(4)), groupLoop, rowEnd);
  b.SetInsertPoint(rowEnd);
  b.CreateAlignedStore(next, c, llvm::Align(64));
  auto* i1 = b.CreateAdd(i, b.getInt64(1));
  i->addIncoming(i1, rowEnd);
  b.CreateCondBr(b.CreateICmpSLT(i1, f->getArg(3)), rowLoop, exit);
  b.SetInsertPoint(exit);
  b.CreateRetVoid();
  return f;
}

void Emitter::tile(const Inst& inst) {
  auto& b = builder_;
  bool hardware = target_.matrixUnit;
  auto number = [&](int n) { return b.getInt8(static_cast<uint8_t>(n)); };
  auto define = [&](int n) {
    tiles_.share(n);
    values_[inst.results[0]] = {b.getInt32(static_cast<uint32_t>(n))};
  };
  // Rows between memory and a software register.
  auto copyRows = [&](const Type& t, llvm::Value* memory, llvm::Value* stride, int n, bool toMemory) {
    llvm::Type* line =
        llvm::FixedVectorType::get(b.getInt8Ty(), t.columns * static_cast<uint32_t>(bytesOf(t.scalar)));
    for (uint32_t r = 0; r < t.rows; ++r) {
      llvm::Value* outer = b.CreateGEP(b.getInt8Ty(), memory, b.CreateMul(stride, b.getInt64(r)));
      llvm::Value* inner = b.CreateGEP(b.getInt8Ty(), softwareTile(n), b.getInt64(r * rowBytes));
      llvm::Value *from = toMemory ? inner : outer, *to = toMemory ? outer : inner;
      b.CreateAlignedStore(b.CreateAlignedLoad(line, from, llvm::Align(1)), to, llvm::Align(1));
    }
  };
  switch (inst.op) {
  case Op::TileZero: {
    int n = tiles_.allocate(inst.type);
    if (hardware)
      b.CreateIntrinsic(llvm::Intrinsic::x86_tilezero, {number(n)});
    else
      b.CreateMemSet(softwareTile(n), b.getInt8(0), tileBytes, llvm::Align(64));
    return define(n);
  }
  case Op::TileLoad: {
    int n = tiles_.allocate(inst.type);
    llvm::Value *p = address(inst, inst.type), *stride = one(inst.operands[0]);
    if (hardware)
      b.CreateIntrinsic(llvm::Intrinsic::x86_tileloadd64, {number(n), p, stride});
    else
      copyRows(inst.type, p, stride, n, false);
    return define(n);
  }
  case Op::TileMac: {
    int c = tileNumber(inst.operands[0]), x = tileNumber(inst.operands[1]), y = tileNumber(inst.operands[2]);
    const Type& operand = inst.operands[1]->type;
    if (hardware) {
      auto which = operand.scalar == Scalar::BF16 ? llvm::Intrinsic::x86_tdpbf16ps
                   : operand.scalar == Scalar::I8 ? llvm::Intrinsic::x86_tdpbssd
                                                  : llvm::Intrinsic::x86_tdpbusd;
      b.CreateIntrinsic(which, {number(c), number(x), number(y)});
    } else {
      b.CreateCall(softwareMac(operand.scalar, inst.operands[2]->type.scalar),
                   {softwareTile(c), softwareTile(x), softwareTile(y), b.getInt64(operand.rows),
                    b.getInt64(inst.operands[2]->type.rows)});
    }
    return define(c);
  }
  default: { // TileStore
    llvm::Value *p = address(inst, inst.type), *stride = one(inst.operands[1]);
    int n = tileNumber(inst.operands[0]);
    if (hardware)
      b.CreateIntrinsic(llvm::Intrinsic::x86_tilestored64, {number(n), p, stride});
    else
      copyRows(inst.operands[0]->type, p, stride, n, true);
  }
  }
}

} // namespace convoy::codegen
