#include "loop/passes/split_long.h"
#include "loop/passes/pure.h"
#include <unordered_map>
#include <unordered_set>

namespace convoy::loop {

namespace {

size_t callsIn(const Block& block);
size_t callsIn(const Inst& inst) {
  size_t calls = inst.op == Op::Parallel;
  for (const auto& inner : inst.blocks) calls += callsIn(*inner);
  return calls;
}
size_t callsIn(const Block& block) {
  size_t calls = 0;
  for (const auto& inst : block.insts) calls += callsIn(*inst);
  return calls;
}

// A function that instructions of another one move to. What they use and do not compute becomes its
// parameters; constants are made again.
class Part {
public:
  Part(const std::string& name, Location location) : function_(std::make_unique<Function>()) {
    function_->name = name;
    function_->location = location;
  }

  void take(std::unique_ptr<Inst> inst) {
    adopt(*inst);
    function_->body.insts.push_back(std::move(inst));
  }

  // Ends the function; gives the call that stands for it.
  std::unique_ptr<Inst> finish() {
    auto& insts = function_->body.insts;
    insts.insert(insts.begin(), std::make_move_iterator(constants_.begin()),
                 std::make_move_iterator(constants_.end()));
    insts.push_back(std::make_unique<Inst>());
    insts.back()->op = Op::Return;
    auto call = std::make_unique<Inst>();
    call->op = Op::Call;
    call->callee = function_->name;
    call->operands = given_;
    call->location = function_->location;
    return call;
  }
  std::unique_ptr<Function> function() { return std::move(function_); }

private:
  void adopt(Inst& inst) {
    for (Value*& operand : inst.operands) operand = here(operand);
    for (Value*& result : inst.results) result = renewed(result, &inst, nullptr);
    for (auto& inner : inst.blocks) {
      for (Value*& argument : inner->arguments) argument = renewed(argument, nullptr, inner.get());
      for (auto& each : inner->insts) adopt(*each);
    }
  }

  Value* renewed(Value* value, Inst* def, Block* owner) {
    Value* own = function_->newValue(value->type, hintOf(*value));
    own->def = def, own->owner = owner;
    value->def = nullptr, value->owner = nullptr;
    return own_[value] = own;
  }

  Value* here(Value* value) {
    if (const auto known = own_.find(value); known != own_.end()) return known->second;
    Value*& own = own_[value] = function_->newValue(value->type, hintOf(*value));
    if (value->def && value->def->op == Op::Const) {
      constants_.push_back(std::make_unique<Inst>());
      Inst& constant = *constants_.back();
      constant.op = Op::Const;
      constant.ints = value->def->ints;
      constant.number = value->def->number;
      constant.type = value->def->type;
      constant.results = {own};
      own->def = &constant;
    } else {
      function_->parameters.push_back(own);
      given_.push_back(value);
    }
    return own;
  }

  static std::string hintOf(const Value& value) {
    const bool literal = value.def && value.def->op == Op::Const && value.type.isIndex();
    return literal ? literalName : value.name;
  }

  std::unique_ptr<Function> function_;
  std::unordered_map<const Value*, Value*> own_;
  std::vector<std::unique_ptr<Inst>> constants_;
  std::vector<Value*> given_; // for the parameters
};

class Splitter {
public:
  Splitter(const Function& function, size_t part, std::vector<std::unique_ptr<Function>>& parts)
      : function_(function), part_(part), parts_(parts) {}

  // Bodies inside first: there are few calls in them afterwards.
  void block(Block& b) {
    for (auto& inst : b.insts)
      for (auto& inner : inst->blocks)
        if (callsIn(*inner) > part_) block(*inner);
    const std::vector<size_t> last = lastUses(b);
    std::vector<std::unique_ptr<Inst>> insts;
    std::swap(insts, b.insts);
    std::vector<std::unique_ptr<Inst>> run;
    size_t calls = 0;
    auto endRun = [&](size_t end) {
      if (calls >= part_) moveOut(run, last, end);
      std::move(run.begin(), run.end(), std::back_inserter(b.insts));
      run.clear();
      calls = 0;
    };
    for (size_t i = 0; i < insts.size(); ++i) {
      if (!insts[i]->blocks.empty() && insts[i]->op != Op::If) { // a loop has been looked at
        endRun(i);
        b.insts.push_back(std::move(insts[i]));
        continue;
      }
      calls += callsIn(*insts[i]);
      run.push_back(std::move(insts[i]));
      if (calls >= part_) endRun(i + 1);
    }
    endRun(insts.size());
  }

private:
  // By its place in the body, where each instruction's results are used for the last time; its own place if
  // they are not.
  static std::vector<size_t> lastUses(const Block& b) {
    std::unordered_map<const Value*, size_t> definedAt;
    std::vector<size_t> last;
    for (size_t i = 0; i < b.insts.size(); ++i) {
      last.push_back(i);
      use(*b.insts[i], i, definedAt, last);
      for (const Value* result : b.insts[i]->results) definedAt[result] = i;
    }
    return last;
  }
  static void use(const Inst& inst, size_t at, const std::unordered_map<const Value*, size_t>& definedAt,
                  std::vector<size_t>& last) {
    for (const Value* operand : inst.operands)
      if (const auto defined = definedAt.find(operand); defined != definedAt.end())
        last[defined->second] = at;
    for (const auto& inner : inst.blocks)
      for (const auto& each : inner->insts) use(*each, at, definedAt, last);
  }

  // Replaces instructions, those before `end` in their body, by a call, and what is computed for others
  // behind them before it. Leaves them as they are where a call or a store would be among that.
  void moveOut(std::vector<std::unique_ptr<Inst>>& run, const std::vector<size_t>& last, size_t end) {
    std::unordered_set<const Value*> wanted;
    std::vector<bool> stays(run.size());
    for (size_t i = run.size(); i-- > 0;) {
      const Inst& inst = *run[i];
      stays[i] = last[end - run.size() + i] >= end;
      for (const Value* result : inst.results) stays[i] = stays[i] || wanted.count(result);
      if (!stays[i]) continue;
      if (!isPure(inst)) return;
      wanted.insert(inst.operands.begin(), inst.operands.end());
    }
    Part part(function_.name + ".part" + std::to_string(parts_.size()), function_.location);
    std::vector<std::unique_ptr<Inst>> left;
    for (size_t i = 0; i < run.size(); ++i)
      if (stays[i])
        left.push_back(std::move(run[i]));
      else
        part.take(std::move(run[i]));
    left.push_back(part.finish());
    run = std::move(left);
    parts_.push_back(part.function());
  }

  const Function& function_;
  const size_t part_;
  std::vector<std::unique_ptr<Function>>& parts_;
};

} // namespace

void splitLong(Module& module, size_t most, size_t part) {
  std::vector<std::unique_ptr<Function>> all;
  for (auto& function : module.functions) {
    std::vector<std::unique_ptr<Function>> parts;
    if (callsIn(function->body) > most) Splitter(*function, part, parts).block(function->body);
    std::move(parts.begin(), parts.end(), std::back_inserter(all));
    all.push_back(std::move(function));
  }
  module.functions = std::move(all);
}

} // namespace convoy::loop
