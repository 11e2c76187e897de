// The counts of the ONNX backend tests as a page: a part of docs/onnx.md, between two marks.
#pragma once
#include "cases.h"

namespace convoy::onnx_tests {

struct Outcome {
  enum { Passed, Failed, NotApplicable } state = NotApplicable;
  std::string why; // of what did not pass
};

// What stands between the marks, from the first to the last one.
std::string tables(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes);

// Whether the page has these tables; `writes`: makes it so.
bool pageHas(const std::string& path, const std::string& tables, bool writes);

} // namespace convoy::onnx_tests
