#include "schedules.h"
#include "../sweep/case.h"
#include "support/source.h"
#include <algorithm>
#include <stdexcept>

namespace convoy::random_pipelines {

namespace {

using sweep::Random;

// A schedule's text: what stands in front of the brace, and its lines.
struct Text {
  std::string head;
  std::vector<std::string> lines;
  std::string str() const {
    std::string text = head + " {\n";
    for (const std::string& line : lines) text += line + "\n";
    return text + "}\n";
  }
};

Text parts(const std::string& text) {
  Text result;
  result.head = text.substr(0, text.find(" {"));
  for (size_t at = text.find('\n') + 1; text[at] != '}'; at = text.find('\n', at) + 1)
    result.lines.push_back(text.substr(at, text.find('\n', at) - at));
  return result;
}

class Changer {
  template <typename Items> auto& any(Items& items) {
    return items[static_cast<size_t>(random_.between(0, static_cast<int64_t>(std::size(items)) - 1))];
  }

public:
  explicit Changer(uint64_t seed) : random_(seed) {}

  Text change(Text text) {
    if (text.lines.empty() || random_.chance(3)) {
      text.head = text.head.substr(0, text.head.find(" lanes"));
      if (random_.chance(50)) text.head += " lanes " + std::to_string(4 << random_.between(0, 2));
      if (random_.chance(50)) text.head += " items " + std::to_string(random_.between(1, 4));
      return text;
    }
    std::string& line = any(text.lines);
    if (line.find('[') == std::string::npos || random_.chance(8))
      return random_.chance(50) ? group(text) : moved(text);
    switch (random_.between(0, 9)) {
    case 0: text.lines.erase(text.lines.begin() + (&line - text.lines.data())); break;
    case 1: std::swap(line, any(text.lines)); break;
    case 2: line = line.substr(0, line.find("]") + 1); break;
    case 3: shorten(line); break;
    case 4: apart(text, line); break;
    case 5: join(line, any(text.lines)); break;
    case 6: convert(text, line); break;
    default: say(line); break;
    }
    return text;
  }

private:
  // Some lines become a group, perhaps inside of another one, which is a mistake.
  Text group(Text text) {
    const int64_t last = static_cast<int64_t>(text.lines.size()), first = random_.between(0, last - 1);
    const std::string rows = random_.chance(50) ? " rows " + std::to_string(random_.between(1, 8)) : "";
    text.lines.insert(text.lines.begin() + random_.between(first + 1, last), "  }");
    text.lines.insert(text.lines.begin() + first, "  group" + rows + " {");
    return text;
  }
  // A line stands elsewhere, or nowhere.
  Text moved(Text text) {
    const auto from = text.lines.begin() + random_.between(0, static_cast<int64_t>(text.lines.size()) - 1);
    const std::string line = *from;
    text.lines.erase(from);
    if (random_.chance(70) && !text.lines.empty())
      text.lines.insert(text.lines.begin() + random_.between(0, static_cast<int64_t>(text.lines.size())),
                        line);
    return text;
  }

  // What stands behind some word is left out.
  void shorten(std::string& line) {
    const size_t colon = line.find("]:");
    if (colon == std::string::npos) return;
    const auto end = static_cast<size_t>(
        random_.between(static_cast<int64_t>(colon) + 3, static_cast<int64_t>(line.size())));
    line.resize(std::min(line.find(' ', end), line.size()));
  }

  // The last layer gets a kernel of its own.
  void apart(Text& text, std::string& line) {
    const size_t comma = line.rfind(", "), end = line.find(']');
    if (comma == std::string::npos) return;
    const std::string name = line.substr(comma + 2, end - comma - 2);
    line.erase(comma, end - comma);
    const auto next = text.lines.begin() + (&line - text.lines.data()) + 1;
    text.lines.insert(next, "  kernel [" + name + "]");
  }

  // The layers of another kernel follow those of this one.
  void join(std::string& line, std::string& other) {
    const size_t from = other.find('[') + 1;
    line.insert(line.find(']'), ", " + other.substr(from, other.find(']') - from));
    if (&line != &other) other = "// " + other;
  }

  void convert(Text& text, const std::string& line) {
    size_t from = line.find('[') + 1;
    if (const size_t comma = line.rfind(", "); comma != std::string::npos && random_.chance(70))
      from = comma + 2;
    const std::string name = line.substr(from, line.find_first_of(",]", from) - from);
    const size_t at = static_cast<size_t>(random_.between(0, static_cast<int64_t>(text.lines.size())));
    text.lines.insert(text.lines.begin() + static_cast<std::ptrdiff_t>(at),
                      "  kernel [" + name + "]: reorder " + layout());
  }

  const char* layout() {
    static constexpr const char* layouts[] = {"planar", "blocked", "int8"};
    return any(layouts);
  }

  // One word, in place of what was said.
  void say(std::string& line) {
    static constexpr const char* tiles[] = {"1",       "2",       "3",     "1x1",   "3x2",      "7x1",
                                            "2x4",     "8x3",     "1x2x1", "2x1x3", "1x4x1",    "2x3x2x1",
                                            "4x5x1x2", "6x2x1x3", "0",     "65x1",  "1x1x1x1x1"};
    if (line.find("]:") == std::string::npos) line += ":";
    std::string word, value;
    switch (random_.between(0, 8)) {
    case 0:
    case 1: {
      static constexpr const char* anchors[] = {"window",   "window",    "winograd",
                                                "winograd", "separable", "dense"};
      const std::string algorithm =
          random_.chance(70) ? any(anchors) : nameOf(any(schedule::everyAlgorithm()));
      line = line.substr(0, line.find("]:") + 2) + " " + algorithm;
      if (random_.chance(50)) line += std::string(" ") + layout();
      return;
    }
    case 2: word = "order", value = random_.chance(50) ? "positions" : "filters"; break;
    case 3: word = "writes", value = layout(); break;
    case 4: word = "threads", value = std::to_string(random_.between(0, 5)); break;
    case 5: word = "stores", value = random_.chance(70) ? "past" : "cached"; break;
    case 6: word = "prefetch", value = random_.chance(70) ? "on" : "off"; break;
    default: word = "tile", value = any(tiles); break;
    }
    const std::string mark = " " + word + " ";
    if (const size_t at = line.find(mark); at != std::string::npos)
      line.erase(at, std::min(line.find(' ', at + mark.size()), line.size()) - at);
    line += mark + value;
  }

  Random random_;
};

} // namespace

schedule::Schedule randomSchedule(const graph::Graph& graph, const Target& target, uint64_t seed,
                                  std::string& result) {
  constexpr int changes = 24;
  Changer changer(seed);
  schedule::Schedule schedule = schedule::makeSchedule(graph, target);
  Text text = parts(print(schedule, graph));
  for (int i = 0; i < changes; ++i) {
    const Text changed = changer.change(text);
    const SourceFile file("random.schedule", changed.str());
    DiagnosticEngine diags;
    std::optional<schedule::Schedule> read = schedule::read(file, graph, target, diags);
    if (read.has_value() == diags.hasErrors())
      throw std::runtime_error("neither a schedule nor an error:\n" + changed.str());
    for (const auto& diagnostic : diags.all()) renderText(*diagnostic, false);
    if (!read) continue;
    if (const auto wrong = problems(*read, graph); !wrong.empty())
      throw std::runtime_error("a schedule that was read breaks a rule: " + wrong[0].text + "\n" +
                               changed.str());
    text = changed, result = changed.str(), schedule = std::move(*read);
  }
  return schedule;
}

} // namespace convoy::random_pipelines
