// Which algorithm can work in which layout, and leave its result in which.
#include "schedule/kernel_rules.h"
#include "schedule/separable.h"
#include "schedule/transposed.h"
#include "schedule/winograd.h"
#include <algorithm>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

namespace {

class FormRules : KernelRules {
public:
  FormRules(const Graph& graph, const Kernel& kernel, int lanes) : KernelRules(graph, kernel, lanes) {}

  std::vector<Fault> run() {
    if (kernel_.algorithm == Algorithm::Reorder) {
      reorder();
    } else if (fitting() && inWholeUnits()) {
      tailAllowed();
      layout();
      if (inBlocks(kernel_.layout)) blocked();
      if (unitChannels(kernel_.layout) > 1 && faults_.empty()) units();
      if (kernel_.writes) writes();
    }
    return std::move(faults_);
  }

private:
  void reorder() {
    if (kernel_.nodes.size() != 1) fault(Part::Layers, "a conversion has one value");
    if (kernel_.writes) fault(Part::Writes, "a conversion writes the layout that it names");
    if (kernel_.layout == Layout::Int8 && !anchor_.type.quantized())
      fault(Part::Layout, "'" + anchor_.name + "' has no 8-bit numbers");
  }

  bool fitting() {
    const std::vector<Algorithm> all = algorithmsFor(anchor_.op);
    if (std::count(all.begin(), all.end(), kernel_.algorithm) > 0) return true;
    std::vector<std::string> names;
    for (Algorithm algorithm : all) names.push_back(nameOf(algorithm));
    fault(Part::Algorithm, op() + " cannot be computed as " + nameOf(kernel_.algorithm),
          "it can be computed as " + listed(names, "or"));
    return false;
  }

  bool inWholeUnits() {
    const bool wants = opInfo(anchor_.op).elements == Elements::Whole && kernel_.layout != Layout::Int8 &&
                       (kernel_.algorithm == Algorithm::Window || kernel_.algorithm == Algorithm::Dense) &&
                       !(kernel_.layout == Layout::Blocked && isExactInFloat32(graph_, anchor_));
    if (wants)
      fault(Part::Layout, op() + " is a " + nameOf(kernel_.algorithm) + " kernel in int8 layout only");
    return !wants;
  }

  void tailAllowed() {
    if (kernel_.nodes.size() > 1 && !takesTail(kernel_.algorithm))
      fault(Part::Layers, std::string("nothing can be fused behind ") + nameOf(kernel_.algorithm));
    const std::optional<size_t> pool = pooledBy(graph_, kernel_);
    for (size_t i = 1; i < kernel_.nodes.size(); ++i)
      if (const Value& node = graph_.value(kernel_.nodes[i]);
          !opInfo(node.op).isElementwise() && i != pool && !isFilter(kernel_.nodes[i]))
        fault(Part::Layers, "'" + node.name + "' is not element-wise and cannot be fused behind " +
                                nameOf(kernel_.algorithm));
  }

  bool isFilter(graph::ValueId id) const {
    return kernel_.algorithm == Algorithm::Separable && sharesPicture(graph_, kernel_.anchor(), id);
  }

  void layout() {
    switch (kernel_.algorithm) {
    case Algorithm::Window: return windowLayout();
    case Algorithm::Winograd:
      if (kernel_.layout != Layout::Blocked) fault(Part::Layout, "winograd works in blocked layout");
      if (!canUseWinograd(graph_, anchor_))
        fault(Part::Algorithm,
              "winograd needs a 3x3 kernel, steps of 1, one group, a border of zeros whose width is "
              "known, and several channels");
      return;
    case Algorithm::Transposed:
      if (inBlocks(kernel_.layout) && !canBlockTransposed(graph_, anchor_, lanes_))
        fault(Part::Layout, "blocked layout needs whole vectors of channels in each group, and at most " +
                                std::to_string(mostPhases) + " phases");
      return;
    case Algorithm::Separable:
      if (kernel_.layout != Layout::Planar) fault(Part::Layout, "separable kernels work in planar layout");
      if (!separate(graph_, anchor_))
        fault(Part::Algorithm, "its kernel is not one that can be taken apart into a column and a row");
      return;
    case Algorithm::Tiles:
      if (unitChannels(kernel_.layout) == 1)
        fault(Part::Layout, "matrix tiles hold bf16, split or int8 numbers");
      return;
    case Algorithm::Dense:
      if (inBlocks(kernel_.layout) && unitChannels(kernel_.layout) == 1)
        fault(Part::Layout, "dense works in planar, bf16 or int8 layout");
      return;
    case Algorithm::Interleave:
    case Algorithm::Softmax:
    case Algorithm::Reduction:
    case Algorithm::Integer:
    case Algorithm::Alias:
      if (inBlocks(kernel_.layout))
        fault(Part::Layout, std::string(nameOf(kernel_.algorithm)) + " works in planar layout only");
      return;
    case Algorithm::Adaptive:
    case Algorithm::Resample:
    case Algorithm::Concat:
      if (inBlocks(kernel_.layout) && !isAllBlocks(graph_, anchor_))
        fault(Part::Layout, "not all that it reads and writes lies in blocks of channels");
      return;
    case Algorithm::Pointwise:
    case Algorithm::Standardize:
    case Algorithm::Reorder: return;
    }
  }

  void blocked() {
    const bool ofBlocks =
        kernel_.algorithm == Algorithm::Pointwise || kernel_.algorithm == Algorithm::Standardize;
    if (ofBlocks && layoutFor(Layout::Blocked, result()) == Layout::Planar)
      fault(Part::Layout, "its result has one channel or one position, which is planar in every layout");
    if (kernel_.algorithm != Algorithm::Pointwise) return;
    const OpForm form = opInfo(anchor_.op).form;
    if (form == OpForm::Pixelwise) fault(Part::Layout, op() + " works in planar layout only");
    if (form == OpForm::ChannelWindow && !windowsBlocks(anchor_, lanes_))
      fault(Part::Layout, "its window reaches further than the blocks beside it");
  }

  void windowLayout() {
    if (!inBlocks(kernel_.layout)) return;
    if (isChannelwise(graph_, anchor_, lanes_)) {
      if (layoutFor(Layout::Blocked, input()) == Layout::Planar)
        fault(Part::Layout, "its input has no blocks of channels");
      return;
    }
    if (anchor_.type.channels() == 1) fault(Part::Layout, "its one filter has no blocks of channels");
    const int64_t groups = anchor_.attributes.get<int64_t>("groups");
    if (groups > 1 && ((input().channels() / groups) % lanes_ || (anchor_.type.channels() / groups) % lanes_))
      fault(Part::Layout, "blocked layout needs groups of whole vectors of channels");
  }

  // The kernel's numbers are units of several channels.
  void units() {
    if (canWorkInUnits(graph_, kernel_, lanes_)) return;
    const bool whole = opInfo(anchor_.op).elements == Elements::Whole,
               tiles = kernel_.algorithm == Algorithm::Tiles;
    std::string help = "only convolutions that mix channels can, in groups of whole blocks";
    if (whole != (kernel_.layout == Layout::Int8))
      help = "int8 is the layout of quantized layers, and of these alone";
    else if (kernel_.algorithm == Algorithm::Dense)
      help = "it has more inputs than are kept at once";
    else if (!tiles && kernel_.layout == Layout::Split)
      help = "only matrix tiles ('tiles') multiply split numbers";
    else if (tiles)
      help = "matrix tiles need vectors of 16, channels that are mixed, in groups of whole blocks, and a "
             "border of zeros "
             "whose width is known, around one or two axes";
    fault(Part::Layout, op() + " cannot work in " + nameOf(kernel_.layout) + " layout", help);
  }

  void writes() {
    const Layout to = *kernel_.writes;
    if (kernel_.layout == Layout::Planar || !takesTail(kernel_.algorithm) ||
        kernel_.algorithm == Algorithm::Dense)
      fault(Part::Writes,
            "only kernels that work in blocks, and may have others behind them, can write another layout");
    else if (to == Layout::Planar && kernel_.algorithm != Algorithm::Window &&
             kernel_.algorithm != Algorithm::Winograd)
      fault(Part::Writes, "only a window can write planes",
            "'kernel [" + graph_.value(kernel_.result()).name + "]: reorder planar' behind it converts");
    else if (to == Layout::Int8 && !result().quantized())
      fault(Part::Writes, "its result has no 8-bit numbers");
  }
};

} // namespace

std::vector<Fault> formFaults(const Graph& graph, const Kernel& kernel, int lanes) {
  return FormRules(graph, kernel, lanes).run();
}

} // namespace convoy::schedule
