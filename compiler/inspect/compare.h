// Values of compiled code beside those of the reference.
#pragma once
#include "reference/interpreter.h"
#include "schedule/schedule.h"

namespace convoy::inspect {

// A value as compiled code left it: [batch][dims...], float32.
struct Computed {
  const float* numbers = nullptr; // null: nobody stored it
  int64_t batch = 1;
};

// How near one value is to the reference's.
struct Comparison {
  std::string name;           // of the layer or the result
  std::vector<int64_t> shape; // of one item
  // Of the element that is nearest to its bound, or furthest beyond it.
  double error = 0, bound = 0;
  double largest = 0; // error of all, whatever their bounds, and
  std::vector<int64_t> largestAt;
  int64_t wrong = 0; // elements that are beyond their bound
  // The first of these: the item, then the index along each axis.
  std::vector<int64_t> at;
  double expected = 0, actual = 0, allowed = 0;
  bool good() const { return wrong == 0; }
};

// NaN agrees with NaN. An element is within its bound also when it is the reference's number as float32.
Comparison compare(const std::string& name, const reference::Tensor& expected,
                   const reference::Tensor& bounds, const float* actual);

// Each kernel's result beside the reference's for the values that the kernel got: those that compiled code
// stored (`values`, by ValueId; inputs and the results of all kernels before it). So an error is found where
// it is made, and bounds do not grow from kernel to kernel. One comparison for each kernel that is no
// conversion, in the schedule's order.
std::vector<Comparison> compareKernels(const graph::Graph& graph, const schedule::Schedule& schedule,
                                       const std::vector<Computed>& values,
                                       const std::map<std::string, int64_t>& sizes);

} // namespace convoy::inspect
