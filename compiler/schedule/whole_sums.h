// Sums of products of bytes, and the whole numbers that a quantized convolution makes of them. Private to
// schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

// Bytes stand for numbers with a zero z (blocks.h), so that sum (x - z) w is sum x w less z sum w: the sums
// of a filter's weights are made when weights are packed, and every sum begins without them.
class WholeSums {
public:
  explicit WholeSums(KernelBuilder& k);
  // Declares what is read. Before the loops.
  void declare();
  // What sums of a vector of filters begin with, i32; any number behind the last vector.
  Reg start(Reg block);
  // The results of sums that begin with nothing and are whole numbers in float32.
  Reg resultOfExact(Reg sums, Reg block) {
    return result(b_.add(start(block), b_.cast(whole_, sums)), block);
  }
  // The results of such sums, as float32.
  Reg result(Reg sums, Reg block);

private:
  Reg existing(Reg block);
  Reg numbers(Reg pointer, Reg block);
  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  int64_t zero_;
  loop::Type whole_;
  Reg multiplier_ = nullptr, bias_ = nullptr, weightSums_ = nullptr;
};

} // namespace convoy::schedule
