// The reader of schedules: what a text says is a request, and the rest is chosen.
#include "schedule/request.h"
#include "support/text_scanner.h"
#include <algorithm>
#include <map>

namespace convoy::schedule {

namespace {

class Reader {
public:
  Reader(const SourceFile& file, const graph::Graph& graph, DiagnosticEngine& diags)
      : graph_(graph), diags_(diags), text_(file, "_./-", [&diags](Location where, const std::string& what) {
          diags.report(diag::ScheduleText, where, what);
        }) {
    for (graph::ValueId id = 0; id < graph.values.size(); ++id)
      if (graph.value(id).kind != graph::Value::Parameter)
        byName_[graph::nameText(graph.value(id).name)] = id;
  }

  std::optional<Schedule> run(const Target& target, const Choices& choices) {
    const Request request = header();
    const Location end = text_.since(text_.position() - 1);
    if (!text_.atEnd()) text_.fail("expected nothing behind the schedule");
    Fulfilled made = fulfil(request, graph_, target, choices);
    constexpr size_t most = 20; // what is wrong further down often follows
    for (size_t i = 0; i < std::min(made.problems.size(), most); ++i) {
      const Problem& problem = made.problems[i];
      auto report = diags_.report(diag::ScheduleText,
                                  problem.kernel ? place(*problem.kernel, problem.part) : end, problem.text);
      if (!problem.help.empty()) report.help(problem.help);
      if (i + 1 == most && made.problems.size() > most)
        report.note("there are " + std::to_string(made.problems.size() - most) + " more");
    }
    if (!made.problems.empty()) return std::nullopt;
    return std::move(made.schedule);
  }

private:
  using Places = std::map<Part, Location>; // of what a line says

  Location place(size_t kernel, Part part) const {
    const Places& places = places_[kernel];
    const auto at = places.find(part);
    return at == places.end() ? places.at(Part::Layers) : at->second;
  }

  Request header() {
    Request request;
    text_.expect("schedule");
    text_.expect("@");
    text_.skip();
    const size_t begin = text_.position();
    if (const std::string written = name("a name"); written != graph::nameText(graph_.name))
      text_.fail("this is the schedule of '" + written + "', not of '" + graph_.name + "'", begin);
    while (!text_.accept("{"))
      if (!request.lanes && text_.accept("lanes"))
        request.lanes = lanes();
      else if (request.items == 0 && text_.accept("items"))
        request.items = number(1);
      else
        text_.fail("expected 'lanes', 'items' or '{', each once");
    while (!text_.accept("}")) {
      if (text_.peek("group"))
        group(request);
      else if (text_.peek("kernel"))
        request.kernels.push_back(kernel());
      else
        text_.fail("expected 'kernel', 'group' or '}'");
    }
    return request;
  }

  void group(Request& request) {
    text_.skip();
    const size_t begin = text_.position();
    text_.expect("group");
    end_ = text_.position();
    GroupRequest group{request.kernels.size(), 0};
    if (text_.accept("rows")) group.rows = number(1);
    const Location where = span(begin);
    text_.expect("{");
    while (!text_.accept("}")) {
      if (!text_.peek("kernel")) text_.fail("expected 'kernel' or '}'");
      request.kernels.push_back(kernel());
    }
    group.end = request.kernels.size();
    if (group.end == group.first) refuse("a group has kernels", where);
    places_[group.first][Part::Group] = where;
    request.groups.push_back(group);
  }

  int lanes() {
    text_.skip();
    const size_t begin = text_.position();
    const int64_t n = number(1);
    if (n != 4 && n != 8 && n != 16)
      text_.fail("vectors have 4, 8 or 16 lanes, not " + std::to_string(n), begin);
    return static_cast<int>(n);
  }

  int64_t number(int64_t least) {
    text_.skip();
    const size_t begin = text_.position();
    const int64_t n = text_.integer();
    end_ = text_.position();
    if (n < least || n > 1000000)
      text_.fail("a number from " + std::to_string(least) + " to 1000000 is expected", begin);
    return n;
  }

  // As nameText has it: perhaps in quotes.
  std::string name(const char* what) {
    if (!text_.acceptMark('"')) return text_.word(what);
    const std::string_view rest = text_.rest();
    for (size_t i = 0; i < rest.size(); ++i)
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == '"') {
        text_.continueAt(rest.substr(i + 1));
        return '"' + std::string(rest.substr(0, i + 1));
      }
    text_.fail("a quoted name does not end");
  }

  Location span(size_t begin) const {
    Location where = text_.since(begin);
    where.end = static_cast<uint32_t>(end_);
    return where;
  }
  [[noreturn]] void refuse(const std::string& what, Location where) {
    diags_.report(diag::ScheduleText, where, what);
    throw TextScanner::Stop();
  }
  [[noreturn]] void unknown(const std::string& what, const std::string& written, size_t begin,
                            const std::vector<std::string>& candidates, const std::string& help) {
    const Location where = text_.since(begin);
    auto report = diags_.report(diag::ScheduleText, where, what);
    if (!report.suggest(nearestName(written, candidates), where, written)) report.help(help);
    throw TextScanner::Stop();
  }

  graph::ValueId layer() {
    text_.skip();
    const size_t begin = text_.position();
    const std::string written = name("a layer's name");
    const auto found = byName_.find(written);
    if (found != byName_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [known, id] : byName_) names.push_back(known);
    unknown("the graph has no layer '" + written + "'", written, begin, names,
            "'convoy emit --stage=schedule' prints the layers that there are; some are folded into others");
  }

  KernelRequest kernel() {
    KernelRequest request;
    Places& places = places_.emplace_back();
    text_.skip();
    const size_t start = text_.position();
    text_.expect("kernel");
    text_.expect("[");
    do request.nodes.push_back(layer());
    while (text_.accept(","));
    text_.expect("]");
    end_ = text_.position();
    places[Part::Layers] = span(start);
    if (text_.accept(":")) do
        what(request, places);
      while (!text_.peek("kernel") && !text_.peek("group") && !text_.peek("}") && !text_.atEnd());
    const graph::Value& first = graph_.value(request.nodes.front());
    if (request.converts() && !request.layout)
      refuse("a conversion says the layout that it gives", places.at(Part::Algorithm));
    if (!request.converts() && first.kind != graph::Value::Node)
      refuse("'" + first.name + "' is an input and is not computed", places.at(Part::Layers));
    return request;
  }

  // One word of a kernel's line, with what belongs to it.
  void what(KernelRequest& request, Places& places) {
    text_.skip();
    const size_t begin = text_.position();
    const std::string word = text_.word("an algorithm or a layout");
    const Part part = read(request, word, begin);
    if (part != Part::Tile) end_ = text_.position(); // whose next mark was looked for
    if (!places.emplace(part, span(begin)).second)
      text_.fail(std::string(nameOf(part)) + " is said twice", begin);
  }

  Part read(KernelRequest& request, const std::string& word, size_t begin) {
    for (Algorithm algorithm : everyAlgorithm())
      if (word == nameOf(algorithm)) return request.algorithm = algorithm, Part::Algorithm;
    for (Layout layout : everyLayout())
      if (word == nameOf(layout)) return request.layout = layout, Part::Layout;
    if (word == "tile") {
      request.tile.emplace();
      do request.tile->push_back(number(0));
      while (text_.acceptMark('x'));
      return Part::Tile;
    }
    if (word == "order")
      return request.order = either("positions", "filters") ? Order::Positions : Order::Filters, Part::Order;
    if (word == "writes") return request.writes = layout(), Part::Writes;
    if (word == "threads") return request.threads = number(1), Part::Threads;
    if (word == "stores") return request.storesPast = either("past", "cached"), Part::Stores;
    if (word == "prefetch") return request.prefetches = either("on", "off"), Part::Prefetch;
    std::vector<std::string> words{"tile", "order", "writes", "threads", "stores", "prefetch"}, names;
    for (Algorithm algorithm : everyAlgorithm()) names.push_back(nameOf(algorithm));
    for (Layout layout : everyLayout()) words.push_back(nameOf(layout));
    const std::string missing = request.algorithm || request.layout ? "layout" : "algorithm";
    const std::string help =
        missing == "layout" ? "a line has " + listed(words, "and") : "algorithms are " + listed(names, "and");
    words.insert(words.end(), names.begin(), names.end());
    unknown("there is no " + missing + " '" + word + "'", word, begin, words, help);
  }

  bool either(const char* first, const char* second) {
    if (text_.accept(first)) return true;
    if (!text_.accept(second)) text_.fail("expected '" + std::string(first) + "' or '" + second + "'");
    return false;
  }

  Layout layout() {
    std::vector<std::string> names;
    for (Layout layout : everyLayout()) {
      if (text_.accept(nameOf(layout))) return layout;
      names.push_back(nameOf(layout));
    }
    text_.fail("expected " + listed(names, "or"));
  }

  static const char* nameOf(Part part) {
    switch (part) {
    case Part::Algorithm: return "the algorithm";
    case Part::Layout: return "the layout";
    case Part::Tile: return "the tile";
    case Part::Order: return "the order";
    case Part::Writes: return "what is written";
    case Part::Threads: return "the number of threads";
    case Part::Stores: return "how results are stored";
    case Part::Prefetch: return "whether weights are prefetched";
    case Part::Group:
    case Part::Layers: break;
    }
    return "";
  }
  static const char* nameOf(Algorithm algorithm) { return schedule::nameOf(algorithm); }
  static const char* nameOf(Layout layout) { return schedule::nameOf(layout); }

  const graph::Graph& graph_;
  DiagnosticEngine& diags_;
  TextScanner text_;
  std::vector<Places> places_; // of the kernels
  size_t end_ = 0;             // of what was read last
  std::map<std::string, graph::ValueId> byName_;
};

} // namespace

std::optional<Schedule> read(const SourceFile& file, const graph::Graph& graph, const Target& target,
                             DiagnosticEngine& diags, const Choices& choices) {
  try {
    return Reader(file, graph, diags).run(target, choices);
  } catch (const TextScanner::Stop&) {
    return std::nullopt;
  }
}

} // namespace convoy::schedule
