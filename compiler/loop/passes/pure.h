// Which instructions may be shared, moved or dropped. Private to loop/passes/.
#pragma once
#include "loop/ir.h"

namespace convoy::loop {

// Its results depend on its operands alone, and computing it can do no harm (divisors are positive by
// contract).
inline bool isPure(const Inst& inst) {
  switch (shapeOf(inst.op)) {
  case OpShape::Const:
  case OpShape::Unary:
  case OpShape::Binary:
  case OpShape::Ternary:
  case OpShape::Compare: return true;
  case OpShape::Special: break;
  }
  switch (inst.op) {
  case Op::Select:
  case Op::Dot:
  case Op::Cast:
  case Op::Bitcast:
  case Op::Splat:
  case Op::Iota:
  case Op::Mask:
  case Op::Shuffle:
  case Op::Extract:
  case Op::ReduceAdd:
  case Op::ReduceMax:
  case Op::Fill:
  case Op::Get:
  case Op::Set:
  case Op::Offset:
  case Op::Number: return true;
  default: return false;
  }
}

} // namespace convoy::loop
