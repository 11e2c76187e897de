// Loop IR: how a pipeline is computed. Structured loops over explicit vector values; addresses are pointers
// plus affine offsets; accumulators are loop-carried values. What each op does is said in ops.def.
//
//   func @blur(%begin: i64, %end: i64, %in: ptr, %out: ptr) {
//     for %i = %begin to %end step 16 {
//       %a = load f32x16 %in[%i]
//       %b = load f32x16 %in[%i + 1]
//       %s = add %a, %b
//       store %s, %out[%i]
//     }
//     return
//   }
//
// Pointers in the parameters of one function never alias, unless they are only read.
#pragma once
#include "loop/type.h"
#include "support/source.h"
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace convoy::loop {

enum class Op : uint8_t {
#define CONVOY_LOOP_OP(name, text, shape, summary) name,
#include "loop/ops.def"
#undef CONVOY_LOOP_OP
};
const char* textOf(Op op);
enum class OpShape : uint8_t { Const, Unary, Binary, Ternary, Compare, Special };
OpShape shapeOf(Op op);

struct Inst;
struct Block;

// An SSA value: a parameter, an instruction's result, a loop's counter or a carried value.
struct Value {
  Type type;
  std::string name;       // unique in its function, without '%'
  Inst* def = nullptr;    // null: parameter or block argument
  Block* owner = nullptr; // of a block argument
};

// One body: arguments (a loop's counter first, then its carried values) and instructions in order.
struct Block {
  std::vector<Value*> arguments;
  std::vector<std::unique_ptr<Inst>> insts;
  Inst* parent = nullptr;
};

struct Inst {
  Op op;
  std::vector<Value*> operands;
  std::vector<Value*> results;
  // Constants. Const of integers: the value. Shuffle: lanes (a third operand is added to each). Extract: the
  // lane. Stack: bytes. For, Unroll: the step. Parallel: the step of the program that it is, or none.
  // Addressed ops: the constant offset, then a factor for each index operand.
  std::vector<int64_t> ints;
  double number = 0; // Const of floats
  Type type; // of the memory element (Offset, Prefetch, PrefetchFar, TileStore: its scalar) or the result
  bool masked = false; // Load: the last two operands are mask and else; Store: the last one is the mask
  std::string callee;  // Call, Parallel
  std::vector<std::unique_ptr<Block>> blocks;
  Location location;
};

// Addressed ops keep pointer and index operands in one run of `operands`; this finds them.
struct Address {
  Value* pointer = nullptr;
  std::vector<Value*> indices; // factors in ints[1...]
};
bool isAddressed(Op op); // Offset, Load, Store, Stream, Prefetch, PrefetchFar, TileLoad, TileStore
Address addressOf(const Inst& inst);

// The hint for i64 constants. They are printed as literals, so their names must not take anyone else's.
inline constexpr const char* literalName = "#";

struct Function {
  std::string name;
  std::vector<Value*> parameters;
  std::vector<Type> results;
  Block body;
  bool exported = false;
  Location location;

  Value* newValue(Type type, std::string hint); // the hint is made unique
  void rename(Value* value, std::string hint);
  const std::vector<std::unique_ptr<Value>>& values() const { return values_; }

private:
  std::string unique(std::string hint);
  std::vector<std::unique_ptr<Value>> values_;
  std::map<std::string, uint32_t> taken_; // names in use, and the next number to try for a hint
};

struct Module {
  std::vector<std::unique_ptr<Function>> functions;
  Function* find(const std::string& name) const;
};

// Whether tiles of a matrix unit are made in it.
bool hasTiles(const Block& block);
bool hasTiles(const Module& module);

// The line, from 1, of functions and instructions in a text. Literals have none.
using LineNumbers = std::unordered_map<const void*, uint32_t>;

std::string print(const Function& function);
std::string print(const Module& module, LineNumbers* lines = nullptr);
// The text with every name replaced by a number: equal for functions that differ in names only.
std::string structuralKey(const Function& function);

// Problems found, one sentence each, naming the function and the value; empty when well formed.
std::vector<std::string> verify(const Module& module);

} // namespace convoy::loop
