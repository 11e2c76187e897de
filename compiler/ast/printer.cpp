// Stage `ast` as text: a node a line, children two blanks further in, with line:column of each.
#include "ast/ast.h"
#include "support/internal_error.h"
#include "support/text.h"

namespace convoy::ast {

const char* spelling(BinaryOp op) {
  switch (op) {
  case BinaryOp::Add: return "+";
  case BinaryOp::Sub: return "-";
  case BinaryOp::Mul: return "*";
  case BinaryOp::Div: return "/";
  case BinaryOp::Power: return "**";
  case BinaryOp::Less: return "<";
  case BinaryOp::LessEqual: return "<=";
  case BinaryOp::Greater: return ">";
  case BinaryOp::GreaterEqual: return ">=";
  case BinaryOp::Equal: return "==";
  case BinaryOp::NotEqual: return "!=";
  case BinaryOp::And: return "&&";
  case BinaryOp::Or: return "||";
  }
  internalError("a binary operator without a spelling");
}

namespace {

std::string sizeText(const std::vector<int64_t>& sizes) {
  std::string text;
  for (int64_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

// As it could be written in the language.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '{' || c == '}') result += c;
    result += c;
  }
  return escapeForTerminal(result + "\"");
}

// The node's own line; its children follow below it.
std::string headline(const Expr& expr) {
  switch (expr.kind) {
  case Expr::Int: return "int " + std::to_string(expr.integer);
  case Expr::Float: return "float " + numberText(expr.number);
  case Expr::Bool: return expr.boolean ? "bool true" : "bool false";
  case Expr::String: return "string " + quoted(expr.text);
  case Expr::SizeLiteral: return "size " + sizeText(expr.sizes);
  case Expr::List: return "list";
  case Expr::Name: return "name " + expr.text;
  case Expr::Unary: return expr.unary == UnaryOp::Minus ? "unary -" : "unary +";
  case Expr::Binary: return std::string("binary ") + spelling(expr.binary);
  case Expr::Call: return "call " + expr.text;
  case Expr::Pipe: return "pipe";
  case Expr::Record: return "record";
  case Expr::Index: return "index";
  case Expr::Choice: return "choice";
  case Expr::Comprehension: return "comprehension " + expr.text;
  case Expr::Interpolation: return "interpolation";
  }
  internalError("an expression of an unknown kind");
}

class Printer {
public:
  std::string print(const File& file) {
    if (file.weights) line("weights " + quoted(file.weights->path), file.weights->location);
    for (const Import& import : file.imports) line("import " + quoted(import.path), import.location);
    for (const Constant& constant : file.constants) {
      line("const " + constant.name, constant.nameLocation);
      Indent indent(*this);
      expression(*constant.value);
    }
    for (const Block& b : file.blocks) block(b);
    for (const Pipeline& p : file.pipelines) pipeline(p);
    return std::move(out_);
  }

private:
  // Indents what is printed during its life.
  struct Indent {
    explicit Indent(Printer& printer) : depth(printer.depth_) { ++depth; }
    ~Indent() { --depth; }
    size_t& depth;
  };

  void line(const std::string& text, Location where) {
    out_ += std::string(2 * depth_, ' ') + text;
    if (where.valid()) {
      SourceFile::Position at = where.file->position(where.begin);
      out_ += " <" + std::to_string(at.line) + ":" + std::to_string(at.column) + ">";
    }
    out_ += "\n";
  }

  void pipeline(const Pipeline& p) {
    line("pipeline " + p.name, p.nameLocation);
    Indent indent(*this);
    for (const Input& input : p.inputs) {
      line("input " + input.name, input.location);
      Indent inner(*this);
      type(input.type);
      fallback(input.fallback);
    }
    for (const Result& result : p.results) {
      line(result.name.empty() ? "result" : "result " + result.name, result.location);
      Indent inner(*this);
      if (result.type) type(*result.type);
    }
    for (const Statement& s : p.body) statement(s);
  }

  void fallback(const ExprPtr& value) {
    if (!value) return;
    line("default", value->location);
    Indent indent(*this);
    expression(*value);
  }

  void block(const Block& b) {
    line("block " + b.name, b.nameLocation);
    Indent indent(*this);
    for (const Parameter& parameter : b.parameters) {
      line("parameter " + parameter.name, parameter.location);
      Indent inner(*this);
      if (parameter.type) type(*parameter.type);
      fallback(parameter.fallback);
    }
    for (const Statement& s : b.body) statement(s);
  }

  void type(const TypeExpr& t) {
    line("type " + t.name + (t.bracketed ? "[]" : ""), t.location);
    Indent indent(*this);
    for (const ExprPtr& dimension : t.dimensions) expression(*dimension);
  }

  void statement(const Statement& s) {
    switch (s.kind) {
    case Statement::Bind: {
      std::string names;
      for (const std::string& name : s.names) names += (names.empty() ? " " : ", ") + name;
      line("bind" + names, s.location);
      break;
    }
    case Statement::Return: line("return", s.location); break;
    case Statement::For: line("for " + s.names[0], s.location); break;
    case Statement::If: line("if", s.location); break;
    }
    Indent indent(*this);
    if (s.value) expression(*s.value);
    if (s.kind == Statement::For) range(s.range);
    for (const Statement& each : s.body) statement(each);
    for (const Branch& branch : s.branches) {
      line(branch.condition ? "when" : "else", branch.location);
      Indent inner(*this);
      if (branch.condition) expression(*branch.condition);
      for (const Statement& each : branch.body) statement(each);
    }
  }

  void range(const Range& range) {
    line(range.last ? "range" : "each of", range.first->location);
    Indent indent(*this);
    expression(*range.first);
    if (range.last) expression(*range.last);
  }

  void expression(const Expr& expr) {
    line(headline(expr), expr.location);
    Indent indent(*this);
    if (expr.kind == Expr::Comprehension) range(expr.range);
    for (const ExprPtr& element : expr.elements) expression(*element);
    for (const Argument& argument : expr.arguments) {
      line(argument.name ? "argument " + *argument.name : "argument", argument.location);
      Indent inner(*this);
      expression(*argument.value);
    }
  }

  std::string out_;
  size_t depth_ = 0;
};

} // namespace

std::string print(const File& file) { return Printer().print(file); }

} // namespace convoy::ast
