#include "driver/remarks.h"
#include "driver/report.h"
#include "output/files.h"
#include "support/internal_error.h"

namespace convoy::driver {

bool checkRemarks(Compilation& c) {
  const std::string& path = c.options.remarksFile;
  if (path.empty()) return true;
  c.wantsFusion = true;
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a fusion report", describe(c.kind));
    return false;
  }
  if (!isSameFile(path, c.options.file)) return true;
  c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with --remarks");
  return false;
}

bool writeRemarks(Compilation& c, const inspect::FusionReport& report) {
  const std::string& path = c.options.remarksFile;
  if (path.empty()) return true;
  for (const std::string& source : c.filesRead)
    if (isSameFile(path, source)) {
      c.diags.report(diag::OutputIsInput, {}, source).help("name another file with --remarks");
      return false;
    }
  return wrote(writeFile(path, inspect::remarksJson(report).str(true) + "\n"), path, c.diags);
}

bool writeRemarks(Compilation& c) {
  if (c.options.remarksFile.empty()) return true;
  require(c.fusion.has_value(), "there is no fusion report to write");
  return writeRemarks(c, *c.fusion);
}

} // namespace convoy::driver
