#include "loop/reader.h"
#include <cctype>
#include <cstdlib>
#include <unordered_map>

namespace convoy::loop {

namespace {

// Thrown inside the reader only, at the first error.
struct Stop {};

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
  Reader(const SourceFile& file, DiagnosticEngine& diags) : file_(file), diags_(diags), text_(file.text()) {}

  Module run() {
    Module module;
    for (skip(); at_ < text_.size(); skip()) {
      function(module);
    }
    return module;
  }

private:
  // ---- words ----
  void skip() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
      else if (text_.substr(at_, 2) == "//") {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else return;
    }
  }

  Location here(size_t begin) const {
    return {&file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(std::max(at_, begin + 1))};
  }

  [[noreturn]] void fail(const std::string& what, size_t begin) {
    diags_.report(diag::LoopText, here(begin), what);
    throw Stop{};
  }
  [[noreturn]] void fail(const std::string& what) { fail(what, at_); }

  static bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

  bool peek(std::string_view token) {
    skip();
    if (text_.substr(at_, token.size()) != token) return false;
    return !isWord(token.back()) || at_ + token.size() >= text_.size() || !isWord(text_[at_ + token.size()]);
  }
  bool accept(std::string_view token) {
    if (!peek(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail("expected '" + std::string(token) + "'");
  }
  std::string word(const char* what) {
    skip();
    size_t begin = at_;
    while (at_ < text_.size() && isWord(text_[at_])) ++at_;
    if (begin == at_) fail(std::string("expected ") + what);
    return std::string(text_.substr(begin, at_ - begin));
  }
  bool atInteger() {
    skip();
    size_t i = at_ + (at_ < text_.size() && text_[at_] == '-');
    return i < text_.size() && std::isdigit(static_cast<unsigned char>(text_[i]));
  }
  int64_t integer() {
    if (!atInteger()) fail("expected an integer");
    size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
    std::string digits(text_.substr(begin, at_ - begin));
    errno = 0;
    long long n = std::strtoll(digits.c_str(), nullptr, 10);
    if (errno == ERANGE) fail("the integer does not fit 64 bits", begin);
    return n;
  }
  double floating() {
    skip();
    size_t begin = at_;
    while (at_ < text_.size() && (isWord(text_[at_]) || text_[at_] == '-' || text_[at_] == '+')) ++at_;
    std::string digits(text_.substr(begin, at_ - begin));
    char* end = nullptr;
    double n = std::strtod(digits.c_str(), &end);
    if (digits.empty() || *end) fail("expected a number", begin);
    return n;
  }
  Type type() {
    skip();
    std::string_view rest = text_.substr(at_);
    auto t = readType(rest);
    if (!t) fail("expected a type such as f32x16, ptr or i64");
    at_ = text_.size() - rest.size();
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
    if (atInteger()) return literal(integer());
    skip();
    size_t begin = at_;
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
      if (atInteger()) {
        int64_t n = integer();
        if (minus ? __builtin_sub_overflow(inst.ints[0], n, &inst.ints[0]) : __builtin_add_overflow(inst.ints[0], n, &inst.ints[0]))
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
    skip();
    size_t begin = at_;
    expect("@");
    auto f = std::make_unique<Function>();
    f->name = word("a function's name");
    f->exported = exported;
    if (module.find(f->name)) fail("@" + f->name + " is already defined", begin);
    f->location = here(begin);
    function_ = f.get();
    scopes_.assign(1, {});
    expect("(");
    if (!accept(")")) {
      do {
        skip();
        size_t start = at_;
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
      Value* v = define(name, type, at_);
      v->owner = block_;
      block_->arguments.push_back(v);
    }
    statements(true);
    scopes_.pop_back();
    block_ = outer;
  }

  void statement() {
    skip();
    size_t begin = at_;
    std::vector<std::string> names;
    if (peek("%")) {
      do {
        expect("%");
        names.push_back(word("a value's name"));
      } while (accept(","));
      expect("=");
    }
    skip();
    size_t opBegin = at_;
    std::string name = word("an operation");
    auto op = opNames().find(name);
    if (op == opNames().end()) {
      auto& known = opNames();
      std::vector<std::string> candidates;
      for (const auto& [text, unused] : known) candidates.emplace_back(text);
      std::string nearest = nearestName(name, candidates);
      fail("there is no operation '" + name + "'" + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"), opBegin);
    }
    auto inst = std::make_unique<Inst>();
    inst->op = op->second;
    std::vector<Type> results = operands(*inst);
    inst->location = here(begin);
    if (results.size() != names.size())
      fail("'" + name + "' gives " + std::to_string(results.size()) + " results, " + std::to_string(names.size()) +
               " are named", begin);
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
      if (isFloat(t.scalar)) inst.number = floating();
      else inst.ints = {integer()};
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
      if (peek("%") || atInteger()) {
        do inst.operands.push_back(use());
        while (accept(","));
      }
      return {};
    case Op::Call:
    case Op::Parallel:
      if (inst.op == Op::Parallel) {
        operandCount(2);
        expect(",");
      }
      expect("@");
      inst.callee = word("a function's name");
      expect("(");
      for (Value* v : list(")")) inst.operands.push_back(v);
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
    if (inst.op == Op::For) inst.ints = {step};
    else inst.ints = {step, from, to};
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

  const SourceFile& file_;
  DiagnosticEngine& diags_;
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  Function* function_ = nullptr;
  Block* block_ = nullptr;
  std::vector<std::unordered_map<std::string, Value*>> scopes_;

public:
  using Failure = Stop;
};

} // namespace

std::optional<Module> read(const SourceFile& file, DiagnosticEngine& diags) {
  try {
    return Reader(file, diags).run();
  } catch (const Reader::Failure&) {
    return std::nullopt;
  }
}

} // namespace convoy::loop
