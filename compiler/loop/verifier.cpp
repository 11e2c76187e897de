// What well-formed loop IR is: values are defined before they are used, bodies end as they must, loops carry
// what they yield, calls fit. The rules about single instructions are in verify_types.cpp.
#include "loop/verify_types.h"
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace convoy::loop {

namespace {

constexpr int64_t mostTurns = 1024; // of one unroll loop
// What code generation may write out for one function, in instructions; nested unroll loops multiply.
constexpr int64_t largestFunction = int64_t{1} << 20;

class Verifier {
public:
  Verifier(const Module& module, const Function& function, std::vector<std::string>& problems)
      : module_(module), function_(function), hasTiles_(hasTiles(function.body)), problems_(problems) {}

  void run() {
    countUses(function_.body);
    for (const Value* p : function_.parameters) {
      visible_.insert(p);
      if (!isPassed(p->type)) problem("parameter %" + p->name + ": arrays and tiles are not passed");
    }
    if (function_.results.size() > 1) problem("a function gives at most one value");
    for (const Type& t : function_.results)
      if (!isPassed(t)) problem("arrays and tiles are not returned");
    block(function_.body, nullptr, 1);
    const auto& insts = function_.body.insts;
    if (insts.empty() || insts.back()->op != Op::Return) problem("it does not end in a return");
    if (size_ > largestFunction) problem("its unroll loops write out too much");
  }

private:
  void problem(const std::string& what, const Inst* inst = nullptr) {
    std::string where = "@" + function_.name;
    if (inst) {
      where += std::string(", ") + loop::textOf(inst->op);
      if (!inst->results.empty()) where += " %" + inst->results[0]->name;
    }
    problems_.push_back(where + ": " + what);
  }

  static bool isPassed(const Type& t) { return !t.isArray() && !t.isTile(); }

  void countUses(const Block& b) {
    for (const auto& inst : b.insts) {
      for (const Value* v : inst->operands) ++uses_[v];
      for (const auto& inner : inst->blocks) countUses(*inner);
    }
  }

  // `copies`: how often unroll loops write the body out.
  void block(const Block& b, const Inst* parent, int64_t copies) {
    std::vector<const Value*> added;
    auto show = [&](const Value* v) {
      if (visible_.insert(v).second) added.push_back(v);
      home_[v] = &b;
    };
    for (const Value* v : b.arguments) show(v);
    if (parent && parent->op == Op::Unroll) indices_.addCounter(b.arguments[0], *parent);
    for (size_t i = 0; i < b.insts.size(); ++i) {
      const Inst& inst = *b.insts[i];
      bool last = i + 1 == b.insts.size();
      if (inst.op == Op::Yield && !parent)
        problem("there is nothing to yield to", &inst);
      else if (inst.op == Op::Return && parent)
        problem("it stands inside a body", &inst);
      else if ((inst.op == Op::Yield || inst.op == Op::Return) && !last)
        problem("something follows it in its body", &inst);
      if (parent && last && inst.op != Op::Yield) problem("a body ends in a yield", &inst);
      size_t before = problems_.size();
      for (const Value* v : inst.operands)
        if (!v || !visible_.count(v)) problem("it uses a value that is not defined before it", &inst);
      if (problems_.size() == before) instruction(inst, b, parent, copies);
      for (const Value* v : inst.results) show(v);
      indices_.add(inst);
    }
    for (const Value* v : added) visible_.erase(v);
  }

  void instruction(const Inst& inst, const Block& b, const Inst* parent, int64_t copies) {
    size_t elements = inst.results.empty() ? 1 : inst.results[0]->type.elements();
    size_ = std::min(size_ + copies * static_cast<int64_t>(elements), largestFunction + 1);
    switch (inst.op) {
    case Op::For:
    case Op::Unroll:
    case Op::If: return control(inst, b, copies);
    case Op::Call:
    case Op::Parallel: return call(inst);
    case Op::Yield: return yield(inst, parent);
    case Op::Return:
      if (typesOf(inst.operands) != function_.results)
        problem("it returns " + textOf(typesOf(inst.operands)) + ", the function gives " +
                    textOf(function_.results),
                &inst);
      return;
    default: // everything that computes a value or reaches memory
      verifyTypes(inst, indices_, [&](const std::string& what) { problem(what, &inst); });
      if (inst.op == Op::TileMac) overwritten(inst, inst.operands[0], b);
    }
  }

  // A matrix unit adds in place, so the tile that was there is gone: nobody else may use it, and a loop must
  // not come back to it.
  void overwritten(const Inst& inst, const Value* tile, const Block& b) {
    if (!tile->type.isTile()) return;
    if (uses_[tile] > 1) problem("%" + tile->name + " is overwritten here and used elsewhere", &inst);
    if (home_[tile] != &b)
      problem("%" + tile->name + " is overwritten in a body that does not carry it", &inst);
  }

  void control(const Inst& inst, const Block& b, int64_t copies) {
    if (inst.op == Op::If) {
      if (inst.operands[0]->type != Type::of(Scalar::I1)) problem("the condition is no i1", &inst);
      for (const auto& side : inst.blocks)
        if (side->insts.empty() || typesOf(side->insts.back()->operands) != typesOf(inst.results))
          problem("both sides yield what it gives", &inst);
      for (const Value* v : inst.results)
        if (v->type.isTile()) problem("it gives no tiles", &inst);
    } else {
      bool dynamic = inst.op == Op::For;
      for (size_t i = 0; dynamic && i < 2; ++i)
        if (!inst.operands[i]->type.isIndex()) problem("a bound is no i64", &inst);
      if (inst.ints[0] < 1) return problem("a step is at least 1", &inst);
      if (!dynamic && turns(inst) > mostTurns) return problem("it unrolls too far", &inst);
      if (!dynamic) copies *= turns(inst);
      if (typesOf(inst.operands, dynamic ? 2 : 0) != typesOf(inst.results) ||
          typesOf(inst.blocks[0]->arguments, 1) != typesOf(inst.results))
        problem("what it carries changes its type", &inst);
      for (size_t i = dynamic ? 2 : 0; i < inst.operands.size(); ++i) overwritten(inst, inst.operands[i], b);
    }
    if (copies > largestFunction) return problem("it unrolls too far", &inst);
    for (const auto& body : inst.blocks) block(*body, &inst, copies);
  }

  // How often an unroll loop writes out its body; at most one more than is allowed.
  static int64_t turns(const Inst& inst) {
    int64_t distance = 0;
    if (__builtin_sub_overflow(inst.ints[2], inst.ints[1], &distance)) return mostTurns + 1;
    return std::clamp<int64_t>(distance / inst.ints[0] + (distance % inst.ints[0] > 0), 0, mostTurns + 1);
  }

  // The value that a carried tile was before the products and loops that added to it in place.
  static const Value* tileBefore(const Value* v) {
    while (v->def) {
      const Inst& def = *v->def;
      if (def.op == Op::TileMac) {
        v = def.operands[0];
      } else if (def.op == Op::For || def.op == Op::Unroll) {
        size_t which =
            static_cast<size_t>(std::find(def.results.begin(), def.results.end(), v) - def.results.begin());
        v = def.operands[which + (def.op == Op::For ? 2 : 0)];
      } else {
        break;
      }
    }
    return v;
  }

  void yield(const Inst& inst, const Inst* parent) {
    if (parent && parent->op == Op::For && inst.operands.size() == parent->results.size())
      for (size_t i = 0; i < inst.operands.size(); ++i)
        if (inst.operands[i]->type.isTile() &&
            tileBefore(inst.operands[i]) != parent->blocks[0]->arguments[1 + i])
          problem("%" + inst.operands[i]->name + " does not continue the tile that the loop carries there",
                  &inst);
    if (parent && typesOf(inst.operands) != typesOf(parent->results))
      problem("it yields " + textOf(typesOf(inst.operands)) + ", wanted are " +
                  textOf(typesOf(parent->results)),
              &inst);
  }

  void call(const Inst& inst) {
    const Function* callee = module_.find(inst.callee);
    if (!callee) return problem("there is no function @" + inst.callee, &inst);
    std::vector<Type> given = typesOf(inst.operands), wanted = typesOf(callee->parameters);
    if (inst.op == Op::Parallel) {
      if (!given[0].isPointer() || !given[1].isIndex() || !given[2].isIndex())
        return problem("it wants an executor, a count and a grain", &inst);
      given.erase(given.begin());
      given[0] = given[1] = Type::index(); // begin and end
    }
    if (given != wanted)
      problem("@" + inst.callee + " takes " + textOf(wanted) + ", not " + textOf(given), &inst);
    if (!callee->results.empty())
      problem("@" + inst.callee + " gives a value, which a call does not take", &inst);
    // The unit has one configuration, which the callee, or what an executor does meanwhile, replaces.
    if (hasTiles_ && (inst.op == Op::Parallel || reachesTiles(*callee)))
      problem("a function with tiles calls none that has tiles, and nothing in parallel", &inst);
  }

  // Whether a function, or one that it calls, has tiles.
  bool reachesTiles(const Function& f) const {
    std::unordered_set<const Function*> seen{&f};
    std::vector<const Function*> open{&f};
    while (!open.empty()) {
      const Function* next = open.back();
      open.pop_back();
      if (hasTiles(next->body)) return true;
      forEachCallee(next->body, [&](const Function* callee) {
        if (seen.insert(callee).second) open.push_back(callee);
      });
    }
    return false;
  }

  template <typename Act> void forEachCallee(const Block& b, const Act& act) const {
    for (const auto& inst : b.insts) {
      if (inst->op == Op::Call || inst->op == Op::Parallel)
        if (const Function* callee = module_.find(inst->callee)) act(callee);
      for (const auto& inner : inst->blocks) forEachCallee(*inner, act);
    }
  }

  const Module& module_;
  const Function& function_;
  const bool hasTiles_;
  std::vector<std::string>& problems_;
  std::unordered_set<const Value*> visible_;
  std::unordered_map<const Value*, const Block*> home_; // where it is defined
  std::unordered_map<const Value*, int> uses_;
  StaticIndices indices_;
  int64_t size_ = 0; // instructions that are written out, so far
};

} // namespace

std::vector<std::string> verify(const Module& module) {
  std::vector<std::string> problems;
  for (const auto& f : module.functions) Verifier(module, *f, problems).run();
  return problems;
}

} // namespace convoy::loop
