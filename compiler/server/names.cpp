#include "server/names.h"
#include "format/tokens.h"
#include <algorithm>
#include <set>

namespace convoy::server {

namespace {

// The text with every run of blanks as one, up to a length that fits a line.
std::string onOneLine(std::string_view text) {
  constexpr size_t longest = 200;
  std::string line;
  for (const format::Token& token : format::tokenize(text)) {
    if (token.kind == format::Token::Comment || token.kind == format::Token::End) continue;
    const auto at = static_cast<size_t>(token.text.data() - text.data());
    const bool blankBefore = at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n' || text[at - 1] == '\t');
    if (blankBefore && !line.empty() && line.back() != '(' && !token.is(")")) line += ' ';
    line += token.text;
    if (line.size() > longest) return line.substr(0, longest) + " ...";
  }
  return line;
}

std::string headOf(Location whole, bool braces) {
  std::string_view text = whole.file->text().substr(whole.begin, whole.end - whole.begin);
  if (braces)
    for (const format::Token& token : format::tokenize(text))
      if (token.is("{")) {
        text = text.substr(0, static_cast<size_t>(token.text.data() - text.data()));
        break;
      }
  return onOneLine(text);
}

// The place of the closing brace for each opening one.
std::map<uint32_t, uint32_t> bracePairs(std::string_view text) {
  std::map<uint32_t, uint32_t> pairs;
  std::vector<uint32_t> open;
  for (const format::Token& token : format::tokenize(text)) {
    const auto at = static_cast<uint32_t>(token.text.data() - text.data());
    if (token.is("{")) open.push_back(at);
    if (token.is("}") && !open.empty()) {
      pairs[open.back()] = at;
      open.pop_back();
    }
  }
  return pairs;
}

Location nameAt(Location start, const std::string& name) {
  return {start.file, start.begin, start.begin + static_cast<uint32_t>(name.size())};
}

bool contains(Location where, uint32_t offset) { return where.begin <= offset && offset <= where.end; }

} // namespace

// Fills a Names from the tree.
class NameWalker {
public:
  NameWalker(Names& names, const SourceFile& file)
      : names_(names), file_(file), braces_(bracePairs(file.text())) {}

  void definitions(const ast::File& file) {
    const auto end = static_cast<uint32_t>(file_.text().size());
    for (const ast::Constant& each : file.constants)
      names_.add({Declaration::Constant, each.name, each.nameLocation, 0, end, headOf(each)});
    for (const ast::Block& each : file.blocks)
      names_.add({Declaration::Block, each.name, each.nameLocation, 0, end, headOf(each)});
    for (const ast::Pipeline& each : file.pipelines)
      names_.add({Declaration::Pipeline, each.name, each.nameLocation, 0, end, headOf(each)});
  }

  void bodies(const ast::File& file) {
    for (const ast::Import& each : file.imports) {
      names_.mentions_.push_back({Mention::Import, each.path, each.location, "", each.file});
    }
    for (const ast::Constant& each : file.constants) expression(each.value.get());
    for (const ast::Block& each : file.blocks) {
      end_ = each.location.end;
      for (const ast::Parameter& parameter : each.parameters) {
        expression(parameter.fallback.get());
        declare(Declaration::Parameter, parameter.name, nameAt(parameter.location, parameter.name),
                parameter.location.end, written(parameter.location));
      }
      statements(each.body);
    }
    for (const ast::Pipeline& each : file.pipelines) {
      end_ = each.location.end;
      for (const ast::Input& input : each.inputs) {
        sizes(input.type);
        expression(input.fallback.get());
        declare(Declaration::Input, input.name, nameAt(input.location, input.name), input.location.end,
                written(input.location));
      }
      for (const ast::Result& result : each.results)
        if (result.type)
          for (const ast::ExprPtr& size : result.type->dimensions) expression(size.get());
      statements(each.body);
    }
  }

private:
  std::string written(Location where) const {
    return onOneLine(file_.text().substr(where.begin, where.end - where.begin));
  }

  void declare(Declaration::Kind kind, const std::string& name, Location where, uint32_t from,
               std::string detail = "") {
    names_.add({kind, name, where, from, end_, std::move(detail)});
  }

  // A name in the type of an input is a size that the first input with it declares.
  void sizes(const ast::TypeExpr& type) {
    for (const ast::ExprPtr& size : type.dimensions) {
      if (!size) continue;
      const bool image = type.name == "image" && &size == &type.dimensions.front();
      if (size->kind != ast::Expr::Name || size->text == "_" || image) continue;
      if (names_.resolve(size->text, size->location.begin))
        expression(size.get());
      else
        declare(Declaration::Size, size->text, size->location, size->location.end);
    }
  }

  void statements(const std::vector<ast::Statement>& list) {
    for (const ast::Statement& each : list) statement(each);
  }

  void statement(const ast::Statement& each) {
    switch (each.kind) {
    case ast::Statement::Return: return expression(each.value.get());
    case ast::Statement::Bind:
      expression(each.value.get());
      for (size_t i = 0; i < each.names.size(); ++i) {
        // What is bound before is bound anew: as long as that.
        const Declaration* before = names_.resolve(each.names[i], each.nameLocations[i].begin);
        const uint32_t until = before && before->kind == Declaration::Variable ? before->to : 0;
        declare(Declaration::Variable, each.names[i], each.nameLocations[i], each.location.end);
        names_.declarations_.back().to = std::max(end_, until);
      }
      return;
    case ast::Statement::For: {
      range(each.range);
      const uint32_t outer = end_;
      const auto body = braces_.lower_bound(each.location.end);
      if (body != braces_.end()) end_ = body->second;
      declare(Declaration::LoopVariable, each.names[0], each.nameLocations[0], each.location.end);
      statements(each.body);
      end_ = outer;
      return;
    }
    case ast::Statement::If:
      for (const ast::Branch& branch : each.branches) {
        expression(branch.condition.get());
        statements(branch.body);
      }
      return;
    }
  }

  void range(const ast::Range& range) {
    expression(range.first.get());
    expression(range.last.get());
  }

  void call(const ast::Expr& expr) {
    names_.mentions_.push_back({Mention::Callee, expr.text, expr.calleeLocation, "", nullptr});
    for (const ast::Argument& argument : expr.arguments) {
      if (argument.name)
        names_.mentions_.push_back(
            {Mention::Attribute, *argument.name, argument.nameLocation, expr.text, nullptr});
      expression(argument.value.get());
    }
  }

  // A comprehension's variable stands behind the element that uses it.
  void comprehension(const ast::Expr& expr) {
    range(expr.range);
    const uint32_t outer = end_;
    end_ = expr.location.end;
    uint32_t at =
        expr.elements.empty() || !expr.elements[0] ? expr.location.begin : expr.elements[0]->location.end;
    for (const format::Token& token : format::tokenize(file_.text().substr(at, expr.location.end - at)))
      if (token.text == expr.text) {
        at = static_cast<uint32_t>(token.text.data() - file_.text().data());
        break;
      }
    declare(Declaration::LoopVariable, expr.text, nameAt({&file_, at, at}, expr.text), expr.location.begin);
    for (const ast::ExprPtr& element : expr.elements) expression(element.get());
    end_ = outer;
  }

  void expression(const ast::Expr* expr) {
    // A chain of |> leans to the left, and may be longer than the stack is deep.
    std::vector<const ast::Expr*> targets;
    for (; expr && expr->kind == ast::Expr::Pipe; expr = expr->elements[0].get())
      targets.push_back(expr->elements[1].get());
    inner(expr);
    for (auto target = targets.rbegin(); target != targets.rend(); ++target)
      if (*target) call(**target);
  }

  void inner(const ast::Expr* expr) {
    if (!expr) return;
    switch (expr->kind) {
    case ast::Expr::Name:
      names_.mentions_.push_back({Mention::Name, expr->text, expr->location, "", nullptr});
      return;
    case ast::Expr::Call: return call(*expr);
    case ast::Expr::Comprehension: return comprehension(*expr);
    case ast::Expr::Record:
      for (const ast::Argument& argument : expr->arguments) expression(argument.value.get());
      return;
    case ast::Expr::Int:
    case ast::Expr::Float:
    case ast::Expr::Bool:
    case ast::Expr::String:
    case ast::Expr::SizeLiteral: return;
    case ast::Expr::List:
    case ast::Expr::Unary:
    case ast::Expr::Binary:
    case ast::Expr::Pipe:
    case ast::Expr::Index:
    case ast::Expr::Choice:
    case ast::Expr::Interpolation:
      for (const ast::ExprPtr& element : expr->elements) expression(element.get());
      return;
    }
  }

  Names& names_;
  const SourceFile& file_;
  const std::map<uint32_t, uint32_t> braces_;
  uint32_t end_ = 0; // of what is being declared
};

const char* nameOf(Declaration::Kind kind) {
  switch (kind) {
  case Declaration::Pipeline: return "pipeline";
  case Declaration::Block: return "block";
  case Declaration::Constant: return "constant";
  case Declaration::Input: return "input";
  case Declaration::Parameter: return "parameter";
  case Declaration::Variable: return "value";
  case Declaration::LoopVariable: return "loop variable";
  case Declaration::Size: return "size";
  }
  return "";
}

std::string headOf(const ast::Block& block) { return headOf(block.location, true); }
std::string headOf(const ast::Pipeline& pipeline) { return headOf(pipeline.location, true); }
std::string headOf(const ast::Constant& constant) { return headOf(constant.location, false); }

Names::Names(const ast::File& file) : file_(file.source) {
  NameWalker walker(*this, *file.source);
  // Of imported files the definitions alone, and of those that `file` itself imports.
  for (const ast::Import& import : file.imports)
    if (import.file) walker.definitions(*import.file);
  walker.definitions(file);
  walker.bodies(file);
}

const Mention* Names::mentionAt(uint32_t offset) const {
  const Mention* best = nullptr; // the shortest: an import's path holds no other
  for (const Mention& each : mentions_)
    if (contains(each.location, offset) && (!best || each.location.begin >= best->location.begin))
      best = &each;
  return best;
}

const Declaration* Names::declarationAt(uint32_t offset) const {
  for (const Declaration& each : declarations_)
    if (each.location.file == file_ && contains(each.location, offset)) return &each;
  return nullptr;
}

void Names::add(Declaration declaration) {
  byName_[declaration.name].push_back(declarations_.size());
  declarations_.push_back(std::move(declaration));
}

const Declaration* Names::resolve(const std::string& name, uint32_t offset) const {
  const auto found = byName_.find(name);
  if (found == byName_.end()) return nullptr;
  for (auto index = found->second.rbegin(); index != found->second.rend(); ++index) {
    const Declaration& each = declarations_[*index];
    if (each.from <= offset && offset < each.to) return &each;
  }
  return nullptr;
}

const Declaration* Names::target(const Mention& mention) const {
  if (mention.kind == Mention::Name) return resolve(mention.text, mention.location.begin);
  const auto found = byName_.find(mention.text);
  if (mention.kind != Mention::Callee || found == byName_.end()) return nullptr;
  for (auto index = found->second.rbegin(); index != found->second.rend(); ++index) {
    const Declaration& each = declarations_[*index];
    if (each.kind == Declaration::Block || each.kind == Declaration::Pipeline) return &each;
  }
  return nullptr;
}

std::vector<const Declaration*> Names::visibleAt(uint32_t offset) const {
  std::vector<const Declaration*> visible;
  std::set<std::string> seen;
  for (auto each = declarations_.rbegin(); each != declarations_.rend(); ++each)
    if (each->from <= offset && offset < each->to && seen.insert(each->name).second)
      visible.push_back(&*each);
  return visible;
}

} // namespace convoy::server
