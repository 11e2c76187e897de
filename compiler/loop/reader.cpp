#include "loop/reader.h"
#include "support/text_scanner.h"
#include <unordered_map>

namespace convoy::loop {

namespace {

const std::unordered_map<std::string_view, Op>& opNames() {
  static const std::unordered_map<std::string_view, Op> names = {
#define CONVOY_LOOP_OP(name, text, shape, summary) {text, Op::name},
#include "loop/ops.def"
#undef CONVOY_LOOP_OP
  };
  return names;
}

class Reader {
public:
  Reader(const SourceFile& file, DiagnosticEngine& diags)
      : text_(file, "_.", [&diags](Location where, const std::string& what) {
          diags.report(diag::LoopText, where, what);
        }) {}

  Module run() {
    Module module;
    while (!text_.atEnd()) function(module);
    return module;
  }

private:
  // ---- words ----
  bool peek(std::string_view token) { return text_.peek(token); }
  bool accept(std::string_view token) { return text_.accept(token); }
  void expect(std::string_view token) { text_.expect(token); }
  std::string word(const char* what) { return text_.word(what); }
  int64_t integer() { return text_.integer(); }
  [[noreturn]] void fail(const std::string& what, size_t begin) { text_.fail(what, begin); }
  [[noreturn]] void fail(const std::string& what) { text_.fail(what); }
  // Where the next word begins.
  size_t next() {
    text_.skip();
    return text_.position();
  }

  Type type() {
    text_.skip();
    std::string_view rest = text_.rest();
    auto t = readType(rest);
    if (!t) fail("expected a type such as f32x16, ptr or i64");
    text_.continueAt(rest);
    return *t;
  }

  // ---- values ----
  Value* define(const std::string& name, Type type, size_t begin) {
    for (const auto& scope : scopes_)
      if (scope.count(name)) fail("%" + name + " is already defined here", begin);
    Value* v = function_->newValue(std::move(type), name);
    scopes_.back()[name] = v;
    return v;
  }
  Value* literal(int64_t n) {
    auto inst = std::make_unique<Inst>();
    inst->op = Op::Const;
    inst->ints = {n};
    inst->type = Type::index();
    Value* v = function_->newValue(Type::index(), literalName);
    v->def = inst.get();
    inst->results = {v};
    block_->insts.push_back(std::move(inst));
    return v;
  }
  Value* use() {
    if (text_.atInteger()) return literal(integer());
    size_t begin = next();
    expect("%");
    std::string name = word("a value's name");
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
      if (auto it = scope->find(name); it != scope->end()) return it->second;
    fail("%" + name + " is not defined here", begin);
  }
  std::vector<Value*> list(std::string_view close) {
    std::vector<Value*> values;
    if (accept(close)) return values;
    do values.push_back(use());
    while (accept(","));
    expect(close);
    return values;
  }

  // ptr[a * 4 + b - 3]: operands go behind those that are there, factors to ints.
  void address(Inst& inst) {
    inst.operands.push_back(use());
    inst.ints = {0};
    expect("[");
    bool minus = false;
    do {
      if (text_.atInteger()) {
        int64_t n = integer();
        if (minus ? __builtin_sub_overflow(inst.ints[0], n, &inst.ints[0])
                  : __builtin_add_overflow(inst.ints[0], n, &inst.ints[0]))
          fail("the offset does not fit 64 bits");
      } else {
        if (minus) fail("only a constant can be subtracted in an address");
        inst.operands.push_back(use());
        inst.ints.push_back(accept("*") ? integer() : 1);
      }
      minus = accept("-");
    } while (minus || accept("+"));
    expect("]");
  }

  // ---- structure ----
  void function(Module& module) {
    bool exported = accept("export");
    expect("func");
    size_t begin = next();
    expect("@");
    auto f = std::make_unique<Function>();
    f->name = word("a function's name");
    f->exported = exported;
    if (module.find(f->name)) fail("@" + f->name + " is already defined", begin);
    f->location = text_.since(begin);
    function_ = f.get();
    scopes_.assign(1, {});
    expect("(");
    if (!accept(")")) {
      do {
        size_t start = next();
        expect("%");
        std::string name = word("a parameter's name");
        expect(":");
        f->parameters.push_back(define(name, type(), start));
      } while (accept(","));
      expect(")");
    }
    if (accept("->")) {
      do f->results.push_back(type());
      while (accept(","));
    }
    block_ = &f->body;
    statements(false);
    module.functions.push_back(std::move(f));
  }

  // The statements between braces; adds the empty yield that need not be written.
  void statements(bool yields) {
    if (++depth_ > 64) fail("loops nest too deeply");
    expect("{");
    while (!accept("}")) statement();
    --depth_;
    bool ends = !block_->insts.empty() && block_->insts.back()->op == Op::Yield;
    if (yields && !ends) {
      block_->insts.push_back(std::make_unique<Inst>());
      block_->insts.back()->op = Op::Yield;
    }
  }

  void body(Inst& inst, const std::vector<std::pair<std::string, Type>>& arguments) {
    inst.blocks.push_back(std::make_unique<Block>());
    Block* outer = block_;
    block_ = inst.blocks.back().get();
    block_->parent = &inst;
    scopes_.emplace_back();
    for (const auto& [name, type] : arguments) {
      Value* v = define(name, type, text_.position());
      v->owner = block_;
      block_->arguments.push_back(v);
    }
    statements(true);
    scopes_.pop_back();
    block_ = outer;
  }

  void statement() {
    size_t begin = next();
    std::vector<std::string> names;
    if (peek("%")) {
      do {
        expect("%");
        names.push_back(word("a value's name"));
      } while (accept(","));
      expect("=");
    }
    size_t opBegin = next();
    std::string name = word("an operation");
    auto op = opNames().find(name);
    if (op == opNames().end()) {
      auto& known = opNames();
      std::vector<std::string> candidates;
      for (const auto& [text, unused] : known) candidates.emplace_back(text);
      std::string nearest = nearestName(name, candidates);
      fail("there is no operation '" + name + "'" +
               (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"),
           opBegin);
    }
    auto inst = std::make_unique<Inst>();
    inst->op = op->second;
    std::vector<Type> results = operands(*inst);
    inst->location = text_.since(begin);
    if (results.size() != names.size())
      fail("'" + name + "' gives " + std::to_string(results.size()) + " results, " +
               std::to_string(names.size()) + " are named",
           begin);
    for (size_t i = 0; i < names.size(); ++i) {
      Value* v = define(names[i], results[i], begin);
      v->def = inst.get();
      inst->results.push_back(v);
    }
    if (!results.empty() && inst->op != Op::Offset) inst->type = results[0];
    block_->insts.push_back(std::move(inst));
  }

  // Reads what follows the operation's name; gives the types of its results.
  std::vector<Type> operands(Inst& inst) {
    auto operandCount = [&](size_t n) {
      for (size_t i = 0; i < n; ++i) {
        if (i) expect(",");
        inst.operands.push_back(use());
      }
    };
    auto typed = [&](size_t n) {
      Type t = type();
      operandCount(n);
      return std::vector<Type>{t};
    };
    switch (shapeOf(inst.op)) {
    case OpShape::Const: {
      Type t = type();
      if (isFloat(t.scalar))
        inst.number = text_.floating();
      else
        inst.ints = {integer()};
      return {t};
    }
    case OpShape::Unary: operandCount(1); return {inst.operands[0]->type};
    case OpShape::Binary:
    case OpShape::Ternary:
      operandCount(shapeOf(inst.op) == OpShape::Binary ? 2 : 3);
      for (Value* v : inst.operands)
        if (v->type.isArray()) return {v->type};
      return {inst.operands[0]->type};
    case OpShape::Compare:
      operandCount(2);
      return {inst.operands[inst.operands[1]->type.isArray()]->type.withScalar(Scalar::I1)};
    case OpShape::Special: break;
    }
    switch (inst.op) {
    case Op::Select: operandCount(3); return {inst.operands[1]->type};
    case Op::Cast:
    case Op::Bitcast:
    case Op::Splat:
    case Op::Mask:
    case Op::Fill: return typed(1);
    case Op::Iota:
    case Op::TileZero: return typed(0);
    case Op::Shuffle:
      operandCount(2);
      expect("[");
      do inst.ints.push_back(integer());
      while (accept(","));
      expect("]");
      if (accept("+")) inst.operands.push_back(use());
      return {Type::vector(inst.operands[0]->type.scalar, static_cast<uint32_t>(inst.ints.size()))};
    case Op::Extract:
      operandCount(1);
      expect("[");
      inst.ints = {integer()};
      expect("]");
      return {Type::of(inst.operands[0]->type.scalar)};
    case Op::Number: operandCount(1); return {Type::index()};
    case Op::ReduceAdd:
    case Op::ReduceMax: operandCount(1); return {Type::of(inst.operands[0]->type.scalar)};
    case Op::Get: {
      inst.operands = {use()};
      expect("[");
      for (Value* v : list("]")) inst.operands.push_back(v);
      return {inst.operands[0]->type.element()};
    }
    case Op::Set: {
      Value* array = use();
      expect("[");
      std::vector<Value*> at = list("]");
      expect("=");
      inst.operands = {array, use()};
      inst.operands.insert(inst.operands.end(), at.begin(), at.end());
      return {array->type};
    }
    case Op::Offset:
    case Op::Prefetch:
    case Op::PrefetchFar:
      inst.type = type();
      address(inst);
      if (inst.op == Op::Offset) return {Type::pointer()};
      return {};
    case Op::Load: {
      Type t = type();
      address(inst);
      if (accept("mask")) {
        inst.operands.push_back(use());
        expect("else");
        inst.operands.push_back(use());
        inst.masked = true;
      }
      return {t};
    }
    case Op::Store:
    case Op::Stream:
      inst.operands = {use()};
      inst.type = inst.operands[0]->type;
      expect(",");
      address(inst);
      if (inst.op == Op::Store && accept("mask")) inst.operands.push_back(use()), inst.masked = true;
      return {};
    case Op::Gather: {
      Type t = type();
      inst.operands = {use()};
      expect("[");
      inst.operands.push_back(use());
      expect("]");
      return {t};
    }
    case Op::Stack: inst.ints = {integer()}; return {Type::pointer()};
    case Op::TileLoad: {
      Type t = type();
      inst.operands = {nullptr};
      address(inst);
      expect(",");
      inst.operands[0] = use();
      return {t};
    }
    case Op::Dot:
    case Op::TileMac: operandCount(3); return {inst.operands[0]->type};
    case Op::TileStore:
      inst.operands = {use(), nullptr};
      expect(",");
      inst.type = type();
      address(inst);
      expect(",");
      inst.operands[1] = use();
      return {};
    case Op::For:
    case Op::Unroll: return loop(inst);
    case Op::If: {
      inst.operands = {use()};
      body(inst, {});
      if (accept("else")) {
        body(inst, {});
      } else {
        inst.blocks.push_back(std::make_unique<Block>());
        inst.blocks[1]->parent = &inst;
        inst.blocks[1]->insts.push_back(std::make_unique<Inst>());
        inst.blocks[1]->insts[0]->op = Op::Yield;
      }
      std::vector<Type> results;
      for (Value* v : inst.blocks[0]->insts.back()->operands) results.push_back(v->type);
      return results;
    }
    case Op::Yield:
    case Op::Return:
      if (peek("%") || text_.atInteger()) {
        do inst.operands.push_back(use());
        while (accept(","));
      }
      return {};
    case Op::Call:
    case Op::Parallel:
      if (inst.op == Op::Parallel) {
        operandCount(3);
        expect(",");
      }
      expect("@");
      inst.callee = word("a function's name");
      expect("(");
      for (Value* v : list(")")) inst.operands.push_back(v);
      if (inst.op == Op::Parallel && accept("step")) inst.ints = {integer()};
      return {};
    default: fail("this operation cannot be read");
    }
  }

  std::vector<Type> loop(Inst& inst) {
    expect("%");
    std::vector<std::pair<std::string, Type>> arguments{{word("a counter's name"), Type::index()}};
    expect("=");
    int64_t from = 0, to = 0;
    if (inst.op == Op::For) {
      inst.operands.push_back(use());
      expect("to");
      inst.operands.push_back(use());
    } else {
      from = integer();
      expect("to");
      to = integer();
    }
    int64_t step = accept("step") ? integer() : 1;
    if (step < 1) fail("a step is at least 1");
    if (inst.op == Op::For)
      inst.ints = {step};
    else
      inst.ints = {step, from, to};
    std::vector<Type> results;
    if (accept("carry")) {
      expect("(");
      do {
        expect("%");
        std::string name = word("a value's name");
        expect("=");
        inst.operands.push_back(use());
        arguments.push_back({name, inst.operands.back()->type});
        results.push_back(inst.operands.back()->type);
      } while (accept(","));
      expect(")");
    }
    body(inst, arguments);
    return results;
  }

  TextScanner text_;
  int depth_ = 0;
  Function* function_ = nullptr;
  Block* block_ = nullptr;
  std::vector<std::unordered_map<std::string, Value*>> scopes_;
};

} // namespace

std::optional<Module> read(const SourceFile& file, DiagnosticEngine& diags) {
  try {
    return Reader(file, diags).run();
  } catch (const TextScanner::Stop&) {
    return std::nullopt;
  }
}

} // namespace convoy::loop
