// Loop IR as text. i64 constants stand as literals where they are used.
#include "loop/ir.h"
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

namespace convoy::loop {

namespace {

std::string floatText(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char text[40];
  for (int digits : {6, 9, 17}) {
    std::snprintf(text, sizeof text, "%.*g", digits, number);
    if (std::strtod(text, nullptr) == number) break;
  }
  std::string s = text;
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return s;
}

class Printer {
public:
  // `lines` may be null; `firstLine`: that of the function.
  explicit Printer(bool structural, LineNumbers* lines = nullptr, uint32_t firstLine = 1)
      : structural_(structural), lines_(lines), line_(firstLine) {}

  std::string run(const Function& f) {
    number(&f);
    out_ = f.exported ? "export func @" : "func @";
    out_ += structural_ ? "_" : f.name;
    out_ += "(";
    for (size_t i = 0; i < f.parameters.size(); ++i)
      out_ += (i ? ", " : "") + name(f.parameters[i]) + ": " + f.parameters[i]->type.str();
    out_ += ")";
    for (size_t i = 0; i < f.results.size(); ++i) out_ += (i ? ", " : " -> ") + f.results[i].str();
    out_ += " {\n";
    ++line_;
    block(f.body, 1);
    return out_ + "}\n";
  }
  uint32_t line() const { return line_; } // afterwards: of the closing brace

private:
  void number(const void* what) {
    if (lines_) (*lines_)[what] = line_;
  }

  std::string name(const Value* v) {
    if (!structural_) return "%" + v->name;
    auto [it, isNew] = numbers_.emplace(v, numbers_.size());
    return "%" + std::to_string(it->second);
  }

  static bool isLiteral(const Inst& inst) { return inst.op == Op::Const && inst.results[0]->type.isIndex(); }

  std::string use(const Value* v) {
    if (v->def && isLiteral(*v->def)) return std::to_string(v->def->ints[0]);
    return name(v);
  }

  std::string list(const std::vector<Value*>& values, size_t from = 0) {
    std::string s;
    for (size_t i = from; i < values.size(); ++i) s += (i > from ? ", " : "") + use(values[i]);
    return s;
  }

  std::string address(const Inst& inst) {
    Address a = addressOf(inst);
    std::string s = use(a.pointer) + "[";
    bool first = true;
    for (size_t i = 0; i < a.indices.size(); ++i) {
      s += (first ? "" : " + ") + use(a.indices[i]);
      if (inst.ints[1 + i] != 1) s += " * " + std::to_string(inst.ints[1 + i]);
      first = false;
    }
    if (first)
      s += std::to_string(inst.ints[0]);
    else if (inst.ints[0] != 0)
      s += (inst.ints[0] < 0 ? " - " : " + ") + std::to_string(std::abs(inst.ints[0]));
    return s + "]";
  }

  void block(const Block& b, int depth) {
    for (const auto& inst : b.insts)
      if (!isLiteral(*inst)) instruction(*inst, depth);
  }

  void body(const Block& b, int depth) {
    out_ += " {\n";
    ++line_;
    block(b, depth + 1);
    out_ += std::string(static_cast<size_t>(depth) * 2, ' ') + "}";
  }

  std::string carried(const Inst& inst, size_t firstInit) {
    if (inst.results.empty()) return "";
    std::string s = " carry (";
    for (size_t i = 0; i < inst.results.size(); ++i)
      s += (i ? ", " : "") + name(inst.blocks[0]->arguments[1 + i]) + " = " +
           use(inst.operands[firstInit + i]);
    return s + ")";
  }

  void instruction(const Inst& inst, int depth) {
    if (inst.op == Op::Yield && inst.operands.empty()) return;
    number(&inst);
    out_ += std::string(static_cast<size_t>(depth) * 2, ' ');
    for (size_t i = 0; i < inst.results.size(); ++i)
      out_ += name(inst.results[i]) + (i + 1 < inst.results.size() ? ", " : " = ");
    out_ += textOf(inst.op);
    operands(inst, depth);
    out_ += "\n";
    ++line_;
  }

  void operands(const Inst& inst, int depth) {
    switch (inst.op) {
    case Op::Const: {
      const Type& t = inst.results[0]->type;
      out_ +=
          " " + t.str() + " " + (isFloat(t.scalar) ? floatText(inst.number) : std::to_string(inst.ints[0]));
      break;
    }
    case Op::Cast:
    case Op::Bitcast:
    case Op::Splat:
    case Op::Mask:
    case Op::Fill: out_ += " " + inst.results[0]->type.str() + " " + list(inst.operands); break;
    case Op::Iota:
    case Op::TileZero: out_ += " " + inst.results[0]->type.str(); break;
    case Op::Shuffle:
      out_ += " " + use(inst.operands[0]) + ", " + use(inst.operands[1]) + " [";
      for (size_t i = 0; i < inst.ints.size(); ++i) out_ += (i ? ", " : "") + std::to_string(inst.ints[i]);
      out_ += "]";
      if (inst.operands.size() > 2) out_ += " + " + use(inst.operands[2]);
      break;
    case Op::Extract: out_ += " " + use(inst.operands[0]) + "[" + std::to_string(inst.ints[0]) + "]"; break;
    case Op::Get: out_ += " " + use(inst.operands[0]) + "[" + list(inst.operands, 1) + "]"; break;
    case Op::Set:
      out_ += " " + use(inst.operands[0]) + "[" + list(inst.operands, 2) + "] = " + use(inst.operands[1]);
      break;
    case Op::Offset:
    case Op::Prefetch:
    case Op::PrefetchFar: out_ += std::string(" ") + nameOf(inst.type.scalar) + " " + address(inst); break;
    case Op::Load:
      out_ += " " + inst.type.str() + " " + address(inst);
      if (inst.masked)
        out_ +=
            " mask " + use(inst.operands[inst.operands.size() - 2]) + " else " + use(inst.operands.back());
      break;
    case Op::Store:
    case Op::Stream:
      out_ += " " + use(inst.operands[0]) + ", " + address(inst);
      if (inst.masked) out_ += " mask " + use(inst.operands.back());
      break;
    case Op::Gather:
      out_ +=
          " " + inst.results[0]->type.str() + " " + use(inst.operands[0]) + "[" + use(inst.operands[1]) + "]";
      break;
    case Op::Stack: out_ += " " + std::to_string(inst.ints[0]); break;
    case Op::TileLoad:
      out_ += " " + inst.type.str() + " " + address(inst) + ", " + use(inst.operands[0]);
      break;
    case Op::TileStore:
      out_ += " " + use(inst.operands[0]) + ", " + nameOf(inst.type.scalar) + " " + address(inst) + ", " +
              use(inst.operands[1]);
      break;
    case Op::For:
      out_ += " " + name(inst.blocks[0]->arguments[0]) + " = " + use(inst.operands[0]) + " to " +
              use(inst.operands[1]);
      if (inst.ints[0] != 1) out_ += " step " + std::to_string(inst.ints[0]);
      out_ += carried(inst, 2);
      body(*inst.blocks[0], depth);
      break;
    case Op::Unroll:
      out_ += " " + name(inst.blocks[0]->arguments[0]) + " = " + std::to_string(inst.ints[1]) + " to " +
              std::to_string(inst.ints[2]);
      if (inst.ints[0] != 1) out_ += " step " + std::to_string(inst.ints[0]);
      out_ += carried(inst, 0);
      body(*inst.blocks[0], depth);
      break;
    case Op::If:
      out_ += " " + use(inst.operands[0]);
      body(*inst.blocks[0], depth);
      if (inst.blocks[1]->insts.size() > 1 || !inst.results.empty()) {
        out_ += " else";
        body(*inst.blocks[1], depth);
      }
      break;
    case Op::Call: out_ += " @" + inst.callee + "(" + list(inst.operands) + ")"; break;
    case Op::Parallel:
      for (size_t i = 0; i < 3; ++i) out_ += (i ? ", " : " ") + use(inst.operands[i]);
      out_ += ", @" + inst.callee + "(" + list(inst.operands, 3) + ")";
      if (!inst.ints.empty()) out_ += " step " + std::to_string(inst.ints[0]);
      break;
    default: // the plain ones: operands in order
      if (!inst.operands.empty()) out_ += " " + list(inst.operands);
    }
  }

  bool structural_;
  LineNumbers* lines_;
  uint32_t line_;
  std::string out_;
  std::unordered_map<const Value*, size_t> numbers_;
};

} // namespace

std::string print(const Function& function) { return Printer(false).run(function); }
std::string structuralKey(const Function& function) { return Printer(true).run(function); }

std::string print(const Module& module, LineNumbers* lines) {
  std::string s;
  uint32_t line = 1;
  for (const auto& f : module.functions) {
    Printer printer(false, lines, line);
    s += (s.empty() ? "" : "\n") + printer.run(*f);
    line = printer.line() + 2; // an empty line is between them
  }
  return s;
}

} // namespace convoy::loop
