// Emits one function. Private to codegen/.
#pragma once
#include "codegen/debug_info.h"
#include "loop/ir.h"
#include "target/target.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <unordered_map>

namespace convoy::codegen {

// The register number behind a tile value's constant.
inline int tileRegister(const llvm::Value* number) {
  return static_cast<int>(llvm::cast<llvm::ConstantInt>(number)->getSExtValue());
}

// The register numbers 0..7 of tile values. A register is free again when the last value that holds it dies;
// its rows and bytes per row stay what they are, because one configuration serves the whole function.
class TileRegisters {
public:
  // Of the free registers, the one that has been free longest, so that a load waits for no product. Registers
  // that were never used count as such when the function's tiles are all `alike`; otherwise they are kept for
  // other shapes.
  int allocate(const loop::Type& type);
  void tilesAreAlike(bool alike) { alike_ = alike; }
  void share(int number) { ++holders_[number]; }
  void release(int number) {
    if (--holders_[number] == 0) freed_[number] = ++clock_;
  }
  bool used() const { return used_; }
  const loop::Type& shape(int number) const { return shapes_[number]; }
  bool configured(int number) const { return shapes_[number].rows > 0; }

private:
  int holders_[8] = {};
  int freed_[8] = {}; // when, in releases
  int clock_ = 0;
  loop::Type shapes_[8] = {};
  bool used_ = false, alike_ = false;
};

class Emitter {
public:
  Emitter(llvm::Module& module, const loop::Module& program, const Target& target, DebugInfo& debug)
      : module_(module), program_(program), target_(target), debug_(debug), context_(module.getContext()),
        builder_(context_) {}

  // The declaration, with the attributes that every function of ours has.
  llvm::Function* declare(const loop::Function& function);
  void define(const loop::Function& function);

private:
  // A loop IR value is one LLVM value, or one per element of an array. Tiles are i32 register numbers.
  using Parts = llvm::SmallVector<llvm::Value*, 1>;

  llvm::Type* scalarType(loop::Scalar scalar);
  llvm::Type* type(const loop::Type& type);

  Parts& parts(const loop::Value* v);
  llvm::Value* one(const loop::Value* v) { return parts(v)[0]; }
  void bind(const loop::Value* v, Parts parts);

  void block(const loop::Block& block);
  void instruction(const loop::Inst& inst);

  // emit_values.cpp
  void constant(const loop::Inst& inst);
  void arithmetic(const loop::Inst& inst);
  llvm::Value* arithmeticElement(const loop::Inst& inst, llvm::ArrayRef<llvm::Value*> x);
  llvm::Value* extreme(bool largest, llvm::Value* a, llvm::Value* c);
  llvm::Value* integerElement(const loop::Inst& inst, llvm::ArrayRef<llvm::Value*> x, bool isSigned);
  llvm::Value* compare(const loop::Inst& inst, llvm::Value* a, llvm::Value* b);
  llvm::Value* roundToBf16(const loop::Type& from, const loop::Type& to, llvm::Value* v);
  llvm::Value* widenBf16(llvm::Value* v);
  llvm::Value* toIntegers(llvm::Value* v, llvm::Type* target);
  llvm::Value* cast(const loop::Type& from, const loop::Type& to, llvm::Value* v);
  llvm::Value* dot(const loop::Inst& inst);
  llvm::Value* bytePairs(llvm::Value* left, llvm::Value* right, uint32_t lanes);
  llvm::Value* reduce(const loop::Inst& inst);
  void vector(const loop::Inst& inst);
  void array(const loop::Inst& inst);
  int64_t staticIndex(const loop::Value* v);
  size_t elementIndex(const loop::Inst& inst, size_t firstIndex);

  // emit_memory.cpp
  llvm::Value* address(const loop::Inst& inst, const loop::Type& element);
  void memory(const loop::Inst& inst);

  // emit_control.cpp
  void forLoop(const loop::Inst& inst);
  void unroll(const loop::Inst& inst);
  void branch(const loop::Inst& inst);
  void call(const loop::Inst& inst);
  void parallel(const loop::Inst& inst);
  llvm::Function* rangeThunk(const loop::Function& function, llvm::StructType* context);
  llvm::Value* enterFloatMode(llvm::IRBuilder<>& b);
  void leaveFloatMode(llvm::IRBuilder<>& b, llvm::Value* saved);
  void yieldParts(const loop::Block& block, llvm::SmallVectorImpl<Parts>& out);

  // emit_tiles.cpp
  void tile(const loop::Inst& inst);
  void beginTiles(const loop::Function& function);
  void finishTiles();
  void releaseDead(const loop::Inst& inst);
  int tileNumber(const loop::Value* v);
  llvm::Function* softwareMac(loop::Scalar left, loop::Scalar right);
  llvm::Value* softwareTile(int number);

  llvm::Module& module_;
  const loop::Module& program_;
  const Target& target_;
  DebugInfo& debug_;
  llvm::LLVMContext& context_;
  llvm::IRBuilder<> builder_;
  llvm::Function* function_ = nullptr;
  llvm::DebugLoc head_; // of the function, or the innermost block in it
  std::unordered_map<const loop::Value*, Parts> values_;

  // Tiles: the last instruction in its own block that uses a value.
  TileRegisters tiles_;
  bool hasTiles_ = false;
  std::unordered_map<const loop::Value*, const loop::Inst*> lastUse_;
  llvm::AllocaInst* tileFile_ = nullptr; // configuration block, or the registers themselves in software
  llvm::SmallVector<llvm::ReturnInst*, 1> returns_;
  bool streams_ = false; // the function stores past the caches
};

} // namespace convoy::codegen
