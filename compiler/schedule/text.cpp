// Schedules as text, both ways, and the grouped graph of stage `fused`.
#include "schedule/schedule.h"
#include "support/text_scanner.h"
#include <map>

namespace convoy::schedule {

namespace {
constexpr Algorithm algorithms[] = {Algorithm::Window,      Algorithm::Tiles,    Algorithm::Winograd,
                                    Algorithm::Transposed,  Algorithm::Adaptive, Algorithm::Separable,
                                    Algorithm::Pointwise,   Algorithm::Concat,   Algorithm::Resample,
                                    Algorithm::Interleave,  Algorithm::Softmax,  Algorithm::Reduction,
                                    Algorithm::Standardize, Algorithm::Dense,    Algorithm::Integer,
                                    Algorithm::Alias,       Algorithm::Reorder};
} // namespace

const char* nameOf(Algorithm algorithm) {
  switch (algorithm) {
  case Algorithm::Window: return "window";
  case Algorithm::Tiles: return "tiles";
  case Algorithm::Winograd: return "winograd";
  case Algorithm::Transposed: return "transposed";
  case Algorithm::Adaptive: return "adaptive";
  case Algorithm::Separable: return "separable";
  case Algorithm::Pointwise: return "pointwise";
  case Algorithm::Concat: return "concat";
  case Algorithm::Resample: return "resample";
  case Algorithm::Interleave: return "interleave";
  case Algorithm::Softmax: return "softmax";
  case Algorithm::Reduction: return "reduction";
  case Algorithm::Standardize: return "standardize";
  case Algorithm::Dense: return "dense";
  case Algorithm::Integer: return "integer";
  case Algorithm::Alias: return "alias";
  case Algorithm::Reorder: return "reorder";
  }
  return "";
}

const char* nameOf(Order order) { return order == Order::Filters ? "filters" : "positions"; }

const char* nameOf(Layout layout) {
  switch (layout) {
  case Layout::Planar: return "planar";
  case Layout::Blocked: return "blocked";
  case Layout::Bf16: return "bf16";
  case Layout::Split: return "split";
  case Layout::Int8: return "int8";
  }
  return "";
}

const char* nameOf(Arithmetic arithmetic) {
  switch (arithmetic) {
  case Arithmetic::Float32: return "float32";
  case Arithmetic::Bf16: return "bf16";
  case Arithmetic::Split: return "split bf16";
  case Arithmetic::Int8: return "int8";
  }
  return "";
}

std::string print(const Schedule& schedule, const graph::Graph& graph) {
  std::string s = "schedule @" + graph.name + " lanes " + std::to_string(schedule.lanes) + " {\n";
  for (const Kernel& kernel : schedule.kernels) {
    s += "  kernel [";
    for (size_t i = 0; i < kernel.nodes.size(); ++i) s += (i ? ", " : "") + graph.value(kernel.nodes[i]).name;
    s += std::string("]: ") + nameOf(kernel.algorithm) + " " + nameOf(kernel.layout);
    for (size_t i = 0; i < kernel.tile.size(); ++i)
      s += (i ? "x" : " tile ") + std::to_string(kernel.tile[i]);
    if (kernel.order != Order::Filters) s += std::string(" order ") + nameOf(kernel.order);
    if (kernel.writes) s += std::string(" writes ") + nameOf(*kernel.writes);
    s += "\n";
  }
  return s + "}\n";
}

std::string printFused(const Schedule& schedule, const graph::Graph& graph) {
  std::string s = "fused @" + graph.name + " {\n";
  for (const Kernel& kernel : schedule.kernels) {
    s += std::string("  ") + nameOf(kernel.algorithm) + " " + nameOf(kernel.layout) + " {\n";
    for (graph::ValueId id : kernel.nodes) {
      const graph::Value& node = graph.value(id);
      s += "    %" + node.name;
      if (kernel.algorithm == Algorithm::Reorder) {
        s += " : " + node.type.fullText() + "\n";
        continue;
      }
      s += std::string(" = ") + opInfo(node.op).name + "(";
      for (size_t i = 0; i < node.operands.size(); ++i)
        s += (i ? ", %" : "%") + graph.value(node.operands[i]).name;
      s += ") : " + node.type.fullText() + "\n";
    }
    s += "  }\n";
  }
  for (const graph::Output& o : graph.outputs)
    s += "  return " + o.name + ": %" + graph.value(o.value).name + "\n";
  return s + "}\n";
}

namespace {

class Reader {
public:
  Reader(const SourceFile& file, const graph::Graph& graph, DiagnosticEngine& diags)
      : graph_(graph), diags_(diags), text_(file, "_./-", [&diags](Location where, const std::string& what) {
          diags.report(diag::ScheduleText, where, what);
        }) {
    for (graph::ValueId id = 0; id < graph.values.size(); ++id) byName_[graph.value(id).name] = id;
  }

  Schedule run() {
    Schedule schedule;
    text_.expect("schedule");
    text_.expect("@");
    text_.word("a name");
    text_.expect("lanes");
    schedule.lanes = static_cast<int>(number());
    text_.expect("{");
    while (!text_.accept("}")) schedule.kernels.push_back(kernel());
    const Location end = text_.since(text_.position() - 1);
    if (!text_.atEnd()) text_.fail("expected nothing behind the schedule");
    const std::vector<Problem> found = problems(schedule, graph_);
    for (const Problem& problem : found)
      diags_.report(diag::ScheduleText, problem.kernel ? places_[*problem.kernel] : end, problem.text);
    if (!found.empty()) throw TextScanner::Stop();
    return schedule;
  }

private:
  int64_t number() {
    text_.skip();
    size_t begin = text_.position();
    int64_t n = text_.integer();
    if (n < 0 || n > 1000000) text_.fail("the number is out of range", begin);
    return n;
  }

  Layout layout() {
    for (Layout layout : {Layout::Blocked, Layout::Bf16, Layout::Split, Layout::Int8})
      if (text_.accept(nameOf(layout))) return layout;
    text_.expect(nameOf(Layout::Planar));
    return Layout::Planar;
  }

  Kernel kernel() {
    Kernel k;
    text_.skip();
    const size_t start = text_.position();
    text_.expect("kernel");
    text_.expect("[");
    do {
      text_.skip();
      size_t begin = text_.position();
      std::string name = text_.word("a layer's name");
      auto it = byName_.find(name);
      if (it == byName_.end() || graph_.value(it->second).kind == graph::Value::Parameter)
        text_.fail("the graph has no layer '" + name + "'", begin);
      k.nodes.push_back(it->second);
    } while (text_.accept(","));
    text_.expect("]");
    places_.push_back(text_.since(start));
    text_.expect(":");
    text_.skip();
    size_t begin = text_.position();
    std::string algorithm = text_.word("an algorithm");
    bool known = false;
    for (Algorithm a : algorithms)
      if (algorithm == nameOf(a)) k.algorithm = a, known = true;
    if (!known) text_.fail("there is no algorithm '" + algorithm + "'", begin);
    k.layout = layout();
    if (text_.accept("tile")) {
      do k.tile.push_back(number());
      while (text_.acceptMark('x'));
    }
    if (text_.accept("order")) {
      if (text_.accept("positions"))
        k.order = Order::Positions;
      else
        text_.expect("filters");
    }
    if (text_.accept("writes"))
      if (const Layout writes = layout(); writes != k.layout) k.writes = writes;
    if (k.algorithm != Algorithm::Reorder && graph_.value(k.anchor()).kind != graph::Value::Node)
      text_.fail("'" + graph_.value(k.anchor()).name + "' is an input and is not computed", begin);
    return k;
  }

  const graph::Graph& graph_;
  DiagnosticEngine& diags_;
  TextScanner text_;
  std::vector<Location> places_; // of the kernels
  std::map<std::string, graph::ValueId> byName_;
};

} // namespace

std::optional<Schedule> read(const SourceFile& file, const graph::Graph& graph, DiagnosticEngine& diags) {
  try {
    return Reader(file, graph, diags).run();
  } catch (const TextScanner::Stop&) {
    return std::nullopt;
  }
}

} // namespace convoy::schedule
