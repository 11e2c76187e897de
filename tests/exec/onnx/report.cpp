#include "report.h"
#include <fstream>
#include <map>
#include <sstream>

namespace convoy::onnx_tests {

namespace {

constexpr const char *first = "<!-- made by onnx_conformance -->", *last = "<!-- end -->";

struct Counts {
  int passed = 0, failed = 0, other = 0;
  void add(const Outcome& outcome) {
    ++(outcome.state == Outcome::Passed ? passed : outcome.state == Outcome::Failed ? failed : other);
  }
};

} // namespace

std::string tables(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes) {
  std::map<std::string, Counts> suites, operators;
  std::map<std::string, int> reasons;
  std::vector<std::string> failures;
  for (size_t i = 0; i < cases.size(); ++i) {
    suites[cases[i].suite].add(outcomes[i]);
    if (outcomes[i].state == Outcome::NotApplicable) ++reasons[cases[i].reason];
    if (outcomes[i].state == Outcome::Failed)
      failures.push_back("`" + cases[i].name + "`: " + outcomes[i].why);
    if (outcomes[i].state != Outcome::NotApplicable)
      for (const std::string& op : cases[i].operators) operators[op].add(outcomes[i]);
  }
  std::ostringstream text;
  text << first << "\n\n| tests | passed | failed | not applicable |\n| --- | ---: | ---: | ---: |\n";
  for (const auto& [suite, counts] : suites)
    text << "| " << suite << " | " << counts.passed << " | " << counts.failed << " | " << counts.other
         << " |\n";
  if (!failures.empty()) {
    text << "\nThose that fail:\n\n";
    for (const std::string& failure : failures) text << "- " << failure << "\n";
  }
  text << "\nOf the applicable ones, by operator:\n\n| operator | passed | failed |\n| --- | ---: | ---: |\n";
  for (const auto& [op, counts] : operators)
    text << "| " << op << " | " << counts.passed << " | " << counts.failed << " |\n";
  text << "\nNot applicable is a test that\n\n| | tests |\n| --- | ---: |\n";
  for (const auto& [reason, count] : reasons) text << "| " << reason << " | " << count << " |\n";
  text << "\n" << last;
  return text.str();
}

bool pageHas(const std::string& path, const std::string& tables, bool writes) {
  std::ifstream in(path);
  std::stringstream content;
  content << in.rdbuf();
  std::string page = content.str();
  const size_t from = page.find(first), to = page.find(last);
  if (from == std::string::npos || to == std::string::npos) return false;
  const size_t length = to + std::string(last).size() - from;
  if (page.compare(from, length, tables) == 0) return true;
  if (!writes) return false;
  page.replace(from, length, tables);
  std::ofstream(path) << page;
  return true;
}

} // namespace convoy::onnx_tests
