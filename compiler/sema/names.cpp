#include "sema/names.h"

namespace convoy::sema {

const std::string& Definition::name() const {
  return block ? block->name : pipeline ? pipeline->name : constant->name;
}

Location Definition::nameLocation() const {
  return block ? block->nameLocation : pipeline ? pipeline->nameLocation : constant->nameLocation;
}

const Definition* Namespace::find(const std::string& name) const {
  auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second;
}

const Definition* Namespace::block(const std::string& name) const {
  const Definition* found = find(name);
  return found && found->block ? found : nullptr;
}

const Definition* Namespace::pipeline(const std::string& name) const {
  const Definition* found = find(name);
  return found && found->pipeline ? found : nullptr;
}

const Definition* Namespace::constant(const std::string& name) const {
  const Definition* found = find(name);
  return found && found->constant ? found : nullptr;
}

std::vector<std::string> Namespace::callable() const {
  std::vector<std::string> names;
  for (const auto& [name, definition] : names_)
    if (!definition.constant) names.push_back(name);
  return names;
}

std::vector<std::string> Namespace::constants() const {
  std::vector<std::string> names;
  for (const auto& [name, definition] : names_)
    if (definition.constant) names.push_back(name);
  return names;
}

Program::Program(const ast::File& main, DiagnosticEngine& diags) : main_(main), diags_(diags) {
  for (const auto& file : main.imported) define(*file);
  define(main);
  auto bringAll = [this](const ast::File& into) {
    for (const ast::Import& import : into.imports)
      if (import.file) bring(*import.file, into, import.location);
  };
  for (const auto& file : main.imported) bringAll(*file);
  bringAll(main);
}

void Program::add(Namespace& names, const Definition& definition, Location import) {
  auto [existing, isNew] = names.names_.emplace(definition.name(), definition);
  if (isNew) return;
  const Definition& first = existing->second;
  Location one = first.nameLocation(), other = definition.nameLocation();
  if (one.file == other.file && one.begin == other.begin) return; // imported twice
  std::string what = std::string(definition.kind()) == first.kind()
                         ? std::string(definition.kind()) + "s"
                         : std::string(first.kind()) + " and a " + definition.kind();
  auto report = diags_.report(diag::DuplicateName, import.valid() ? import : other, what, definition.name());
  report.label(one, "the first one");
  if (import.valid()) report.label(other, "imported from here");
}

void Program::define(const ast::File& file) {
  Namespace& names = namespaces_[&file];
  auto definition = [&names] {
    Definition made;
    made.home = &names;
    return made;
  };
  for (const ast::Constant& constant : file.constants) {
    Definition made = definition();
    made.constant = &constant;
    add(names, made, {});
  }
  for (const ast::Block& block : file.blocks) {
    Definition made = definition();
    made.block = &block;
    add(names, made, {});
  }
  for (const ast::Pipeline& pipeline : file.pipelines) {
    Definition made = definition();
    made.pipeline = &pipeline;
    add(names, made, {});
  }
}

// What `from` defines itself, and not what it imports.
void Program::bring(const ast::File& from, const ast::File& into, Location import) {
  for (const auto& [name, definition] : namespaces_.at(&from).names_)
    if (definition.nameLocation().file == from.source) add(namespaces_.at(&into), definition, import);
}

} // namespace convoy::sema
