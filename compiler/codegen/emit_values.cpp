// Constants, arithmetic, vectors and register arrays.
#include "codegen/emitter.h"
#include "support/internal_error.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/IntrinsicsX86.h"

namespace convoy::codegen {

using namespace loop;

// To nearest, ties to even.
static uint64_t bf16Bits(double number) {
  llvm::APFloat value(number);
  bool loses = false;
  value.convert(llvm::APFloat::BFloat(), llvm::APFloat::rmNearestTiesToEven, &loses);
  return value.bitcastToAPInt().getZExtValue();
}

void Emitter::constant(const Inst& inst) {
  const Type& t = inst.results[0]->type;
  llvm::Type* llvmType = type(t);
  llvm::Constant* c =
      t.scalar == Scalar::BF16 ? llvm::ConstantInt::get(llvmType, bf16Bits(inst.number))
      : isFloat(t.scalar)
          ? llvm::ConstantFP::get(llvmType, inst.number)
          : llvm::ConstantInt::get(llvmType, static_cast<uint64_t>(inst.ints[0]), /*IsSigned=*/true,
                                   /*ImplicitTrunc=*/true);
  bind(inst.results[0], {c});
}

// Element by element; an operand that is no array serves every element.
void Emitter::arithmetic(const Inst& inst) {
  size_t count = inst.results[0]->type.elements();
  Parts result;
  for (size_t i = 0; i < count; ++i) {
    llvm::SmallVector<llvm::Value*, 3> x;
    for (const Value* operand : inst.operands) {
      Parts& p = parts(operand);
      x.push_back(operand->type.isArray() ? p[i] : p[0]);
    }
    result.push_back(inst.op == Op::Select ? builder_.CreateSelect(x[0], x[1], x[2])
                     : inst.op == Op::Cast
                         ? cast(inst.operands[0]->type.element(), inst.results[0]->type.element(), x[0])
                     : shapeOf(inst.op) == OpShape::Compare ? compare(inst, x[0], x[1])
                                                            : arithmeticElement(inst, x));
  }
  bind(inst.results[0], std::move(result));
}

llvm::Value* Emitter::arithmeticElement(const Inst& inst, llvm::ArrayRef<llvm::Value*> x) {
  Scalar scalar = inst.results[0]->type.scalar;
  if (!isFloat(scalar)) return integerElement(inst, x, !isUnsigned(scalar));
  auto& b = builder_;
  switch (inst.op) {
  case Op::Add: return b.CreateFAdd(x[0], x[1]);
  case Op::Sub: return b.CreateFSub(x[0], x[1]);
  case Op::Mul: return b.CreateFMul(x[0], x[1]);
  case Op::Div: return b.CreateFDiv(x[0], x[1]);
  case Op::Min: return b.CreateSelect(b.CreateFCmpOLT(x[0], x[1]), x[0], x[1]);
  case Op::Max: return b.CreateSelect(b.CreateFCmpOGT(x[0], x[1]), x[0], x[1]);
  case Op::Minimum:
  case Op::Maximum: return extreme(inst.op == Op::Maximum, x[0], x[1]);
  case Op::Fma:
    if (!target_.fusedMultiplyAdd) return b.CreateFAdd(b.CreateFMul(x[0], x[1]), x[2]);
    return b.CreateIntrinsic(llvm::Intrinsic::fma, {x[0]->getType()}, {x[0], x[1], x[2]});
  case Op::Neg: return b.CreateFNeg(x[0]);
  case Op::Abs: return b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x[0]);
  case Op::Sqrt: return b.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x[0]);
  case Op::Round: return b.CreateUnaryIntrinsic(llvm::Intrinsic::roundeven, x[0]);
  case Op::Floor: return b.CreateUnaryIntrinsic(llvm::Intrinsic::floor, x[0]);
  default: internalError("float arithmetic without a rule");
  }
}

// The comparison gives c when a lane is no number, so that only a's are looked for. LLVM's own operation also
// puts zeros of different signs in order, which takes twice as long.
llvm::Value* Emitter::extreme(bool largest, llvm::Value* a, llvm::Value* c) {
  auto& b = builder_;
  llvm::Value* first = largest ? b.CreateFCmpOGT(a, c) : b.CreateFCmpOLT(a, c);
  llvm::Value* greater = b.CreateSelect(first, a, c);
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(a->getType());
  if (target_.x86 && target_.vectorBits == 512 && vector && vector->getNumElements() == 16 &&
      vector->getElementType()->isFloatTy()) {
    // One instruction looks at a's class and takes a, made quiet, where it is no number: 2 is that answer, in
    // the fields of both kinds of NaN.
    auto* table = llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(16), b.getInt32(0x22));
    constexpr uint32_t currentRounding = 4;
    return b.CreateIntrinsic(
        llvm::Intrinsic::x86_avx512_mask_fixupimm_ps_512,
        {greater, a, table, b.getInt32(0), b.getInt16(0xffff), b.getInt32(currentRounding)});
  }
  return b.CreateSelect(b.CreateFCmpUNO(a, a), a, greater);
}

llvm::Value* Emitter::integerElement(const Inst& inst, llvm::ArrayRef<llvm::Value*> x, bool isSigned) {
  auto& b = builder_;
  // Rounding down: the remainder takes the divisor's sign, and divisors are positive.
  auto floorParts = [&]() {
    llvm::Value* quotient = isSigned ? b.CreateSDiv(x[0], x[1]) : b.CreateUDiv(x[0], x[1]);
    llvm::Value* rest = b.CreateSub(x[0], b.CreateMul(quotient, x[1]));
    return std::make_pair(quotient, rest);
  };
  llvm::Value* zero = llvm::Constant::getNullValue(x[0]->getType());
  switch (inst.op) {
  case Op::Add: return b.CreateAdd(x[0], x[1]);
  case Op::Sub: return b.CreateSub(x[0], x[1]);
  case Op::Mul: return b.CreateMul(x[0], x[1]);
  case Op::Div: {
    auto [quotient, rest] = floorParts();
    if (!isSigned) return quotient;
    return b.CreateAdd(quotient, b.CreateSExt(b.CreateICmpSLT(rest, zero), x[0]->getType()));
  }
  case Op::Mod: {
    auto [quotient, rest] = floorParts();
    if (!isSigned) return rest;
    return b.CreateSelect(b.CreateICmpSLT(rest, zero), b.CreateAdd(rest, x[1]), rest);
  }
  case Op::Min:
    return b.CreateBinaryIntrinsic(isSigned ? llvm::Intrinsic::smin : llvm::Intrinsic::umin, x[0], x[1]);
  case Op::Max:
    return b.CreateBinaryIntrinsic(isSigned ? llvm::Intrinsic::smax : llvm::Intrinsic::umax, x[0], x[1]);
  case Op::And: return b.CreateAnd(x[0], x[1]);
  case Op::Or: return b.CreateOr(x[0], x[1]);
  case Op::Xor: return b.CreateXor(x[0], x[1]);
  case Op::Shl: return b.CreateShl(x[0], x[1]);
  case Op::Shr: return isSigned ? b.CreateAShr(x[0], x[1]) : b.CreateLShr(x[0], x[1]);
  case Op::Neg: return b.CreateNeg(x[0]);
  case Op::Abs: return b.CreateBinaryIntrinsic(llvm::Intrinsic::abs, x[0], b.getFalse());
  default: internalError("integer arithmetic without a rule");
  }
}

llvm::Value* Emitter::compare(const Inst& inst, llvm::Value* a, llvm::Value* c) {
  bool floats = isFloat(inst.operands[0]->type.scalar), isSigned = !isUnsigned(inst.operands[0]->type.scalar);
  auto& b = builder_;
  switch (inst.op) {
  case Op::Lt:
    return floats ? b.CreateFCmpOLT(a, c) : isSigned ? b.CreateICmpSLT(a, c) : b.CreateICmpULT(a, c);
  case Op::Le:
    return floats ? b.CreateFCmpOLE(a, c) : isSigned ? b.CreateICmpSLE(a, c) : b.CreateICmpULE(a, c);
  case Op::Eq: return floats ? b.CreateFCmpOEQ(a, c) : b.CreateICmpEQ(a, c);
  case Op::Ne: return floats ? b.CreateFCmpUNE(a, c) : b.CreateICmpNE(a, c);
  default: internalError("comparison without a rule");
  }
}

// To nearest even. LLVM would call a function of its own support library where the processor has no
// instruction for it.
llvm::Value* Emitter::roundToBf16(const Type& from, const Type& to, llvm::Value* v) {
  auto& b = builder_;
  if (target_.pairProducts)
    return b.CreateBitCast(b.CreateFPTrunc(v, v->getType()->getWithNewType(b.getBFloatTy())), type(to));
  llvm::Type* wide = type(from.withScalar(Scalar::I32));
  auto number = [&](uint32_t n) { return llvm::ConstantInt::get(wide, n); };
  llvm::Value* bits = b.CreateBitCast(v, wide);
  llvm::Value* high = b.CreateLShr(bits, number(16));
  llvm::Value* half = b.CreateAdd(number(0x7fff), b.CreateAnd(high, number(1)));
  llvm::Value* rounded = b.CreateLShr(b.CreateAdd(bits, half), number(16));
  llvm::Value* quiet = b.CreateOr(high, number(0x40)); // a NaN must not round to infinity
  llvm::Value* kept = b.CreateSelect(b.CreateFCmpUNO(v, v), quiet, rounded);
  return b.CreateTrunc(kept, type(to));
}

llvm::Value* Emitter::widenBf16(llvm::Value* v) {
  auto& b = builder_;
  llvm::Type* wide = v->getType()->getWithNewType(b.getInt32Ty());
  llvm::Value* bits = b.CreateShl(b.CreateZExt(v, wide), llvm::ConstantInt::get(wide, 16));
  return b.CreateBitCast(bits, v->getType()->getWithNewType(b.getFloatTy()));
}

// Toward zero and saturating, as llvm.fptosi.sat says, which becomes a conversion for each lane.
llvm::Value* Emitter::toIntegers(llvm::Value* v, llvm::Type* target) {
  auto& b = builder_;
  auto number = [&](double n) { return llvm::ConstantFP::get(v->getType(), n); };
  llvm::Value *low = number(-0x1p31), *high = number(0x1.fffffep30); // the float32 numbers of i32's range
  llvm::Value* x = b.CreateSelect(b.CreateFCmpORD(v, v), v, number(0));
  x = b.CreateSelect(b.CreateFCmpOLT(x, low), low, x);
  x = b.CreateFPToSI(b.CreateSelect(b.CreateFCmpOGT(x, high), high, x), target);
  return b.CreateSelect(b.CreateFCmpOGT(v, high), llvm::ConstantInt::get(target, INT32_MAX), x);
}

llvm::Value* Emitter::cast(const Type& from, const Type& to, llvm::Value* v) {
  llvm::Type* target = type(to);
  bool fromFloat = isFloat(from.scalar), toFloat = isFloat(to.scalar);
  bool fromSigned = !isUnsigned(from.scalar), toSigned = !isUnsigned(to.scalar);
  auto& b = builder_;
  if (to.scalar == Scalar::BF16) return roundToBf16(from, to, v);
  if (from.scalar == Scalar::BF16) return widenBf16(v);
  if (fromFloat && toFloat) return b.CreateFPCast(v, target);
  if (from.scalar == Scalar::F32 && to.scalar == Scalar::I32 && from.lanes > 1) return toIntegers(v, target);
  if (fromFloat)
    return b.CreateIntrinsic(toSigned ? llvm::Intrinsic::fptosi_sat : llvm::Intrinsic::fptoui_sat,
                             {target, v->getType()}, {v});
  if (toFloat) return fromSigned ? b.CreateSIToFP(v, target) : b.CreateUIToFP(v, target);
  return fromSigned ? b.CreateSExtOrTrunc(v, target) : b.CreateZExtOrTrunc(v, target);
}

// One instruction where the processor has it: it takes the second number of a pair before the first, and so
// does what stands for it.
llvm::Value* Emitter::dot(const Inst& inst) {
  auto& b = builder_;
  llvm::Value *sums = one(inst.operands[0]), *left = one(inst.operands[1]), *right = one(inst.operands[2]);
  const uint32_t lanes = inst.operands[0]->type.lanes;
  auto bfloats = [&](llvm::Value* v) {
    return b.CreateBitCast(v, v->getType()->getWithNewType(b.getBFloatTy()));
  };
  if (inst.operands[0]->type.scalar == Scalar::I16) return b.CreateAdd(sums, bytePairs(left, right, lanes));
  const bool pairs = isFloat(inst.operands[0]->type.scalar), widest = lanes == 16, half = lanes == 8;
  if (pairs && target_.pairProducts && (widest || half))
    return b.CreateIntrinsic(widest ? llvm::Intrinsic::x86_avx512bf16_dpbf16ps_512
                                    : llvm::Intrinsic::x86_avx512bf16_dpbf16ps_256,
                             {sums, bfloats(left), bfloats(right)});
  if (!pairs && target_.quadProducts && ((widest && target_.vectorBits == 512) || half))
    return b.CreateIntrinsic(widest ? llvm::Intrinsic::x86_avx512_vpdpbusd_512
                                    : llvm::Intrinsic::x86_avx512_vpdpbusd_256,
                             {sums, left, right});
  const int group = pairs ? 2 : 4;
  for (int q = group - 1; q >= 0; --q) {
    llvm::SmallVector<int, 16> which;
    for (uint32_t i = 0; i < lanes; ++i) which.push_back(static_cast<int>(i) * group + q);
    llvm::Value *x = b.CreateShuffleVector(left, which), *y = b.CreateShuffleVector(right, which);
    if (pairs) {
      x = widenBf16(x), y = widenBf16(y);
      sums = target_.fusedMultiplyAdd
                 ? b.CreateIntrinsic(llvm::Intrinsic::fma, {sums->getType()}, {x, y, sums})
                 : b.CreateFAdd(b.CreateFMul(x, y), sums);
    } else {
      x = b.CreateZExt(x, sums->getType()), y = b.CreateSExt(y, sums->getType());
      sums = b.CreateAdd(sums, b.CreateMul(x, y));
    }
  }
  return sums;
}

// Of i16: x0 * y0 + x1 * y1, cut off.
llvm::Value* Emitter::bytePairs(llvm::Value* left, llvm::Value* right, uint32_t lanes) {
  auto& b = builder_;
  if (target_.x86 && lanes == 32 && target_.vectorBits == 512)
    return b.CreateIntrinsic(llvm::Intrinsic::x86_avx512_pmaddubs_w_512, {left, right});
  if (target_.x86 && lanes == 16 && target_.vectorBits >= 256)
    return b.CreateIntrinsic(llvm::Intrinsic::x86_avx2_pmadd_ub_sw, {left, right});
  llvm::Value* products[2];
  llvm::Type* type = llvm::FixedVectorType::get(b.getInt16Ty(), lanes);
  for (int q = 0; q < 2; ++q) {
    llvm::SmallVector<int, 32> which;
    for (uint32_t i = 0; i < lanes; ++i) which.push_back(static_cast<int>(i) * 2 + q);
    products[q] = b.CreateMul(b.CreateZExt(b.CreateShuffleVector(left, which), type),
                              b.CreateSExt(b.CreateShuffleVector(right, which), type));
  }
  return b.CreateBinaryIntrinsic(llvm::Intrinsic::sadd_sat, products[0], products[1]);
}

llvm::Value* Emitter::reduce(const Inst& inst) {
  llvm::Value* v = one(inst.operands[0]);
  auto& b = builder_;
  for (int lanes = static_cast<int>(inst.operands[0]->type.lanes) / 2; lanes >= 1; lanes /= 2) {
    llvm::SmallVector<int, 16> low, high;
    for (int i = 0; i < lanes; ++i) low.push_back(i), high.push_back(lanes + i);
    llvm::Value *a = b.CreateShuffleVector(v, low), *c = b.CreateShuffleVector(v, high);
    v = inst.op == Op::ReduceAdd ? b.CreateFAdd(a, c) : extreme(true, a, c);
  }
  return b.CreateExtractElement(v, uint64_t{0});
}

void Emitter::vector(const Inst& inst) {
  auto& b = builder_;
  const Type& result = inst.results[0]->type;
  auto laneNumbers = [&](llvm::Type* scalar, uint32_t lanes) {
    llvm::SmallVector<llvm::Constant*, 16> numbers;
    for (uint32_t i = 0; i < lanes; ++i) numbers.push_back(llvm::ConstantInt::get(scalar, i));
    return llvm::ConstantVector::get(numbers);
  };
  llvm::Value* v = nullptr;
  switch (inst.op) {
  case Op::Bitcast: v = b.CreateBitCast(one(inst.operands[0]), type(result)); break;
  case Op::Splat:
    v = result.lanes == 1 ? one(inst.operands[0]) : b.CreateVectorSplat(result.lanes, one(inst.operands[0]));
    break;
  case Op::Iota: v = laneNumbers(scalarType(result.scalar), result.lanes); break;
  case Op::Mask: {
    // Lanes are compared as i32; the count is clamped first so that any i64 will do.
    llvm::Value* n =
        b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, one(inst.operands[0]), b.getInt64(result.lanes));
    n = b.CreateTrunc(b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, n, b.getInt64(0)), b.getInt32Ty());
    v = result.lanes == 1 ? b.CreateICmpSGT(n, b.getInt32(0))
                          : b.CreateICmpSLT(laneNumbers(b.getInt32Ty(), result.lanes),
                                            b.CreateVectorSplat(result.lanes, n));
    break;
  }
  case Op::Shuffle: {
    int64_t moved = inst.operands.size() > 2 ? staticIndex(inst.operands[2]) : 0;
    llvm::SmallVector<int, 64> lanes;
    for (int64_t lane : inst.ints) lanes.push_back(static_cast<int>(lane + moved));
    v = b.CreateShuffleVector(one(inst.operands[0]), one(inst.operands[1]), lanes);
    break;
  }
  case Op::Extract:
    v = inst.operands[0]->type.lanes == 1
            ? one(inst.operands[0])
            : b.CreateExtractElement(one(inst.operands[0]), static_cast<uint64_t>(inst.ints[0]));
    break;
  case Op::Dot: v = dot(inst); break;
  case Op::ReduceAdd:
  case Op::ReduceMax: v = reduce(inst); break;
  case Op::Number: v = b.CreatePtrToInt(one(inst.operands[0]), b.getInt64Ty()); break;
  default: internalError(std::string("no code is generated for ") + textOf(inst.op));
  }
  bind(inst.results[0], {v});
}

// An index that the verifier has found to be known here.
int64_t Emitter::staticIndex(const Value* v) {
  auto* c = llvm::dyn_cast<llvm::ConstantInt>(one(v));
  require(c != nullptr, "an index is not known when code is generated");
  return c->getSExtValue();
}

size_t Emitter::elementIndex(const Inst& inst, size_t firstIndex) {
  const auto& extents = inst.operands[0]->type.array;
  size_t flat = 0;
  for (size_t i = 0; i < extents.size(); ++i) {
    int64_t at = staticIndex(inst.operands[firstIndex + i]);
    require(at >= 0 && at < static_cast<int64_t>(extents[i]),
            "a register array is indexed out of its bounds");
    flat = flat * extents[i] + static_cast<size_t>(at);
  }
  return flat;
}

void Emitter::array(const Inst& inst) {
  if (inst.op == Op::Fill) {
    values_[inst.results[0]] = Parts(inst.results[0]->type.elements(), one(inst.operands[0]));
    return;
  }
  if (inst.op == Op::Get) {
    bind(inst.results[0], {parts(inst.operands[0])[elementIndex(inst, 1)]});
    return;
  }
  Parts copy = parts(inst.operands[0]);
  copy[elementIndex(inst, 2)] = one(inst.operands[1]);
  values_[inst.results[0]] = std::move(copy);
}

} // namespace convoy::codegen
