#include "driver/remarks.h"
#include "driver/report.h"
#include "output/files.h"
#include "support/internal_error.h"
#include <cstdio>
#include <regex>

namespace convoy::driver {

namespace {

using inspect::Remark;

bool areWanted(const Options& options) {
  return !options.remarksFile.empty() || !options.showPassed.empty() || !options.showMissed.empty() ||
         !options.showAnalysis.empty();
}

// The option that shows remarks of this kind, and what it was given.
struct Shown {
  const char* option;
  const std::string& expression;
};
Shown shownBy(Remark::Kind kind, const Options& options) {
  switch (kind) {
  case Remark::Passed: return {"-Rpass", options.showPassed};
  case Remark::Missed: return {"-Rpass-missed", options.showMissed};
  case Remark::Analysis: return {"-Rpass-analysis", options.showAnalysis};
  }
  internalError("a remark of no kind");
}

// "edges.cvy:3:10: remark: 'mul_1' is computed in the registers of 'conv_1' [-Rpass=fuse]"
std::string lineOf(const Remark& remark, const char* option, const Options& options, bool color) {
  std::string place = remark.location.str();
  if (!inspect::positionOf(remark)) place = options.file == "-" ? "standard input" : options.file;
  const char *strong = color ? "\x1b[1m" : "", *blue = color ? "\x1b[1;34m" : "",
             *plain = color ? "\x1b[0m" : "";
  return strong + escapeForTerminal(place) + ": " + blue + "remark: " + plain +
         escapeForTerminal(remark.text()) + " [" + option + "=" + remark.decision + "]\n";
}

// The shape of other diagnostics, with the decision in place of a code.
std::string jsonOf(const Remark& remark) {
  Diagnostic diagnostic;
  diagnostic.severity = Severity::Remark;
  diagnostic.code = remark.decision, diagnostic.name = remark.name;
  diagnostic.message = remark.text();
  if (inspect::positionOf(remark)) diagnostic.labels.push_back({remark.location, "", /*primary=*/true});
  return renderJson(diagnostic) + "\n";
}

void show(const std::vector<Remark>& remarks, const Options& options) {
  const bool json = options.format == DiagnosticsFormat::Json, color = useColor(options.color, stderr);
  for (const Remark& remark : remarks) {
    const Shown shown = shownBy(remark.kind, options);
    if (shown.expression.empty() || !finds(shown.expression, remark.decision)) continue;
    std::fputs((json ? jsonOf(remark) : lineOf(remark, shown.option, options, color)).c_str(), stderr);
  }
}

bool isYaml(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot != std::string::npos && (path.substr(dot) == ".yaml" || path.substr(dot) == ".yml");
}

} // namespace

bool finds(const std::string& expression, const std::string& text) {
  try {
    return std::regex_search(text, std::regex(expression));
  } catch (const std::regex_error&) {
    return false;
  }
}

bool checkRemarks(Compilation& c) {
  if (!areWanted(c.options)) return true;
  c.wantsPlan = true;
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "remarks", describe(c.kind));
    return false;
  }
  const std::string& path = c.options.remarksFile;
  if (path.empty() || !isSameFile(path, c.options.file)) return true;
  c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with --remarks");
  return false;
}

bool writeRemarks(Compilation& c, const inspect::Plan& plan, const std::vector<Remark>& remarks) {
  show(remarks, c.options);
  const std::string& path = c.options.remarksFile;
  if (path.empty()) return true;
  for (const std::string& source : c.filesRead)
    if (isSameFile(path, source)) {
      c.diags.report(diag::OutputIsInput, {}, source).help("name another file with --remarks");
      return false;
    }
  if (isYaml(path)) return wrote(writeFile(path, inspect::remarksYaml(remarks)), path, c.diags);
  Json json = inspect::remarksJson(plan.fusion);
  json.set("remarks", inspect::remarksJson(remarks));
  return wrote(writeFile(path, json.str(true) + "\n"), path, c.diags);
}

bool writeRemarks(Compilation& c) {
  if (!areWanted(c.options)) return true;
  require(c.plan.has_value(), "there is no plan to take remarks from");
  return writeRemarks(c, *c.plan, c.remarks);
}

} // namespace convoy::driver
