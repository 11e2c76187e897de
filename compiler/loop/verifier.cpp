// What well-formed loop IR is. One function per group of ops.
#include "loop/ir.h"
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace convoy::loop {

namespace {

class Verifier {
public:
  Verifier(const Module& module, const Function& function, std::vector<std::string>& problems)
      : module_(module), function_(function), problems_(problems) {}

  void run() {
    for (const Value* p : function_.parameters) visible_.insert(p);
    block(function_.body, nullptr);
    const auto& insts = function_.body.insts;
    if (insts.empty() || insts.back()->op != Op::Return) problem("it does not end in a return");
  }

private:
  void problem(const std::string& what, const Inst* inst = nullptr) {
    std::string where = "@" + function_.name;
    if (inst) {
      where += std::string(", ") + textOf(inst->op);
      if (!inst->results.empty()) where += " %" + inst->results[0]->name;
    }
    problems_.push_back(where + ": " + what);
  }

  static std::vector<Type> typesOf(const std::vector<Value*>& values, size_t from = 0) {
    std::vector<Type> types;
    for (size_t i = from; i < values.size(); ++i) types.push_back(values[i]->type);
    return types;
  }
  static std::string text(const std::vector<Type>& types) {
    std::string s;
    for (const Type& t : types) s += (s.empty() ? "" : ", ") + t.str();
    return "(" + s + ")";
  }

  void block(const Block& b, const Inst* parent) {
    std::vector<const Value*> added;
    auto show = [&](const Value* v) {
      if (visible_.insert(v).second) added.push_back(v);
    };
    for (const Value* v : b.arguments) {
      show(v);
      if (parent && parent->op == Op::Unroll && v == b.arguments[0]) static_[v] = {parent->ints[1], std::max(parent->ints[1], parent->ints[2] - 1)};
    }
    for (size_t i = 0; i < b.insts.size(); ++i) {
      const Inst& inst = *b.insts[i];
      bool last = i + 1 == b.insts.size();
      bool ends = inst.op == Op::Yield || inst.op == Op::Return;
      if (ends && !last) problem("something follows it in its body", &inst);
      if (parent && last && inst.op != Op::Yield) problem("a body ends in a yield", &inst);
      if (inst.op == Op::Yield && !parent) problem("there is nothing to yield to", &inst);
      if (inst.op == Op::Return && parent) problem("it stands inside a body", &inst);
      size_t before = problems_.size();
      for (const Value* v : inst.operands)
        if (!v || !visible_.count(v)) problem("it uses a value that is not defined before it", &inst);
      if (problems_.size() == before) instruction(inst, parent);
      for (const Value* v : inst.results) show(v);
      markStatic(inst);
    }
    for (const Value* v : added) visible_.erase(v);
  }

  // Indices that are known when code is generated, and between which bounds: constants, counters of unroll loops, and
  // what is computed from them.
  struct Range {
    int64_t low, high;
  };

  // One corner of a range; nullopt where the result says nothing.
  static std::optional<int64_t> compute(Op op, int64_t a, int64_t b) {
    int64_t result = 0;
    switch (op) {
    case Op::Add: return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Op::Sub: return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Op::Mul: return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Op::Div: return b > 0 ? std::optional(a / b - (a % b < 0)) : std::nullopt;
    case Op::Min: return std::min(a, b);
    case Op::Max: return std::max(a, b);
    default: return std::nullopt; // no other op computes indices from corners
    }
  }

  void markStatic(const Inst& inst) {
    if (inst.results.size() != 1 || !inst.results[0]->type.isIndex()) return;
    if (inst.op == Op::Const) static_[inst.results[0]] = {inst.ints[0], inst.ints[0]};
    if (shapeOf(inst.op) != OpShape::Binary) return;
    auto a = static_.find(inst.operands[0]), b = static_.find(inst.operands[1]);
    if (a == static_.end() || b == static_.end()) return;
    if (inst.op == Op::Mod && b->second.low > 0) {
      static_[inst.results[0]] = {0, b->second.high - 1};
      return;
    }
    std::vector<int64_t> corners;
    for (int64_t x : {a->second.low, a->second.high})
      for (int64_t y : {b->second.low, b->second.high}) {
        auto corner = compute(inst.op, x, y);
        if (!corner) return;
        corners.push_back(*corner);
      }
    auto [low, high] = std::minmax_element(corners.begin(), corners.end());
    static_[inst.results[0]] = {*low, *high};
  }

  // Whether an index is known and stays within 0 <= index < extent.
  void staticIndex(const Inst& inst, const Value* index, int64_t extent) {
    auto range = static_.find(index);
    if (range == static_.end()) problem("an index is not known when code is generated", &inst);
    else if (range->second.low < 0 || range->second.high >= extent) problem("an index leaves its bounds", &inst);
  }

  void instruction(const Inst& inst, const Inst* parent) {
    switch (shapeOf(inst.op)) {
    case OpShape::Const:
      if (!inst.type.isVector() || inst.type.isArray()) problem("a constant is a scalar or a vector", &inst);
      return;
    case OpShape::Unary:
    case OpShape::Binary:
    case OpShape::Ternary: arithmetic(inst); return;
    case OpShape::Compare:
      if (inst.operands[0]->type != inst.operands[1]->type || !inst.operands[0]->type.isVector())
        problem("both sides have one type", &inst);
      return;
    case OpShape::Special: break;
    }
    if (isAddressed(inst.op)) memory(inst);
    else if (!inst.blocks.empty()) control(inst);
    else if (inst.op == Op::Get || inst.op == Op::Set || inst.op == Op::Fill) array(inst);
    else if (inst.op == Op::Call || inst.op == Op::Parallel) call(inst);
    else if (inst.op == Op::Yield) yield(inst, parent);
    else if (inst.op == Op::Return) {
      if (typesOf(inst.operands) != function_.results)
        problem("it returns " + text(typesOf(inst.operands)) + ", the function gives " + text(function_.results), &inst);
    } else value(inst);
  }

  void arithmetic(const Inst& inst) {
    const Type& result = inst.results[0]->type;
    if (!result.isVector()) return problem("arithmetic wants scalars and vectors", &inst);
    for (const Value* v : inst.operands)
      if (v->type != result && v->type != result.element())
        problem("its operands are " + text(typesOf(inst.operands)) + ", which is not one type", &inst);
    bool floats = isFloat(result.scalar);
    bool integerOnly = inst.op == Op::Mod || inst.op == Op::And || inst.op == Op::Or || inst.op == Op::Xor ||
                       inst.op == Op::Shl || inst.op == Op::Shr;
    bool floatOnly = inst.op == Op::Fma || inst.op == Op::Sqrt || inst.op == Op::Round || inst.op == Op::Floor ||
                     inst.op == Op::Minimum || inst.op == Op::Maximum;
    if ((floats && integerOnly) || (!floats && floatOnly)) problem("it does not work on " + result.str(), &inst);
    if (result.scalar == Scalar::BF16) problem("bf16 is for memory and tiles; cast it first", &inst);
  }

  void value(const Inst& inst) {
    const Type& result = inst.results[0]->type;
    auto operand = [&](size_t i) -> const Type& { return inst.operands[i]->type; };
    switch (inst.op) {
    case Op::Select:
      if (operand(1) != operand(2)) problem("both values have one type", &inst);
      if (operand(0).scalar != Scalar::I1 || (operand(0).lanes != 1 && operand(0).lanes != operand(1).lanes))
        problem("the condition is an i1, or one a lane", &inst);
      break;
    case Op::Cast:
      if (operand(0).lanes != result.lanes || !operand(0).isVector() || !result.isVector())
        problem("a cast keeps the lanes", &inst);
      break;
    case Op::Bitcast:
      if (operand(0).lanes * static_cast<uint32_t>(bytesOf(operand(0).scalar)) !=
          result.lanes * static_cast<uint32_t>(bytesOf(result.scalar)))
        problem("both types have one size", &inst);
      break;
    case Op::Splat:
      if (!operand(0).isScalar() || operand(0).scalar != result.scalar) problem("it wants one scalar of its kind", &inst);
      break;
    case Op::Iota:
      if (isFloat(result.scalar) || result.isArray() || !result.isVector()) problem("lane numbers are integers", &inst);
      break;
    case Op::Mask:
      if (!operand(0).isIndex() || result.scalar != Scalar::I1) problem("it wants an i64 and gives i1 lanes", &inst);
      break;
    case Op::Shuffle:
      if (operand(0) != operand(1) || !operand(0).isVector()) problem("both vectors have one type", &inst);
      for (int64_t lane : inst.ints)
        if (lane < 0 || lane >= 2 * static_cast<int64_t>(operand(0).lanes)) problem("a lane is out of range", &inst);
      if (inst.operands.size() > 2 && !inst.ints.empty())
        staticIndex(inst, inst.operands[2],
                    2 * static_cast<int64_t>(operand(0).lanes) - *std::max_element(inst.ints.begin(), inst.ints.end()));
      break;
    case Op::Extract:
      if (inst.ints[0] < 0 || inst.ints[0] >= static_cast<int64_t>(operand(0).lanes)) problem("no such lane", &inst);
      break;
    case Op::Gather:
      if (!operand(0).isPointer() || operand(1).scalar != Scalar::I32 || operand(1).lanes != result.lanes)
        problem("it wants a pointer and an i32 index for each lane", &inst);
      break;
    case Op::ReduceAdd:
    case Op::ReduceMax:
      if (!isFloat(operand(0).scalar) || (operand(0).lanes & (operand(0).lanes - 1)))
        problem("it wants a float vector whose lanes are a power of two", &inst);
      break;
    case Op::TileZero:
      if (!result.isTile()) problem("it gives a tile", &inst);
      break;
    case Op::TileMac: {
      const Type &c = operand(0), &a = operand(1), &b = operand(2);
      if (!c.isTile() || !a.isTile() || !b.isTile()) return problem("it wants three tiles", &inst);
      uint32_t group = 4 / static_cast<uint32_t>(bytesOf(a.scalar));
      if (c.rows != a.rows || a.columns != b.rows * group || b.columns != c.columns * group)
        problem("the tiles " + text(typesOf(inst.operands)) + " do not multiply", &inst);
      break;
    }
    default: break;
    }
  }

  void array(const Inst& inst) {
    if (inst.op == Op::Fill) {
      const Type& t = inst.results[0]->type;
      if (!t.isArray() || t.element() != inst.operands[0]->type) problem("it fills an array of its operand's type", &inst);
      return;
    }
    const Type& t = inst.operands[0]->type;
    size_t first = inst.op == Op::Get ? 1 : 2;
    if (!t.isArray() || inst.operands.size() - first != t.array.size())
      return problem("it wants an array and an index for each extent", &inst);
    for (size_t i = first; i < inst.operands.size(); ++i)
      staticIndex(inst, inst.operands[i], t.array[i - first]);
    if (inst.op == Op::Set && inst.operands[1]->type != t.element()) problem("the element has another type", &inst);
  }

  void memory(const Inst& inst) {
    Address a = addressOf(inst);
    if (!a.pointer->type.isPointer() || a.pointer->type.isArray()) problem("its address is no pointer", &inst);
    for (const Value* v : a.indices)
      if (!v->type.isIndex()) problem("an index is no i64", &inst);
    bool tile = inst.op == Op::TileLoad || inst.op == Op::TileStore;
    if ((inst.op == Op::Load || inst.op == Op::Store || inst.op == Op::Stream) &&
        (inst.type.isTile() || inst.type.isArray()))
      problem("memory holds scalars, vectors and pointers", &inst);
    if (tile && !inst.operands[inst.op == Op::TileLoad ? 0 : 1]->type.isIndex()) problem("the stride is no i64", &inst);
    if (inst.masked) {
      const Type& mask = inst.operands[inst.operands.size() - (inst.op == Op::Load ? 2 : 1)]->type;
      if (mask.scalar != Scalar::I1 || mask.lanes != inst.type.lanes) problem("the mask has a lane for each lane", &inst);
      if (inst.op == Op::Load && inst.operands.back()->type != inst.type) problem("the other value has another type", &inst);
    }
    const Type* stored = inst.op == Op::TileLoad ? &inst.type : inst.op == Op::TileStore ? &inst.operands[0]->type : nullptr;
    if (stored && (!stored->isTile() || stored->rows > 16 || stored->columns * bytesOf(stored->scalar) > 64))
      problem("a tile has at most 16 rows of 64 bytes", &inst);
  }

  void control(const Inst& inst) {
    if (inst.op == Op::If) {
      if (inst.operands[0]->type != Type::of(Scalar::I1)) problem("the condition is no i1", &inst);
      for (const auto& b : inst.blocks)
        if (b->insts.empty() || typesOf(b->insts.back()->operands) != typesOf(inst.results))
          problem("both sides yield what it gives", &inst);
    } else {
      size_t first = inst.op == Op::For ? 2 : 0;
      for (size_t i = 0; i < first; ++i)
        if (!inst.operands[i]->type.isIndex()) problem("a bound is no i64", &inst);
      if (inst.op == Op::Unroll && (inst.ints[2] - inst.ints[1]) / inst.ints[0] > 1024) problem("it unrolls too far", &inst);
      if (typesOf(inst.operands, first) != typesOf(inst.results) ||
          typesOf(inst.blocks[0]->arguments, 1) != typesOf(inst.results))
        problem("what it carries changes its type", &inst);
    }
    for (const auto& b : inst.blocks) block(*b, &inst);
  }

  void yield(const Inst& inst, const Inst* parent) {
    if (parent && typesOf(inst.operands) != typesOf(parent->results))
      problem("it yields " + text(typesOf(inst.operands)) + ", wanted are " + text(typesOf(parent->results)), &inst);
  }

  void call(const Inst& inst) {
    const Function* callee = module_.find(inst.callee);
    if (!callee) return problem("there is no function @" + inst.callee, &inst);
    std::vector<Type> given = typesOf(inst.operands), wanted = typesOf(callee->parameters);
    if (inst.op == Op::Parallel) {
      if (!given[0].isPointer() || !given[1].isIndex()) problem("it wants an executor and a count", &inst);
      given[0] = given[1] = Type::index(); // begin and end
    }
    if (given != wanted) problem("@" + inst.callee + " takes " + text(wanted) + ", not " + text(given), &inst);
    if (inst.op == Op::Parallel && !callee->results.empty()) problem("a parallel function gives nothing", &inst);
    for (const Value* v : inst.operands)
      if (v->type.isArray() || v->type.isTile()) problem("arrays and tiles are not passed", &inst);
  }

  const Module& module_;
  const Function& function_;
  std::vector<std::string>& problems_;
  std::unordered_set<const Value*> visible_;
  std::unordered_map<const Value*, Range> static_;
};

} // namespace

std::vector<std::string> verify(const Module& module) {
  std::vector<std::string> problems;
  for (const auto& f : module.functions) Verifier(module, *f, problems).run();
  return problems;
}

} // namespace convoy::loop
