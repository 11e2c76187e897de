// Functions, types, and the dispatch over instructions.
#include "codegen/emitter.h"
#include "support/internal_error.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/IntrinsicsX86.h"

namespace convoy::codegen {

using namespace loop;

llvm::Type* Emitter::scalarType(Scalar scalar) {
  switch (scalar) {
  case Scalar::I1: return builder_.getInt1Ty();
  case Scalar::U8:
  case Scalar::I8: return builder_.getInt8Ty();
  case Scalar::U16:
  case Scalar::I16: return builder_.getInt16Ty();
  case Scalar::I32: return builder_.getInt32Ty();
  case Scalar::I64: return builder_.getInt64Ty();
  // As its bits: without instructions for them, LLVM would move numbers by way of float32 and a function of
  // its support library.
  case Scalar::BF16: return builder_.getInt16Ty();
  case Scalar::F32: return builder_.getFloatTy();
  case Scalar::F64: return builder_.getDoubleTy();
  }
  internalError("unknown scalar type");
}

llvm::Type* Emitter::type(const Type& t) {
  if (t.isPointer()) return builder_.getPtrTy();
  if (t.isTile()) return builder_.getInt32Ty(); // the register's number, always a constant
  llvm::Type* scalar = scalarType(t.scalar);
  return t.lanes == 1 ? scalar : llvm::FixedVectorType::get(scalar, t.lanes);
}

Emitter::Parts& Emitter::parts(const Value* v) {
  auto it = values_.find(v);
  require(it != values_.end(), "a loop IR value is used before it is emitted");
  return it->second;
}

void Emitter::bind(const Value* v, Parts parts) {
  if (parts.size() == 1 && !parts[0]->hasName() && !llvm::isa<llvm::Constant>(parts[0]))
    parts[0]->setName(v->name);
  values_[v] = std::move(parts);
}

llvm::Function* Emitter::declare(const Function& function) {
  if (llvm::Function* known = module_.getFunction(function.name)) return known;
  llvm::SmallVector<llvm::Type*, 16> parameters;
  for (const Value* p : function.parameters) parameters.push_back(type(p->type));
  require(function.results.size() <= 1, "a compiled function gives at most one value");
  llvm::Type* result = function.results.empty() ? builder_.getVoidTy() : type(function.results[0]);
  auto* f = llvm::Function::Create(llvm::FunctionType::get(result, parameters, false),
                                   llvm::GlobalValue::ExternalLinkage, function.name, module_);
  if (!function.exported) f->setVisibility(llvm::GlobalValue::HiddenVisibility);
  f->addFnAttr(llvm::Attribute::NoUnwind);
  f->addFnAttr(llvm::Attribute::NoInline);
  f->addFnAttr("target-cpu", target_.cpu);
  f->addFnAttr("tune-cpu", target_.tune);
  f->addFnAttr("stackrealign"); // otherwise spilled vectors would straddle cache lines
  if (!target_.features.empty()) f->addFnAttr("target-features", target_.features);
  std::string width = std::to_string(target_.vectorBits);
  f->addFnAttr("prefer-vector-width", width);
  f->addFnAttr("min-legal-vector-width", width);
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    f->getArg(i)->setName(function.parameters[i]->name);
    if (function.parameters[i]->type.isPointer()) f->addParamAttr(i, llvm::Attribute::NoAlias);
  }
  return f;
}

void Emitter::define(const Function& function) {
  function_ = declare(function);
  head_ = debug_.define(*function_, function);
  builder_.SetInsertPoint(llvm::BasicBlock::Create(context_, "entry", function_));
  for (size_t i = 0; i < function.parameters.size(); ++i)
    values_[function.parameters[i]] = {function_->getArg(i)};
  builder_.SetCurrentDebugLocation(head_);
  beginTiles(function);
  block(function.body);
  finishTiles();
}

void Emitter::block(const Block& b) {
  const llvm::DebugLoc owner = builder_.getCurrentDebugLocation(); // of what has the block
  for (const auto& inst : b.insts) {
    builder_.SetCurrentDebugLocation(debug_.at(*inst, head_, owner));
    instruction(*inst);
    if (hasTiles_) releaseDead(*inst);
  }
  builder_.SetCurrentDebugLocation(owner);
}

void Emitter::instruction(const Inst& inst) {
  switch (shapeOf(inst.op)) {
  case OpShape::Const: return constant(inst);
  case OpShape::Unary:
  case OpShape::Binary:
  case OpShape::Ternary:
  case OpShape::Compare: return arithmetic(inst);
  case OpShape::Special: break;
  }
  switch (inst.op) {
  case Op::Select:
  case Op::Cast: return arithmetic(inst);
  case Op::Fill:
  case Op::Get:
  case Op::Set: return array(inst);
  case Op::TileZero:
  case Op::TileLoad:
  case Op::TileMac:
  case Op::TileStore: return tile(inst);
  case Op::Offset:
  case Op::Load:
  case Op::Store:
  case Op::Stream:
  case Op::Gather:
  case Op::Prefetch:
  case Op::PrefetchFar:
  case Op::Stack: return memory(inst);
  case Op::For: return forLoop(inst);
  case Op::Unroll: return unroll(inst);
  case Op::If: return branch(inst);
  case Op::Call: return call(inst);
  case Op::Parallel: return parallel(inst);
  case Op::Yield: return; // read by the loop that owns the body
  case Op::Return:
    // Stores past the caches are not ordered with later ones: whoever hears that the work is done must find
    // them.
    if (streams_ && target_.x86) builder_.CreateIntrinsic(llvm::Intrinsic::x86_sse_sfence, {});
    streams_ = false;
    returns_.push_back(inst.operands.empty() ? builder_.CreateRetVoid()
                                             : builder_.CreateRet(one(inst.operands[0])));
    return;
  default: return vector(inst);
  }
}

} // namespace convoy::codegen
