// The C header of a compiled pipeline.
#pragma once
#include "codegen/descriptor.h"
#include <string>
#include <vector>

namespace convoy {

struct HeaderRequest {
  const PipelineDescription& pipeline;
  std::vector<std::string> inputTypes, outputTypes; // to read: "image[rgb, H, W]"
  std::string triple;                               // what the code is for
  bool runtime = true;                              // declare what libconvoy_runtime.a has
};

// C99 and C++, needs no other file: runtime.h is in it, under its own guards.
std::string makeHeader(const HeaderRequest& request);

// The text of convoy/runtime.h.
const char* runtimeHeader();
// Its part that needs no library: types and status numbers.
std::string abiHeader();

} // namespace convoy
