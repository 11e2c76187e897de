// What LLVM says about a text, in words for people who edit one.
#pragma once
#include <string>
#include <string_view>

namespace convoy {

struct LlvmReason {
  std::string what; // a clause of a sentence
  std::string note; // LLVM's reason, where no words are known for it; else empty
};

// `message` of LLVM's parser.
LlvmReason explainLlvm(std::string_view message);

} // namespace convoy
