#include "loop/builder.h"
#include "support/internal_error.h"

namespace convoy::loop {

std::optional<int64_t> constantOf(const Value* v) {
  if (v->def && v->def->op == Op::Const && v->type.isIndex()) return v->def->ints[0];
  return std::nullopt;
}

namespace {

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

// Index arithmetic on two constants, or with a neutral element.
std::optional<int64_t> foldConstants(Op op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
  case Op::Add: return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  case Op::Sub: return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  case Op::Mul: return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  case Op::Div: return b > 0 ? std::optional(floorDivide(a, b)) : std::nullopt;
  case Op::Mod: return b > 0 ? std::optional(a - b * floorDivide(a, b)) : std::nullopt;
  case Op::Min: return std::min(a, b);
  case Op::Max: return std::max(a, b);
  default: return std::nullopt;
  }
}

} // namespace

Index::Index(Value* value, int64_t factor) {
  if (auto c = constantOf(value))
    offset = *c * factor;
  else if (factor != 0)
    terms.push_back({value, factor});
}

Index operator+(Index a, const Index& b) {
  a.offset += b.offset;
  for (const auto& [value, factor] : b.terms) {
    bool merged = false;
    for (auto& term : a.terms)
      if (term.first == value) term.second += factor, merged = true;
    if (!merged) a.terms.push_back({value, factor});
  }
  return a;
}

Index operator*(Index a, int64_t factor) {
  a.offset *= factor;
  for (auto& term : a.terms) term.second *= factor;
  return a;
}

Inst& Builder::emit(Op op, Values operands, const std::vector<Type>& results, const std::string& hint) {
  auto inst = std::make_unique<Inst>();
  inst->op = op;
  inst->operands = std::move(operands);
  inst->location = location_;
  for (const Type& type : results) {
    Value* v = function_.newValue(type, hint);
    v->def = inst.get();
    inst->results.push_back(v);
  }
  if (!results.empty()) inst->type = results[0];
  block_->insts.push_back(std::move(inst));
  return *block_->insts.back();
}

Inst& Builder::emitAddressed(Op op, Values before, Value* pointer, const Index& at,
                             const std::vector<Type>& results, const std::string& hint) {
  before.push_back(pointer);
  std::vector<int64_t> ints{at.offset};
  for (const auto& [value, factor] : at.terms) {
    before.push_back(value);
    ints.push_back(factor);
  }
  Inst& inst = emit(op, std::move(before), results, hint);
  inst.ints = std::move(ints);
  return inst;
}

Value* Builder::parameter(Type type, const std::string& name) {
  Value* v = function_.newValue(std::move(type), name);
  function_.parameters.push_back(v);
  return v;
}

Value* Builder::named(Value* v, const std::string& hint) {
  if (v->def && v->def->op != Op::Const) function_.rename(v, hint);
  return v;
}

Value* Builder::index(int64_t constant) {
  Inst& inst = emit(Op::Const, {}, {Type::index()}, literalName);
  inst.ints = {constant};
  return inst.results[0];
}

Value* Builder::number(double constant, const Type& type) {
  Inst& inst = emit(Op::Const, {}, {type}, "k");
  if (isFloat(type.scalar))
    inst.number = constant;
  else
    inst.ints = {static_cast<int64_t>(constant)};
  return inst.results[0];
}

Value* Builder::unary(Op op, Value* a) { return emit(op, {a}, {a->type}, textOf(op)).results[0]; }

Value* Builder::binary(Op op, Value* a, Value* b) {
  if (a->type.isIndex()) {
    auto ca = constantOf(a), cb = constantOf(b);
    if (ca && cb)
      if (auto folded = foldConstants(op, *ca, *cb)) return index(*folded);
    if (cb &&
        ((*cb == 0 && (op == Op::Add || op == Op::Sub)) || (*cb == 1 && (op == Op::Mul || op == Op::Div))))
      return a;
    if (ca && ((*ca == 0 && op == Op::Add) || (*ca == 1 && op == Op::Mul))) return b;
    if (op == Op::Mul && ((ca && *ca == 0) || (cb && *cb == 0))) return index(0);
    if (op == Op::Mod && cb && *cb == 1) return index(0);
    if (a == b && (op == Op::Min || op == Op::Max)) return a;
  }
  Type type = a->type.isArray() ? a->type : b->type.isArray() ? b->type : a->type;
  return emit(op, {a, b}, {type}, textOf(op)).results[0];
}

Value* Builder::compare(Op op, Value* a, Value* b) {
  return emit(op, {a, b}, {(b->type.isArray() ? b : a)->type.withScalar(Scalar::I1)}, textOf(op)).results[0];
}

Value* Builder::fma(Value* a, Value* b, Value* c) {
  return emit(Op::Fma, {a, b, c}, {c->type}, "acc").results[0];
}

Value* Builder::dot(Value* sums, Value* a, Value* b) {
  return emit(Op::Dot, {sums, a, b}, {sums->type}, "acc").results[0];
}

Value* Builder::select(Value* condition, Value* a, Value* b) {
  return emit(Op::Select, {condition, a, b}, {a->type}, "sel").results[0];
}

Value* Builder::value(const Index& at) {
  Value* sum = nullptr;
  for (const auto& [v, factor] : at.terms) {
    Value* term = mul(v, factor);
    sum = sum ? add(sum, term) : term;
  }
  if (!sum) return index(at.offset);
  return at.offset == 0 ? sum : add(sum, at.offset);
}

Value* Builder::cast(const Type& type, Value* a) { return emit(Op::Cast, {a}, {type}, "cast").results[0]; }
Value* Builder::bitcast(const Type& type, Value* a) {
  return emit(Op::Bitcast, {a}, {type}, "bits").results[0];
}
Value* Builder::splat(const Type& type, Value* a) {
  if (type.lanes == 1) return a;
  return emit(Op::Splat, {a}, {type}, "splat").results[0];
}
Value* Builder::iota(const Type& type) { return emit(Op::Iota, {}, {type}, "iota").results[0]; }
Value* Builder::mask(uint32_t lanes, Value* n) {
  return emit(Op::Mask, {n}, {Type::vector(Scalar::I1, lanes)}, "mask").results[0];
}

Value* Builder::shuffle(Value* a, Value* b, std::vector<int64_t> lanes, Value* moved) {
  Inst& inst = emit(Op::Shuffle, moved ? Values{a, b, moved} : Values{a, b},
                    {Type::vector(a->type.scalar, static_cast<uint32_t>(lanes.size()))}, "shuf");
  inst.ints = std::move(lanes);
  return inst.results[0];
}

Value* Builder::extract(Value* v, int64_t lane) {
  Inst& inst = emit(Op::Extract, {v}, {Type::of(v->type.scalar)}, "lane");
  inst.ints = {lane};
  return inst.results[0];
}

Value* Builder::reduce(Op op, Value* v) {
  return emit(op, {v}, {Type::of(v->type.scalar)}, "red").results[0];
}
Value* Builder::fill(Type array, Value* a) {
  return emit(Op::Fill, {a}, {std::move(array)}, "tile").results[0];
}

Value* Builder::get(Value* array, Values at) {
  at.insert(at.begin(), array);
  return emit(Op::Get, std::move(at), {array->type.element()}, "e").results[0];
}

Value* Builder::set(Value* array, Values at, Value* a) {
  at.insert(at.begin(), {array, a});
  return emit(Op::Set, std::move(at), {array->type}, "tile").results[0];
}

Value* Builder::offset(Scalar element, Value* pointer, const Index& at) {
  if (at.terms.empty() && at.offset == 0) return pointer;
  Inst& inst = emitAddressed(Op::Offset, {}, pointer, at, {Type::pointer()}, "p");
  inst.type = Type::of(element);
  return inst.results[0];
}

Value* Builder::addressNumber(Value* pointer) {
  return emit(Op::Number, {pointer}, {Type::index()}, "address").results[0];
}

Value* Builder::load(const Type& type, Value* pointer, const Index& at) {
  return emitAddressed(Op::Load, {}, pointer, at, {type}, "x").results[0];
}

Value* Builder::load(const Type& type, Value* pointer, const Index& at, Value* mask, Value* otherwise) {
  Inst& inst = emitAddressed(Op::Load, {}, pointer, at, {type}, "x");
  inst.operands.push_back(mask);
  inst.operands.push_back(otherwise);
  inst.masked = true;
  return inst.results[0];
}

void Builder::store(Value* v, Value* pointer, const Index& at, Value* mask) {
  Inst& inst = emitAddressed(Op::Store, {v}, pointer, at, {}, "");
  inst.type = v->type;
  if (mask) inst.operands.push_back(mask), inst.masked = true;
}

void Builder::stream(Value* v, Value* pointer, const Index& at) {
  emitAddressed(Op::Stream, {v}, pointer, at, {}, "").type = v->type;
}

Value* Builder::gather(const Type& type, Value* pointer, Value* indices) {
  return emit(Op::Gather, {pointer, indices}, {type}, "x").results[0];
}

void Builder::prefetch(Scalar element, Value* pointer, const Index& at) {
  emitAddressed(Op::Prefetch, {}, pointer, at, {}, "").type = Type::of(element);
}

void Builder::prefetchFar(Scalar element, Value* pointer, const Index& at) {
  emitAddressed(Op::PrefetchFar, {}, pointer, at, {}, "").type = Type::of(element);
}

Value* Builder::stack(int64_t bytes) {
  Inst& inst = emit(Op::Stack, {}, {Type::pointer()}, "stack");
  inst.ints = {bytes};
  return inst.results[0];
}

Value* Builder::tileZero(const Type& type) { return emit(Op::TileZero, {}, {type}, "sum").results[0]; }

Value* Builder::tileLoad(const Type& type, Value* pointer, const Index& at, Value* stride) {
  return emitAddressed(Op::TileLoad, {stride}, pointer, at, {type}, "tile").results[0];
}

Value* Builder::tileMac(Value* sums, Value* a, Value* b) {
  return emit(Op::TileMac, {sums, a, b}, {sums->type}, "sum").results[0];
}

void Builder::tileStore(Value* tile, Value* pointer, const Index& at, Value* stride) {
  emitAddressed(Op::TileStore, {tile, stride}, pointer, at, {}, "").type = Type::of(tile->type.scalar);
}

Builder::Values Builder::emitLoop(Op op, const std::string& name, Value* from, Value* to, int64_t step,
                                  const Values& init, const Body& body) {
  std::vector<Type> types;
  for (Value* v : init) types.push_back(v->type);
  Values operands;
  if (op == Op::For) operands = {from, to};
  operands.insert(operands.end(), init.begin(), init.end());
  Inst& inst = emit(op, operands, types, "r");
  inst.ints = {step};
  inst.blocks.push_back(std::make_unique<Block>());
  Block* inner = inst.blocks[0].get();
  inner->parent = &inst;
  auto argument = [&](Type type, const std::string& hint) {
    Value* v = function_.newValue(std::move(type), hint);
    v->owner = inner;
    inner->arguments.push_back(v);
    return v;
  };
  Value* counter = argument(Type::index(), name);
  Values carried;
  for (Value* v : init) carried.push_back(argument(v->type, "t"));
  Block* outer = block_;
  block_ = inner;
  Values next = body(counter, carried);
  require(next.size() == init.size(), "a loop body yields what it carries");
  emit(Op::Yield, next, {}, "");
  block_ = outer;
  return inst.results;
}

Builder::Values Builder::loop(const std::string& name, Value* from, Value* to, int64_t step,
                              const Values& init, const Body& body) {
  return emitLoop(Op::For, name, from, to, step, init, body);
}

void Builder::each(const std::string& name, Value* count, const std::function<void(Value*)>& body) {
  loop(name, index(0), count, 1, {}, [&](Value* counter, const Values&) {
    body(counter);
    return Values{};
  });
}

Builder::Values Builder::unroll(const std::string& name, int64_t from, int64_t to, const Values& init,
                                const Body& body) {
  if (to - from == 1) return body(index(from), init);
  Values results = emitLoop(Op::Unroll, name, nullptr, nullptr, 1, init, body);
  block_->insts.back()->ints = {1, from, to};
  return results;
}

Builder::Values Builder::branch(Value* condition, const std::function<Values()>& then,
                                const std::function<Values()>& otherwise) {
  Inst& inst = emit(Op::If, {condition}, {}, "");
  Block* outer = block_;
  std::vector<Type> types;
  for (const auto& side : {then, otherwise}) {
    inst.blocks.push_back(std::make_unique<Block>());
    block_ = inst.blocks.back().get();
    block_->parent = &inst;
    Values yielded = side ? side() : Values{};
    types.clear();
    for (Value* v : yielded) types.push_back(v->type);
    emit(Op::Yield, yielded, {}, "");
  }
  block_ = outer;
  for (const Type& type : types) {
    Value* v = function_.newValue(type, "if");
    v->def = &inst;
    inst.results.push_back(v);
  }
  return inst.results;
}

void Builder::call(const std::string& callee, const Values& arguments) {
  emit(Op::Call, arguments, {}, "").callee = callee;
}

void Builder::parallel(Value* executor, Value* count, Value* grain, const std::string& callee,
                       const Values& arguments, int64_t step) {
  Values operands{executor, count, grain};
  operands.insert(operands.end(), arguments.begin(), arguments.end());
  Inst& inst = emit(Op::Parallel, operands, {}, "");
  inst.callee = callee;
  inst.ints = {step};
}

void Builder::ret(const Values& values) { emit(Op::Return, values, {}, ""); }

} // namespace convoy::loop
