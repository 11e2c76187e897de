// The works that are measured: pipelines of bench/works/ and of examples/networks/, under the names that they
// have in bench/peers/works.py.
#pragma once
#include "driver/measurable.h"

namespace convoy::bench {

struct WorkItem {
  std::string name;           // "B03_r50_3x3_64_56", "F1_gauss3 4096x4096"
  std::string file, pipeline; // the script, and which of its pipelines
  std::vector<std::pair<std::string, int64_t>> sizes;
  bool singleLayer = false; // its kernel is measured in blocks, whatever the program works in
};

std::vector<WorkItem> allWorks();

// Compiled for `cpu` (empty: this machine) with random parameters, with its inputs. A work that does not
// compile ends the program.
std::unique_ptr<driver::Measurable> compileWork(const WorkItem& item, const std::string& cpu, int threads,
                                                int64_t batch, schedule::LayoutChoice layouts);

} // namespace convoy::bench
