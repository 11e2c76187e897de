#include "sema/frame.h"

namespace convoy::sema {

Value* Frame::find(const std::string& name) {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
    if (auto found = scope->find(name); found != scope->end()) return &found->second;
  return nullptr;
}

void Frame::assign(const std::string& name, Value value) {
  if (Value* bound = find(name))
    *bound = std::move(value);
  else
    scopes.back()[name] = std::move(value);
}

std::vector<std::string> Frame::visibleNames() const {
  std::vector<std::string> all;
  for (const auto& scope : scopes)
    for (const auto& entry : scope) all.push_back(entry.first);
  return all;
}

std::string Frame::loopText() const {
  std::string text;
  for (const auto& [name, value] : loops) text += (text.empty() ? ", with " : ", ") + name + " = " + value;
  return text;
}

} // namespace convoy::sema
