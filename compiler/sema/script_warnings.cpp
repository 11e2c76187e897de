#include "sema/script_warnings.h"
#include "ops/op_table.h"
#include <algorithm>
#include <set>

namespace convoy::sema {

namespace {

using Names = std::set<std::string>;
using Statements = std::vector<ast::Statement>;

// Calls `visit` for the expression and all that is inside.
template <typename Visit> void walk(const ast::Expr* expr, const Visit& visit) {
  if (!expr) return;
  visit(*expr);
  for (const ast::ExprPtr& element : expr->elements) walk(element.get(), visit);
  for (const ast::Argument& argument : expr->arguments) walk(argument.value.get(), visit);
  walk(expr->range.first.get(), visit);
  walk(expr->range.last.get(), visit);
}

template <typename Visit> void walk(const Statements& list, const Visit& visit) {
  for (const ast::Statement& each : list) {
    walk(each.value.get(), visit);
    walk(each.range.first.get(), visit);
    walk(each.range.last.get(), visit);
    walk(each.body, visit);
    for (const ast::Branch& branch : each.branches) {
      walk(branch.condition.get(), visit);
      walk(branch.body, visit);
    }
  }
}

void addNames(const ast::Expr* expr, Names& names) {
  walk(expr, [&](const ast::Expr& each) {
    if (each.kind == ast::Expr::Name) names.insert(each.text);
  });
}

Location nameAt(Location begin, const std::string& name) {
  return {begin.file, begin.begin, begin.begin + static_cast<uint32_t>(name.size())};
}

// The names whose values are still needed, followed from the end of a body to its start: a value is bound in
// vain when its name is not among them.
class UnusedValues {
public:
  UnusedValues(const Statements& body, DiagnosticEngine& diags) : body_(body), diags_(diags) {
    walk(body, [&](const ast::Expr& each) {
      if (each.kind == ast::Expr::Name) read_.insert(each.text);
    });
  }

  // What is needed before the body.
  Names run() { return before(body_, {}); }

  DiagnosticBuilder report(const std::string& name, Location where) {
    const bool never = read_.count(name) == 0;
    DiagnosticBuilder builder =
        never ? diags_.report(diag::UnusedName, where, name) : diags_.report(diag::UnusedValue, where, name);
    if (!never) builder.note("'" + name + "' is bound again before it is read");
    return builder;
  }

private:
  Names before(const Statements& list, Names needed) {
    for (auto each = list.rbegin(); each != list.rend(); ++each) needed = before(*each, std::move(needed));
    return needed;
  }

  Names before(const ast::Statement& statement, Names needed) {
    switch (statement.kind) {
    case ast::Statement::Bind:
      for (size_t i = 0; i < statement.names.size(); ++i) {
        const std::string& name = statement.names[i];
        if (needed.count(name) == 0 && name.front() != '_')
          report(name, statement.nameLocations[i]).help("if that is meant, call it '_" + name + "'");
      }
      for (const std::string& name : statement.names) needed.erase(name);
      break;
    case ast::Statement::Return: needed.clear(); break;
    case ast::Statement::For: {
      // What one turn binds, the next may read, wherever that stands in the body.
      walk(statement.body, [&](const ast::Expr& each) {
        if (each.kind == ast::Expr::Name) needed.insert(each.text);
      });
      needed.merge(before(statement.body, needed));
      break;
    }
    case ast::Statement::If: {
      Names all;
      bool hasElse = false;
      for (const ast::Branch& branch : statement.branches) {
        all.merge(before(branch.body, needed));
        addNames(branch.condition.get(), all);
        hasElse = hasElse || !branch.condition;
      }
      if (!hasElse) all.merge(needed);
      needed = std::move(all);
      break;
    }
    }
    addNames(statement.value.get(), needed);
    addNames(statement.range.first.get(), needed);
    addNames(statement.range.last.get(), needed);
    return needed;
  }

  const Statements& body_;
  DiagnosticEngine& diags_;
  Names read_; // anywhere in the body
};

void warnOfUnused(const ast::Block& block, DiagnosticEngine& diags) {
  UnusedValues values(block.body, diags);
  Names needed = values.run();
  for (const ast::Parameter& parameter : block.parameters) addNames(parameter.fallback.get(), needed);
  for (const ast::Parameter& parameter : block.parameters)
    if (needed.count(parameter.name) == 0 && parameter.name.front() != '_')
      values.report(parameter.name, nameAt(parameter.location, parameter.name));
}

void warnOfUnused(const ast::Pipeline& pipeline, DiagnosticEngine& diags) {
  UnusedValues values(pipeline.body, diags);
  const Names needed = values.run();
  // An input may be there to give a size its name.
  std::multiset<std::string> sizes;
  auto addSizes = [&sizes](const ast::TypeExpr& type) {
    Names names;
    for (const ast::ExprPtr& dimension : type.dimensions) addNames(dimension.get(), names);
    sizes.insert(names.begin(), names.end());
    return names;
  };
  for (const ast::Result& result : pipeline.results)
    if (result.type) addSizes(*result.type);
  std::vector<Names> named;
  for (const ast::Input& input : pipeline.inputs) named.push_back(addSizes(input.type));
  for (size_t i = 0; i < pipeline.inputs.size(); ++i) {
    const ast::Input& input = pipeline.inputs[i];
    const bool namesSize = std::any_of(named[i].begin(), named[i].end(),
                                       [&](const std::string& name) { return sizes.count(name) > 1; });
    if (needed.count(input.name) == 0 && input.name.front() != '_' && !namesSize)
      values.report(input.name, nameAt(input.location, input.name))
          .note("every caller has to give this input");
  }
}

// ---- borders ----

void warnOfBorderWord(const ast::Expr* value, DiagnosticEngine& diags) {
  if (value && value->kind == ast::Expr::Choice)
    for (size_t i = 1; i < value->elements.size(); i += 2) {
      warnOfBorderWord(value->elements[i].get(), diags);
      if (i + 2 == value->elements.size()) warnOfBorderWord(value->elements[i + 1].get(), diags);
    }
  if (!value || value->kind != ast::Expr::Name || value->text != "reflect") return;
  diags.report(diag::AmbiguousBorder, value->location, value->text)
      .note("here, in OpenCV and in SciPy it repeats the outermost position: cba abcd dcb")
      .note("in NumPy, PyTorch and ONNX it does not, as `reflect101` here: dcb abcd cba")
      .fix("`symmetric` means the same and nothing else", value->location, "symmetric")
      .propose("`reflect101` is what NumPy, PyTorch and ONNX do", {{value->location, "reflect101"}});
}

void warnOfBorders(const Statements& body, DiagnosticEngine& diags) {
  walk(body, [&](const ast::Expr& expr) {
    if (expr.kind != ast::Expr::Call || !findOp(expr.text)) return;
    for (const ast::Argument& argument : expr.arguments)
      if (argument.name == "border") warnOfBorderWord(argument.value.get(), diags);
  });
}

} // namespace

void warnOfScript(const ast::File& file, DiagnosticEngine& diags) {
  for (const ast::Block& block : file.blocks) {
    warnOfUnused(block, diags);
    warnOfBorders(block.body, diags);
  }
  for (const ast::Pipeline& pipeline : file.pipelines) {
    warnOfUnused(pipeline, diags);
    warnOfBorders(pipeline.body, diags);
  }
}

} // namespace convoy::sema
