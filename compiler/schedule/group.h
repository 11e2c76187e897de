// The function that drives a group of kernels over strips of rows (strips.h). Private to schedule/.
#pragma once
#include "schedule/memory.h"

namespace convoy::schedule {

// A program whose kernels exist and whose memory is planned, for which drivers are made.
struct GroupParts {
  loop::Module& module;
  const Graph& graph;
  const Schedule& schedule;
  const Storage& storage;
  const Images& images;
  const MemoryPlan& plan;
  const ProgramCalls& calls;
  std::string mover; // the function of moveRows
};

// Makes the driver of a group, `name`. It is
//
//   func @name(%begin: i64, %end: i64, %sizes: ptr, what the kernels are given...)
//
// and computes parts begin..end of some strips of all items, of which there are as many as threads; each part
// has rings of its own. `onBytes`: its kernels run on bytes, where they can.
KernelCall driveGroup(GroupParts& program, size_t group, const std::string& name, bool onBytes);

// func @name(%ring: ptr, %planes: i64, %plane: i64, %shift: i64, %count: i64): in each plane `count` elements
// move to its beginning, from `shift` on.
void moveRows(loop::Function& function, int64_t lanes);

} // namespace convoy::schedule
