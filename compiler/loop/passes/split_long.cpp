#include "loop/passes/split_long.h"
#include <unordered_map>

namespace convoy::loop {

namespace {

size_t lengthOf(const Block& block);
size_t lengthOf(const Inst& inst) {
  size_t length = 1;
  for (const auto& inner : inst.blocks) length += lengthOf(*inner);
  return length;
}
size_t lengthOf(const Block& block) {
  size_t length = 0;
  for (const auto& inst : block.insts) length += lengthOf(*inst);
  return length;
}

bool calls(const Inst& inst) {
  if (inst.op == Op::Call || inst.op == Op::Parallel) return true;
  for (const auto& inner : inst.blocks)
    for (const auto& each : inner->insts)
      if (calls(*each)) return true;
  return false;
}

// A function that instructions of another one move to. What they use and do not compute becomes its
// parameters; constants are made again.
class Part {
public:
  explicit Part(const std::string& name) : function_(std::make_unique<Function>()) { function_->name = name; }

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

  // Bodies inside first: what is long there is short then.
  void block(Block& b) {
    for (auto& inst : b.insts)
      for (auto& inner : inst->blocks)
        if (lengthOf(*inner) > part_) block(*inner);
    const std::vector<size_t> last = lastUses(b);
    std::vector<std::unique_ptr<Inst>> kept;
    size_t begin = 0, reach = 0, length = 0; // of the run that is open
    bool hasCall = false;
    auto restart = [&](size_t at) { begin = at, reach = at, length = 0, hasCall = false; };
    for (size_t i = 0; i < b.insts.size(); ++i) {
      const Inst& inst = *b.insts[i];
      if (last[i] > i + part_ || inst.op == Op::Yield || inst.op == Op::Return) { // stays
        restart(i + 1);
      } else {
        reach = std::max(reach, last[i]);
        length += lengthOf(inst);
        hasCall = hasCall || calls(inst);
        if (length >= part_ && reach <= i) {
          if (hasCall) moveOut(b, begin, i + 1);
          restart(i + 1);
        }
      }
    }
    for (auto& inst : b.insts)
      if (inst) kept.push_back(std::move(inst));
    b.insts = std::move(kept);
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

  void moveOut(Block& b, size_t begin, size_t end) {
    Part part(function_.name + ".part" + std::to_string(parts_.size()));
    for (size_t i = begin; i < end; ++i) part.take(std::move(b.insts[i]));
    b.insts[begin] = part.finish();
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
    if (lengthOf(function->body) > most) Splitter(*function, part, parts).block(function->body);
    std::move(parts.begin(), parts.end(), std::back_inserter(all));
    all.push_back(std::move(function));
  }
  module.functions = std::move(all);
}

} // namespace convoy::loop
