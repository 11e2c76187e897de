#include "loop/verify_types.h"
#include <algorithm>

namespace convoy::loop {

namespace {

constexpr int64_t largestStack = int64_t{1} << 20;

class TypeRules {
public:
  TypeRules(const Inst& inst, const StaticIndices& indices,
            const std::function<void(const std::string&)>& report)
      : inst_(inst), indices_(indices), report_(report) {}

  void run() {
    switch (shapeOf(inst_.op)) {
    case OpShape::Const:
      return wants(inst_.type.isVector() && !inst_.type.isArray(), "a constant is a scalar or a vector");
    case OpShape::Unary:
    case OpShape::Binary:
    case OpShape::Ternary: return arithmetic();
    case OpShape::Compare:
      wants(operand(0).isVector() && operand(0).scalar != Scalar::BF16,
            "it compares scalars and vectors, and not bf16");
      return wants(operand(0).element() == operand(1).element() &&
                       (operand(0) == operand(1) || !operand(0).isArray() || !operand(1).isArray()),
                   "both sides have one type");
    case OpShape::Special: break;
    }
    if (isAddressed(inst_.op))
      memory();
    else if (inst_.op == Op::Get || inst_.op == Op::Set || inst_.op == Op::Fill)
      array();
    else
      value();
  }

private:
  const Type& operand(size_t i) const { return inst_.operands[i]->type; }
  const Type& result() const { return inst_.results[0]->type; }
  void wants(bool condition, const std::string& otherwise) const {
    if (!condition) report_(otherwise);
  }
  static bool isPlain(const Type& t) { return t.isVector() && !t.isArray(); }
  static bool isPlainVector(const Type& t) { return isPlain(t) && t.lanes > 1; }

  void arithmetic() {
    const Type& type = result();
    if (!type.isVector()) return report_("arithmetic wants scalars and vectors");
    for (const Value* v : inst_.operands)
      wants(v->type == type || v->type == type.element(),
            "its operands are " + textOf(typesOf(inst_.operands)) + ", which is not one type");
    bool floats = isFloat(type.scalar), bits = type.scalar == Scalar::I1;
    bool logic = inst_.op == Op::And || inst_.op == Op::Or || inst_.op == Op::Xor;
    bool integerOnly = logic || inst_.op == Op::Mod || inst_.op == Op::Shl || inst_.op == Op::Shr;
    bool floatOnly = inst_.op == Op::Fma || inst_.op == Op::Sqrt || inst_.op == Op::Round ||
                     inst_.op == Op::Floor || inst_.op == Op::Minimum || inst_.op == Op::Maximum;
    wants(!(floats && integerOnly) && !(!floats && floatOnly) && !(bits && !logic),
          "it does not work on " + type.str());
    wants(type.scalar != Scalar::BF16, "bf16 is for memory and tiles; cast it first");
  }

  void value() {
    switch (inst_.op) {
    case Op::Select:
      wants(operand(1) == operand(2) && !operand(1).isTile(), "both values have one type"); // pointers too
      wants(operand(0).isVector() && operand(0).scalar == Scalar::I1 &&
                (operand(0).lanes == 1 || operand(0).lanes == operand(1).lanes) &&
                (!operand(0).isArray() || operand(0).array == operand(1).array),
            "the condition is an i1, or one a lane");
      break;
    case Op::Dot: dot(); break;
    case Op::Number: wants(operand(0).isPointer() && !operand(0).isArray(), "it wants a pointer"); break;
    case Op::Cast:
      wants(operand(0).isVector() && result().isVector() && operand(0).lanes == result().lanes &&
                operand(0).array == result().array,
            "a cast keeps the lanes");
      wants(result().scalar != Scalar::I1, "a truth value comes from a comparison");
      wants((operand(0).scalar != Scalar::BF16 || result().scalar == Scalar::F32) &&
                (result().scalar != Scalar::BF16 || operand(0).scalar == Scalar::F32),
            "bf16 is cast from and to f32");
      break;
    case Op::Bitcast:
      wants(isPlain(operand(0)) && isPlain(result()) && bitsOf(operand(0)) == bitsOf(result()),
            "both types have one size");
      break;
    case Op::Splat:
      wants(isPlain(operand(0)) && operand(0).lanes == 1 && isPlain(result()) &&
                operand(0).scalar == result().scalar,
            "it wants one scalar of its kind");
      break;
    case Op::Iota:
      wants(isPlainVector(result()) && !isFloat(result().scalar), "lane numbers are integers");
      break;
    case Op::Mask:
      wants(operand(0).isIndex() && isPlain(result()) && result().scalar == Scalar::I1,
            "it wants an i64 and gives i1 lanes");
      break;
    case Op::Shuffle: shuffle(); break;
    case Op::Extract:
      wants(isPlain(operand(0)) && inst_.ints[0] >= 0 &&
                inst_.ints[0] < static_cast<int64_t>(operand(0).lanes),
            "no such lane");
      break;
    case Op::Gather:
      wants(operand(0).isPointer() && !operand(0).isArray() && isPlainVector(operand(1)) &&
                isPlainVector(result()) && operand(1).scalar == Scalar::I32 &&
                operand(1).lanes == result().lanes,
            "it wants a pointer and an i32 index for each lane");
      wants(result().scalar != Scalar::I1, "memory holds no i1");
      break;
    case Op::ReduceAdd:
    case Op::ReduceMax:
      wants(isPlainVector(operand(0)) && isFloat(operand(0).scalar) && operand(0).scalar != Scalar::BF16 &&
                isPowerOfTwo(operand(0).lanes),
            "it wants a float vector whose lanes are a power of two");
      break;
    case Op::Stack:
      wants(inst_.ints[0] >= 1 && inst_.ints[0] <= largestStack, "it gives between 1 byte and 1 MiB");
      break;
    case Op::TileZero:
      wants(isTile(result()), "it gives a tile of at most 16 rows of 64 bytes, a multiple of 4");
      break;
    case Op::TileMac: multiply(); break;
    default: break; // control flow and calls have rules elsewhere
    }
  }

  void dot() {
    const Type &sums = operand(0), &a = operand(1), &b = operand(2);
    const bool pairs = sums.scalar == Scalar::F32 && a.scalar == Scalar::BF16 && b.scalar == Scalar::BF16,
               bytes = a.scalar == Scalar::U8 && b.scalar == Scalar::I8,
               bytePairs = bytes && sums.scalar == Scalar::I16, quads = bytes && sums.scalar == Scalar::I32;
    wants(isPlainVector(sums) && isPlain(a) && isPlain(b) && (pairs || bytePairs || quads) &&
              a.lanes == sums.lanes * (quads ? 4 : 2) && b.lanes == a.lanes,
          "it wants f32 lanes and two bf16 for each, i16 lanes and two u8 and i8 for each, or i32 lanes and "
          "four u8 and i8 for each");
  }

  void shuffle() {
    if (operand(0) != operand(1) || !isPlain(operand(0))) return report_("both vectors have one type");
    int64_t lanes = 2 * static_cast<int64_t>(operand(0).lanes);
    wants(inst_.ints.size() > 1, "it gives at least two lanes");
    for (int64_t lane : inst_.ints)
      if (lane < 0 || lane >= lanes) return report_("a lane is out of range");
    if (inst_.operands.size() < 3 || inst_.ints.empty()) return;
    std::string wrong =
        indices_.problem(inst_.operands[2], lanes - *std::max_element(inst_.ints.begin(), inst_.ints.end()));
    wants(wrong.empty(), wrong);
  }

  void multiply() {
    const Type &c = operand(0), &a = operand(1), &b = operand(2);
    if (!c.isTile() || !a.isTile() || !b.isTile()) return report_("it wants three tiles");
    bool floats = c.scalar == Scalar::F32 && a.scalar == Scalar::BF16 && b.scalar == Scalar::BF16;
    bool integers = c.scalar == Scalar::I32 && (a.scalar == Scalar::I8 || a.scalar == Scalar::U8) &&
                    b.scalar == Scalar::I8;
    uint32_t group = floats ? 2 : 4;
    if (!(floats || integers) || c.rows != a.rows || a.columns != b.rows * group ||
        b.columns != c.columns * group)
      return report_("the tiles " + textOf(typesOf(inst_.operands)) + " do not multiply");
    wants(inst_.operands[1] != inst_.operands[2], "a matrix unit multiplies no tile by itself");
  }

  void array() {
    if (inst_.op == Op::Fill)
      return wants(result().isArray() && result().element() == operand(0) && !operand(0).isTile(),
                   "it fills an array of its operand's type, which is no tile");
    const Type& type = operand(0);
    size_t first = inst_.op == Op::Get ? 1 : 2;
    if (!type.isArray() || inst_.operands.size() - first != type.array.size())
      return report_("it wants an array and an index for each extent");
    for (size_t i = first; i < inst_.operands.size(); ++i) {
      std::string wrong = indices_.problem(inst_.operands[i], type.array[i - first]);
      wants(wrong.empty(), wrong);
    }
    if (inst_.op == Op::Set) wants(operand(1) == type.element(), "the element has another type");
  }

  void memory() {
    Address a = addressOf(inst_);
    wants(a.pointer->type.isPointer() && !a.pointer->type.isArray(), "its address is no pointer");
    for (const Value* v : a.indices) wants(v->type.isIndex(), "an index is no i64");
    const Type& type = inst_.type;
    switch (inst_.op) {
    case Op::Load:
    case Op::Store:
    case Op::Stream:
      wants(!type.isTile() && !type.isArray() && (type.isPointer() || type.scalar != Scalar::I1),
            "memory holds scalars, vectors and pointers, and no i1");
      if (inst_.masked) masked();
      if (inst_.op == Op::Stream)
        wants(isPlain(type) && isPowerOfTwo(type.lanes), "its lanes are a power of two");
      return;
    case Op::TileLoad:
      wants(operand(0).isIndex(), "the stride is no i64");
      return wants(isTile(type), "a tile has at most 16 rows of 64 bytes, a multiple of 4");
    case Op::TileStore:
      wants(operand(1).isIndex(), "the stride is no i64");
      return wants(isTile(operand(0)) && type == Type::of(operand(0).scalar),
                   "it stores a tile of its scalar");
    default: return wants(isPlain(type), "it wants the type of an element"); // Offset, Prefetch
    }
  }

  void masked() {
    const Type& mask = inst_.operands[inst_.operands.size() - (inst_.op == Op::Load ? 2 : 1)]->type;
    wants(isPlainVector(mask) && mask.scalar == Scalar::I1 && isPlain(inst_.type) &&
              mask.lanes == inst_.type.lanes,
          "the mask has a lane for each lane");
    if (inst_.op == Op::Load)
      wants(inst_.operands.back()->type == inst_.type, "the other value has another type");
  }

  static bool isPowerOfTwo(uint32_t n) { return n > 0 && (n & (n - 1)) == 0; }
  static uint32_t bitsOf(const Type& t) {
    return t.lanes * (t.scalar == Scalar::I1 ? 1 : 8 * static_cast<uint32_t>(bytesOf(t.scalar)));
  }
  static bool isTile(const Type& t) {
    return t.isTile() && !t.isArray() && t.scalar != Scalar::I1 && t.rows >= 1 && t.rows <= 16 &&
           t.columns >= 1 && t.columns <= 64 / static_cast<uint32_t>(bytesOf(t.scalar)) &&
           t.columns * static_cast<uint32_t>(bytesOf(t.scalar)) % 4 == 0;
  }

  const Inst& inst_;
  const StaticIndices& indices_;
  const std::function<void(const std::string&)>& report_;
};

} // namespace

void verifyTypes(const Inst& inst, const StaticIndices& indices,
                 const std::function<void(const std::string&)>& report) {
  TypeRules(inst, indices, report).run();
}

std::vector<Type> typesOf(const std::vector<Value*>& values, size_t from) {
  std::vector<Type> types;
  for (size_t i = from; i < values.size(); ++i) types.push_back(values[i]->type);
  return types;
}

std::string textOf(const std::vector<Type>& types) {
  std::string s;
  for (const Type& t : types) s += (s.empty() ? "" : ", ") + t.str();
  return "(" + s + ")";
}

} // namespace convoy::loop
