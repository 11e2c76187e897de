// Schedules as text, both ways, and the grouped graph of stage `fused`.
#include "schedule/schedule.h"
#include <cctype>
#include <map>

namespace convoy::schedule {

namespace {
constexpr Algorithm algorithms[] = {Algorithm::Window,     Algorithm::Pointwise, Algorithm::Concat, Algorithm::Softmax,
                                    Algorithm::GlobalPool, Algorithm::Dense,     Algorithm::Alias,  Algorithm::Reorder};
} // namespace

const char* nameOf(Algorithm algorithm) {
  switch (algorithm) {
  case Algorithm::Window: return "window";
  case Algorithm::Pointwise: return "pointwise";
  case Algorithm::Concat: return "concat";
  case Algorithm::Softmax: return "softmax";
  case Algorithm::GlobalPool: return "global_pool";
  case Algorithm::Dense: return "dense";
  case Algorithm::Alias: return "alias";
  case Algorithm::Reorder: return "reorder";
  }
  return "";
}

const char* nameOf(Layout layout) { return layout == Layout::Planar ? "planar" : "blocked"; }

std::string print(const Schedule& schedule, const graph::Graph& graph) {
  std::string s = "schedule @" + graph.name + " lanes " + std::to_string(schedule.lanes) + " {\n";
  for (const Kernel& kernel : schedule.kernels) {
    s += "  kernel [";
    for (size_t i = 0; i < kernel.nodes.size(); ++i) s += (i ? ", " : "") + graph.value(kernel.nodes[i]).name;
    s += std::string("]: ") + nameOf(kernel.algorithm) + " " + nameOf(kernel.layout);
    for (size_t i = 0; i < kernel.tile.size(); ++i) s += (i ? "x" : " tile ") + std::to_string(kernel.tile[i]);
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
        s += " : " + node.type.str() + "\n";
        continue;
      }
      s += std::string(" = ") + opInfo(node.op).name + "(";
      for (size_t i = 0; i < node.operands.size(); ++i) s += (i ? ", %" : "%") + graph.value(node.operands[i]).name;
      s += ") : " + node.type.str() + "\n";
    }
    s += "  }\n";
  }
  for (const graph::Output& o : graph.outputs) s += "  return " + o.name + ": %" + graph.value(o.value).name + "\n";
  return s + "}\n";
}

namespace {

struct Stop {};

class Reader {
public:
  Reader(const SourceFile& file, const graph::Graph& graph, DiagnosticEngine& diags)
      : file_(file), graph_(graph), diags_(diags), text_(file.text()) {
    for (graph::ValueId id = 0; id < graph.values.size(); ++id) byName_[graph.value(id).name] = id;
  }

  Schedule run() {
    Schedule schedule;
    expect("schedule");
    expect("@");
    word();
    expect("lanes");
    schedule.lanes = static_cast<int>(number());
    expect("{");
    while (!accept("}")) schedule.kernels.push_back(kernel());
    size_t end = at_;
    for (const std::string& problem : problems(schedule, graph_)) fail(problem, end);
    return schedule;
  }

private:
  void skip() {
    for (; at_ < text_.size(); ++at_) {
      if (text_.substr(at_, 2) == "//") at_ = std::min(text_.find('\n', at_), text_.size() - 1);
      else if (!std::isspace(static_cast<unsigned char>(text_[at_]))) return;
    }
  }
  [[noreturn]] void fail(const std::string& what, size_t begin) {
    uint32_t from = static_cast<uint32_t>(begin);
    diags_.report(diag::ScheduleText, {&file_, from, from + 1}, what);
    throw Stop{};
  }
  bool accept(std::string_view token) {
    skip();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail("expected '" + std::string(token) + "'", at_);
  }
  std::string word() {
    skip();
    size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || std::string_view("_./-").find(text_[at_]) != std::string_view::npos))
      ++at_;
    if (begin == at_) fail("expected a name", at_);
    return std::string(text_.substr(begin, at_ - begin));
  }
  int64_t number() {
    skip();
    size_t begin = at_;
    int64_t n = 0;
    for (; at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) && at_ - begin < 6; ++at_)
      n = n * 10 + (text_[at_] - '0');
    if (begin == at_) fail("expected a number", at_);
    return n;
  }

  Kernel kernel() {
    Kernel k;
    expect("kernel");
    expect("[");
    do {
      skip();
      size_t begin = at_;
      std::string name = word();
      auto it = byName_.find(name);
      if (it == byName_.end() || graph_.value(it->second).kind == graph::Value::Parameter)
        fail("the graph has no layer '" + name + "'", begin);
      k.nodes.push_back(it->second);
    } while (accept(","));
    expect("]");
    expect(":");
    skip();
    size_t begin = at_;
    std::string algorithm = word();
    bool known = false;
    for (Algorithm a : algorithms)
      if (algorithm == nameOf(a)) k.algorithm = a, known = true;
    if (!known) fail("there is no algorithm '" + algorithm + "'", begin);
    if (accept("blocked")) k.layout = Layout::Blocked;
    else expect("planar");
    if (accept("tile")) {
      do k.tile.push_back(number());
      while (accept("x"));
    }
    if (k.algorithm != Algorithm::Reorder && graph_.value(k.anchor()).kind != graph::Value::Node)
      fail("'" + graph_.value(k.anchor()).name + "' is an input and is not computed", begin);
    return k;
  }

  const SourceFile& file_;
  const graph::Graph& graph_;
  DiagnosticEngine& diags_;
  std::string_view text_;
  size_t at_ = 0;
  std::map<std::string, graph::ValueId> byName_;
};

} // namespace

std::optional<Schedule> read(const SourceFile& file, const graph::Graph& graph, DiagnosticEngine& diags) {
  try {
    return Reader(file, graph, diags).run();
  } catch (const Stop&) {
    return std::nullopt;
  }
}

} // namespace convoy::schedule
