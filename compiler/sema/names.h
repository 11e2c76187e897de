// What the names of a file stand for: its own blocks, pipelines and constants, and those of the files that it
// imports.
#pragma once
#include "ast/ast.h"
#include "support/diagnostics.h"
#include <map>
#include <string>
#include <vector>

namespace convoy::sema {

class Namespace;

// Exactly one of the first three is set.
struct Definition {
  const ast::Block* block = nullptr;
  const ast::Pipeline* pipeline = nullptr;
  const ast::Constant* constant = nullptr;
  const Namespace* home = nullptr; // where the names inside it are looked up

  const char* kind() const { return block ? "block" : pipeline ? "pipeline" : "constant"; }
  const std::string& name() const;
  Location nameLocation() const;
};

class Namespace {
public:
  const Definition* find(const std::string& name) const;
  const Definition* block(const std::string& name) const;
  const Definition* pipeline(const std::string& name) const;
  const Definition* constant(const std::string& name) const;
  std::vector<std::string> callable() const; // blocks and pipelines
  std::vector<std::string> constants() const;

private:
  friend class Program;
  std::map<std::string, Definition> names_;
};

// The namespaces of a file and of all that it imports. Reports names that are defined twice.
class Program {
public:
  Program(const ast::File& main, DiagnosticEngine& diags);
  const Namespace& of(const ast::File& file) const { return namespaces_.at(&file); }
  const ast::File& main() const { return main_; }

private:
  void define(const ast::File& file);
  void bring(const ast::File& from, const ast::File& into, Location import);
  void add(Namespace& names, const Definition& definition, Location import);

  const ast::File& main_;
  DiagnosticEngine& diags_;
  std::map<const ast::File*, Namespace> namespaces_;
};

} // namespace convoy::sema
