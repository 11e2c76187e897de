// Compiled code called without the C++ API, for comparison.
#pragma once
#include <functional>
#include <memory>
#include <string>

// A call of the pipeline's entry function with everything prepared; for one input and one output.
std::function<void()> directCall(const std::string& script, const float* input, float* output, long width);
