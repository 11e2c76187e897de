#include "driver/memory_limit.h"
#include "driver/run_sizes.h"
#include "schedule/lower.h"
#include <algorithm>

namespace convoy::driver {

namespace {

// For one item and one thread; none: it depends on sizes that are not known.
std::optional<int64_t> bytesOf(const Size& bytes, const RunSizes& sizes) { return bytes.evaluate(sizes); }

std::string share(int64_t bytes, bool isRing) {
  return (isRing ? "some rows of this take " : "this takes ") + grouped(bytes) + " bytes";
}

void report(Compilation& c, const schedule::Workspace& workspace, const RunSizes& sizes, int64_t needed,
            bool mayChange) {
  struct Buffer {
    graph::ValueId value;
    int64_t bytes;
    bool isRing;
  };
  std::vector<Buffer> largest;
  for (const schedule::HeldBuffer& held : workspace.held)
    largest.push_back({held.value, bytesOf(held.bytes, sizes).value_or(0), held.isRing});
  std::sort(largest.begin(), largest.end(), [](const Buffer& a, const Buffer& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.value < b.value;
  });
  constexpr size_t shown = 3;
  largest.resize(std::min(largest.size(), shown));
  std::string names;
  for (const Buffer& buffer : largest)
    names += (names.empty() ? "" : ", ") + ("'" + c.graph->value(buffer.value).name + "'");

  const Location where = largest.empty() ? Location{} : c.graph->value(largest[0].value).location;
  auto diagnostic = c.diags.report(diag::MemoryLimit, where, c.graph->name, grouped(needed),
                                   grouped(c.options.memoryLimit));
  for (size_t i = 0; i < largest.size(); ++i) {
    const Location at = c.graph->value(largest[i].value).location;
    const std::string text = share(largest[i].bytes, largest[i].isRing);
    if (i == 0)
      diagnostic.primary(text);
    else if (at.file)
      diagnostic.label(at, text);
  }
  diagnostic.note("the largest parts of it are the values of " + names);
  if (!mayChange) diagnostic.help("without --schedule the compiler looks for a schedule that needs less");
  diagnostic.help("--memory-limit=" + std::to_string(needed) +
                  " is enough for one item and one thread; smaller inputs need less; 'convoy plan' says why "
                  "values lie whole in memory");
}

} // namespace

bool keepMemoryLimit(Compilation& c, bool mayChange) {
  const std::optional<RunSizes> sizes = findSizes(*c.graph, c.options.sizes, c.diags);
  if (!sizes) return false;
  schedule::Workspace workspace = workspaceFor(*c.graph, *c.schedule, *c.target);
  std::optional<int64_t> needed = bytesOf(workspace.bytes(), *sizes);
  if (needed && *needed <= c.options.memoryLimit) return true;
  if (mayChange) {
    schedule::Choices least = c.options.choices;
    least.groups = schedule::GroupChoice::Wherever;
    schedule::Schedule other = makeSchedule(*c.graph, *c.target, least);
    other.items = 1;
    schedule::Workspace ofOther = workspaceFor(*c.graph, other, *c.target);
    const std::optional<int64_t> otherNeeded = bytesOf(ofOther.bytes(), *sizes);
    if (!needed || !otherNeeded || *otherNeeded < *needed) {
      c.schedule = std::move(other);
      workspace = std::move(ofOther);
      needed = otherNeeded;
    }
  }
  if (!needed || *needed <= c.options.memoryLimit) return true;
  report(c, workspace, *sizes, *needed, mayChange);
  return false;
}

} // namespace convoy::driver
