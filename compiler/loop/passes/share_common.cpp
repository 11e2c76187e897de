#include "loop/passes/share_common.h"
#include "loop/passes/pure.h"
#include <cstring>
#include <unordered_map>

namespace convoy::loop {

namespace {

class Sharer {
public:
  void block(Block& b) {
    size_t scope = added_.size();
    size_t kept = 0;
    for (size_t i = 0; i < b.insts.size(); ++i) {
      Inst& inst = *b.insts[i];
      for (Value*& operand : inst.operands)
        if (auto it = replaced_.find(operand); it != replaced_.end()) operand = it->second;
      if (isPure(inst)) {
        std::string key = keyOf(inst);
        auto [known, isNew] = known_.emplace(key, inst.results[0]);
        if (!isNew) {
          replaced_[inst.results[0]] = known->second;
          continue; // dropped
        }
        added_.push_back(std::move(key));
      }
      for (auto& inner : inst.blocks) block(*inner);
      if (kept != i) b.insts[kept] = std::move(b.insts[i]);
      ++kept;
    }
    b.insts.resize(kept);
    // What this body computed is not there for what follows the body.
    for (; added_.size() > scope; added_.pop_back()) known_.erase(added_.back());
  }

private:
  static std::string keyOf(const Inst& inst) {
    std::string key =
        std::to_string(static_cast<int>(inst.op)) + inst.type.str() + "/" + inst.results[0]->type.str();
    auto add = [&](const auto& bits) { key.append(reinterpret_cast<const char*>(&bits), sizeof(bits)); };
    for (const Value* v : inst.operands) add(reinterpret_cast<uintptr_t>(v));
    for (int64_t n : inst.ints) add(n);
    add(inst.number); // by its bits: -0 is not 0
    return key;
  }

  std::unordered_map<std::string, Value*> known_;
  std::vector<std::string> added_; // keys of the open bodies, innermost last
  std::unordered_map<const Value*, Value*> replaced_;
};

} // namespace

void shareCommon(Function& function) { Sharer().block(function.body); }

} // namespace convoy::loop
