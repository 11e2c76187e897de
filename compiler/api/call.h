// One call of a program: shapes checked, memory placed, views copied where compiled code cannot take them.
//
//   fit -> checkMemory -> allocate -> execute, any number of times while fits() and checkMemory() hold
#pragma once
#include "api/convert.h"
#include "api/program.h"

namespace convoy::api {

// Views are always in the order of the ports, inputs first.

// What can be said without extents: element type, rank, whether it may be written.
Status checkType(const Program& program, size_t port, const AnyView& view);

// Run-time sizes and output extents from the extents of all inputs, without batch; extents[i] points at those
// of input i. Output extents come one after another.
struct BoundSizes {
  std::vector<int64_t> sizes, outputExtents;
};
Status bindSizes(const Program& program, const std::vector<const int64_t*>& extents, BoundSizes& bound);

class Call {
public:
  explicit Call(const Program& program) : program_(program), arguments_(program.portCount()) {}

  // Checks extents, strides and batch; types must be right. Forgets everything of before.
  Status fit(const AnyView* views);
  // Whether fit() would come to the same result.
  bool fits(const AnyView* views) const;

  // What to do where an output overlaps an input: compute it elsewhere and copy it, before allocate() only;
  // or refuse.
  enum class Overlap { Isolate, Refuse };
  Status checkMemory(const AnyView* views, Overlap overlap);

  // Also finds the size of the workspace, which depends on what is copied.
  Status allocate();
  int32_t execute(const AnyView* views, const convoy_executor* executor);

  int64_t workspaceBytes() const { return workspaceBytes_; }

private:
  struct Argument {
    AnyView view;         // data is not used
    MemoryRange reach;    // for data at 0
    bool bytes = false;   // an 8-bit image that the code takes as it is
    bool copied = false;  // the code gets dense planes of ours
    int64_t planesAt = 0; // where they are in the scratch memory, in bytes
  };
  Status checkBatch(const AnyView* views);
  Status checkOutputs();
  Status checkStrides(size_t port);
  MemoryRange rangeOf(size_t port, const AnyView& view) const;
  void* planes(const Argument& argument) const {
    return static_cast<char*>(scratch_.data()) + argument.planesAt;
  }
  size_t inputCount() const { return static_cast<size_t>(program_.code().input_count); }

  const Program& program_;
  std::vector<Argument> arguments_;
  BoundSizes bound_;
  int64_t batch_ = 1;
  int64_t workspaceBytes_ = 0;
  Memory scratch_; // workspace, then planes
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
  std::vector<int32_t> elements_;
};

// "3 x 480 x 640"
std::string shapeText(const int64_t* extents, int rank);

} // namespace convoy::api
