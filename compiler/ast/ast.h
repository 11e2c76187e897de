// What the user wrote, with locations. No meaning yet: names are not resolved, layers are not known.
#pragma once
#include "support/source.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace convoy::ast {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Argument {
  std::optional<std::string> name; // `stride: 2`
  ExprPtr value;
  Location location, nameLocation;
};

// What a loop runs over: `first..last`, which leaves out the last, or a list (then `last` is null).
struct Range {
  ExprPtr first, last;
};

enum class UnaryOp { Minus, Plus };
enum class BinaryOp {
  Add,
  Sub,
  Mul,
  Div,
  Power,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Equal,
  NotEqual,
  And,
  Or
};
const char* spelling(BinaryOp op);

struct Expr {
  enum Kind {
    Int,           // integer
    Float,         // number
    Bool,          // boolean
    String,        // text
    SizeLiteral,   // sizes: `5x5` is {5, 5}
    List,          // elements
    Name,          // text
    Unary,         // unary, elements[0]
    Binary,        // binary, elements[0], elements[1]
    Call,          // text is the callee, arguments
    Pipe,          // elements[0] |> elements[1]; the right side is a Name or a Call
    Record,        // arguments: `(low: l, high: h)`, the value of a return
    Index,         // elements[0] is indexed by the others in turn: `list[1][2]`
    Choice,        // `if a { x } else if b { y } else { z }`: condition, value, condition, value, ..., value
    Comprehension, // `[elements[0] for text in range]`
    Interpolation, // elements in turn: a String, a value, a String, ... of "layer{i}.{j}"
  } kind;
  Location location;
  int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::string text;
  std::vector<int64_t> sizes;
  std::vector<ExprPtr> elements;
  std::vector<Argument> arguments;
  Location calleeLocation; // Call and Pipe's right side: the name alone
  UnaryOp unary{};
  BinaryOp binary{};
  Range range; // Comprehension
};

// A dimension of a written type: a number, a name, `_`, or an expression (result types only).
struct TypeExpr {
  std::string name;                // "tensor", "image", "float"
  std::vector<ExprPtr> dimensions; // a Name "_" is an unnamed size; image[rgb, H, W] has the Name "rgb" first
  bool bracketed = false;          // `tensor` alone may stand for a result
  Location location;
};

struct Input {
  std::string name;
  TypeExpr type;
  ExprPtr fallback; // `level: float = 0.5`, may be null
  Location location;
};

struct Result {
  std::string name; // empty for a single unnamed result
  std::optional<TypeExpr> type;
  Location location;
};

struct Statement;

// One arm of an `if` statement.
struct Branch {
  ExprPtr condition; // null for `else`
  std::vector<Statement> body;
  Location location; // of `if` or `else`
};

struct Statement {
  enum Kind { Bind, Return, For, If } kind;
  std::vector<std::string> names; // Bind: `x = ...` or `low, high = ...`; For: the variable
  std::vector<Location> nameLocations;
  ExprPtr value; // Bind, Return
  Location location;
  Range range;                  // For
  std::vector<Statement> body;  // For
  std::vector<Branch> branches; // If
};

struct Pipeline {
  std::string name;
  std::vector<Input> inputs;
  std::vector<Result> results; // empty when omitted
  std::vector<Statement> body;
  Location location, nameLocation;
};

// `x`, `filters: int`, `stride: int = 1`. Without a type it is a tensor.
struct Parameter {
  std::string name;
  std::optional<TypeExpr> type;
  ExprPtr fallback; // may be null
  Location location;
};

struct Block {
  std::string name;
  std::vector<Parameter> parameters;
  std::vector<Statement> body;
  Location location, nameLocation;
};

struct Constant {
  std::string name;
  ExprPtr value;
  Location location, nameLocation;
};

struct File;

struct Import {
  std::string path; // as written
  Location location;
  const File* file = nullptr; // found by loadImports()
};

// `weights "digits.safetensors"`: where the parameters' values are.
struct Weights {
  std::string path; // as written: relative to the script's folder
  Location location, pathLocation;
};

struct File {
  const SourceFile* source = nullptr;
  std::optional<Weights> weights;
  std::vector<Import> imports;
  std::vector<Constant> constants;
  std::vector<Block> blocks;
  std::vector<Pipeline> pipelines;
  std::vector<std::unique_ptr<File>> imported; // of the main file: every file that was imported, each once
};

// Stage `ast`: an indented tree, a node a line, with line:column.
std::string print(const File& file);

} // namespace convoy::ast
