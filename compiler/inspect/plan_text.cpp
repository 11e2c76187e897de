// A plan as tables.
#include "inspect/plan.h"
#include "inspect/size_text.h"
#include "inspect/table.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace convoy::inspect {

namespace {

std::string shapeText(const TensorType& type) {
  std::string text = "[";
  for (size_t i = 0; i < type.dims.size(); ++i) text += (i ? ", " : "") + type.dims[i].str();
  return text + "]";
}

// "1" when all sides are alike, else as `padding:` takes them.
std::string padsText(const std::vector<Size>& pads) {
  if (pads.empty()) return "";
  if (std::all_of(pads.begin(), pads.end(), [&](const Size& pad) { return pad == pads[0]; }))
    return pads[0].str();
  std::string text = "[";
  for (size_t i = 0; i < pads.size(); ++i) text += (i ? ", " : "") + pads[i].str();
  return text + "]";
}

std::string shareText(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", share);
  return share == 0 ? "0" : text;
}

// "0.5", "32"
std::string stepText(double step) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", step);
  return text;
}

// "35", "1x3"; of axes alike, one of them.
template <typename Text> std::string axesText(const Field& field, Text text) {
  std::string all;
  bool alike = true;
  for (const FieldAxis& axis : field.axes) {
    alike &= text(axis) == text(field.axes.front());
    all += (all.empty() ? "" : "x") + text(axis);
  }
  return alike ? text(field.axes.front()) : all;
}

// Of the input of which most is seen.
const Field* widestOf(const LayerPlan& layer) {
  const Field* widest = nullptr;
  double most = 0;
  for (const Field& field : layer.fields) {
    double seen = 1;
    for (const FieldAxis& axis : field.axes)
      seen *= axis.extent ? static_cast<double>(*axis.extent) : std::pow(2.0, 31);
    if (seen > most) most = seen, widest = &field;
  }
  return widest;
}

std::string intensityText(const Size& multiplyAdds, const Size& bytes) {
  const std::optional<double> flops = intensity(multiplyAdds, bytes);
  return flops ? fixedText(*flops, 1) : "";
}

std::string millisecondsText(double seconds) { return fixedText(seconds * 1e3, 4); }

bool isWinograd(const LayerPlan& layer) { return layer.arithmetic == schedule::Arithmetic::Winograd; }

std::string clockText(const Plan& plan) {
  const Machine& machine = plan.machine;
  return fixedText(machine.clock, 1) + " GHz, " +
         (plan.measured          ? "as measured"
          : machine.clockIsKnown ? "as the system says"
                                 : "the usual clock of such processors");
}

// "33,216 bytes: 4 buffers in 32,960, 2 border rows in 256, 3 rings in 12,800 for each thread"
std::string workspaceText(const schedule::Workspace& workspace, int64_t threads) {
  std::string text = countText(workspace.bytes(threads)) + " bytes";
  if (threads > 1 && workspace.rings > 0) text += " for " + counted(threads, "thread");
  const char* mark = ": ";
  auto part = [&](int64_t count, const std::string& what, const Size& bytes) {
    if (count == 0) return;
    text += mark + counted(count, what);
    if (bytes.isConstant()) text += " in " + countText(bytes); // expressions are long
    mark = ", ";
  };
  part(workspace.buffers, "buffer", workspace.bufferBytes);
  part(workspace.borderRows, "border row", workspace.borderBytes);
  if (workspace.rings > 0) {
    part(workspace.rings, "ring", workspace.ringBytes);
    text += " for each thread";
  }
  return text + "\n";
}

class TextPlan {
public:
  explicit TextPlan(const Plan& plan) : plan_(plan) {}

  std::string run() {
    std::string text = plan_.pipeline + ": " + counted(static_cast<int64_t>(plan_.layers.size()), "layer") +
                       " in " + counted(static_cast<int64_t>(plan_.kernels.size()), "kernel") +
                       ", vectors of " + std::to_string(plan_.lanes) +
                       "; counts and bytes are for one item of the batch\n\n" + layersText();
    text += "\nhow kernels are computed, and the best other way\n" + waysText() + "\nwork of kernels\n" +
            workText() + fusionText(plan_.fusion) + "\n" + totalsText();
    if (std::any_of(plan_.layers.begin(), plan_.layers.end(), isWinograd))
      text += "bound of winograd: a share of the largest number that a tile reads times the sum of absolute "
              "weights\n";
    if (!scalar_.empty()) text += "not vectorized: " + scalar_ + "\n";
    if (!plan_.remark.empty()) text += plan_.remark + "\n";
    return text;
  }

private:
  bool isPredicted() const {
    return std::all_of(plan_.kernels.begin(), plan_.kernels.end(),
                       [](const KernelFacts& facts) { return facts.prediction.has_value(); });
  }

  // ---- what is computed ----

  std::string layersText() {
    Table table({{"#", true},
                 {"layer"},
                 {"op"},
                 {"result"},
                 {"pads"},
                 {"parameters", true},
                 {"multiply-adds", true},
                 {"bytes", true},
                 {"FLOP/byte", true},
                 {"field", true},
                 {"step", true},
                 {"arithmetic"},
                 {"bound", true},
                 {"place", false, true}});
    std::optional<size_t> kernel; // of the row above
    std::string above;            // the layer there
    for (size_t k = 0; k < plan_.kernels.size(); ++k)
      if (const KernelFacts& facts = plan_.kernels[k]; facts.layers.empty()) conversions_.push_back(k);
    for (const LayerPlan* layer : inOrder(plan_)) {
      while (layer->kernel && nextConversion_ < conversions_.size() &&
             conversions_[nextConversion_] < *layer->kernel)
        addConversion(table);
      const bool first = layer->kernel && layer->kernel != kernel && layer->foldedInto.empty();
      std::string place;
      if (!layer->kernel)
        place = "not computed: no result depends on it";
      else if (layer->foldedInto == above && !above.empty())
        place = "folded";
      else if (!layer->foldedInto.empty())
        place = "folded into " + layer->foldedInto;
      else if (!first)
        place = "fused";
      table.add(cellsOf(*layer, first ? std::to_string(*layer->kernel) : "", place));
      if (first) kernel = layer->kernel;
      above = layer->foldedInto.empty() ? layer->name : layer->foldedInto;
    }
    while (nextConversion_ < conversions_.size()) addConversion(table);
    return table.str();
  }

  void addConversion(Table& table) {
    const size_t number = conversions_[nextConversion_++];
    const KernelFacts& facts = plan_.kernels[number];
    table.add({std::to_string(number), facts.name, "", "", "", "", "", bytesText(facts.bytes()), "", "", "",
               "", "", "conversion"});
  }

  std::vector<std::string> cellsOf(const LayerPlan& layer, const std::string& label,
                                   const std::string& place) const {
    const Size bytes = layer.traffic.total();
    std::vector<std::string> cells{label,
                                   layer.name,
                                   layer.op,
                                   shapeText(layer.result),
                                   padsText(layer.pads),
                                   layer.parameters ? grouped(layer.parameters) : "",
                                   layer.multiplyAdds == Size(0) ? "" : countText(layer.multiplyAdds),
                                   bytesText(bytes),
                                   intensityText(layer.multiplyAdds, bytes),
                                   "",
                                   "",
                                   layer.arithmetic ? nameOf(*layer.arithmetic) : "",
                                   layer.arithmetic ? shareText(layer.bound) : "",
                                   place};
    if (const Field* field = widestOf(layer)) {
      cells[9] = axesText(*field, [](const FieldAxis& axis) {
        return axis.extent ? std::to_string(*axis.extent) : std::string("all");
      });
      cells[10] = axesText(*field, [](const FieldAxis& axis) {
        return axis.extent && axis.step > 0 ? stepText(axis.step) : std::string();
      });
    }
    return cells;
  }

  // ---- how it is computed ----

  std::string algorithmCell(size_t number) {
    const KernelFacts& facts = plan_.kernels[number];
    std::string how = algorithmText(facts.kernel);
    const bool concat = facts.kernel.algorithm == schedule::Algorithm::Concat;
    if (concat && facts.traffic.total() == Size(0)) how += ", in place";
    if (!facts.vectorized) {
      how += ", not vectorized";
      scalar_ += (scalar_.empty() ? "" : ", ") + escapeForTerminal(facts.name);
    }
    return how;
  }

  // What is expected of each kernel, and of the best other way to compute it.
  std::string waysText() {
    Table table({{"#", true},
                 {"kernel"},
                 {"computed by", false, true},
                 {"group", true},
                 {"ms", true},
                 {"bound by"},
                 {"runner-up", false, true},
                 {"ms", true},
                 {"bound by"}});
    for (size_t i = 0; i < plan_.kernels.size(); ++i) {
      const KernelFacts& facts = plan_.kernels[i];
      const auto group = groupOf(plan_.fusion, i);
      std::vector<std::string> cells{std::to_string(i), facts.name, algorithmCell(i),
                                     group ? std::to_string(*group) : ""};
      const double cycles = facts.cycles();
      const std::optional<schedule::Prediction>& expected = facts.prediction;
      if (expected && cycles > 0) // else another view of the same memory
        cells.insert(cells.end(), {millisecondsText(secondsOf(cycles, plan_.machine)),
                                   nameOf(expected->estimate.bound())});
      if (expected && cycles > 0 && expected->runnerUp) {
        const schedule::Prediction::Other& other = *expected->runnerUp;
        cells.insert(cells.end(),
                     {algorithmText(other.kernel),
                      millisecondsText(secondsOf(cycles + other.more, plan_.machine)), nameOf(other.bound)});
      }
      table.add(std::move(cells));
    }
    return table.str();
  }

  // ---- how much that is, and how long it takes ----

  std::string workText() const {
    Table table({{"#", true},
                 {"kernel", false, true},
                 {"multiply-adds", true},
                 {"bytes read", true},
                 {"written", true},
                 {"in rings", true},
                 {"weights", true},
                 {"FLOP/byte", true},
                 {"ms", true},
                 {"measured", true},
                 {"predicted", true},
                 {"GFLOP/s", true},
                 {"of peak", true},
                 {"GB/s", true}});
    for (size_t i = 0; i < plan_.kernels.size(); ++i) {
      const KernelFacts& facts = plan_.kernels[i];
      if (facts.traffic.total() == Size(0) && facts.multiplyAdds == Size(0)) continue; // nothing is done
      std::vector<std::string> cells{
          std::to_string(i),
          facts.name,
          facts.multiplyAdds == Size(0) ? "" : countText(facts.multiplyAdds),
          bytesText(facts.traffic.input),
          bytesText(facts.traffic.output),
          bytesText(facts.inRings),
          facts.traffic.weights ? grouped(facts.traffic.weights) : "",
          intensityText(facts.multiplyAdds, facts.bytes()),
          facts.prediction ? millisecondsText(secondsOf(facts.cycles(), plan_.machine)) : ""};
      if (plan_.measured) {
        const std::vector<std::string> more = measuredCells(i);
        cells.insert(cells.end(), more.begin(), more.end());
      }
      table.add(std::move(cells));
    }
    return table.str();
  }

  std::vector<std::string> measuredCells(size_t number) const {
    const std::optional<Efficiency> all = efficiencyOf(plan_, number);
    if (!all) return {};
    const bool isGroup = groupOf(plan_.fusion, number).has_value();
    auto percent = [](double share) { return share > 0 ? fixedText(100 * share, 0) + " %" : std::string(); };
    return {(isGroup ? "group " : "") + millisecondsText(all->seconds), percent(all->predictedShare),
            all->gflops > 0 ? fixedText(all->gflops, 1) : "", percent(all->ofPeak),
            all->gigabytes > 0 ? fixedText(all->gigabytes, 1) : ""};
  }

  std::string totalsText() const {
    const Size bytes = bytesOf(plan_);
    std::string text;
    if (isPredicted())
      text += "predicted      " + millisecondsText(predictedSeconds(plan_)) + " ms on one core at " +
              clockText(plan_) + "\n";
    if (const std::optional<Efficiency> all = efficiencyOf(plan_)) {
      text +=
          "measured       " + millisecondsText(all->seconds) + " ms on " + counted(all->threads, "thread");
      if (all->gflops > 0) text += ": " + fixedText(all->gflops, 1) + " GFLOP/s";
      if (all->ofPeak > 0) text += ", " + fixedText(100 * all->ofPeak, 0) + " % of the peak";
      text += "\n";
    }
    text += "parameters     " + grouped(plan_.parameters) + "\nmultiply-adds  " +
            countText(plan_.multiplyAdds) + "\nbytes          " + countText(bytes);
    if (const std::string flops = intensityText(plan_.multiplyAdds, bytes); !flops.empty())
      text += ", " + flops + " FLOP for each";
    return text + "\nworkspace      " + workspaceText(plan_.workspace, plan_.threads);
  }

  const Plan& plan_;
  std::string scalar_; // names of kernels that are not vectorized
  std::vector<size_t> conversions_;
  size_t nextConversion_ = 0;
};

} // namespace

std::string planText(const Plan& plan) { return TextPlan(plan).run(); }

} // namespace convoy::inspect
