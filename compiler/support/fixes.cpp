#include "support/fixes.h"
#include <algorithm>
#include <map>

namespace convoy {

namespace {

// Edits that are to be made, by their place.
class Changes {
public:
  explicit Changes(const SourceFile& file) : file_(file) {}

  // All of the fix, or nothing of it.
  bool add(const Fix& fix) {
    if (fix.edits.empty() ||
        !std::all_of(fix.edits.begin(), fix.edits.end(), [&](const Edit& edit) { return fits(edit); }))
      return false;
    for (const Edit& edit : fix.edits) edits_[{edit.where.begin, edit.where.end}] = edit.replacement;
    return true;
  }

  std::string apply() const {
    const std::string_view before = file_.text();
    std::string after;
    size_t from = 0;
    for (const auto& [range, replacement] : edits_) {
      after += before.substr(from, range.first - from);
      after += replacement;
      from = range.second;
    }
    after += before.substr(from);
    return after;
  }

private:
  bool fits(const Edit& edit) const {
    const Location& where = edit.where;
    if (where.file != &file_ || where.begin > where.end || where.end > file_.text().size()) return false;
    const auto same = edits_.find({where.begin, where.end});
    if (same != edits_.end()) return same->second == edit.replacement;
    // Ranges that touch are refused as well: what two insertions at one place mean together nobody said.
    return std::none_of(edits_.begin(), edits_.end(), [&](const auto& made) {
      return where.begin <= made.first.second && made.first.first <= where.end;
    });
  }

  const SourceFile& file_;
  std::map<std::pair<uint32_t, uint32_t>, std::string> edits_;
};

} // namespace

FixedText applyFixes(const SourceFile& file, const std::vector<std::unique_ptr<Diagnostic>>& diagnostics) {
  Changes changes(file);
  FixedText result;
  for (const auto& diagnostic : diagnostics)
    if (!diagnostic->fixes.empty() && diagnostic->fixes.front().sure &&
        changes.add(diagnostic->fixes.front()))
      ++result.applied;
  result.text = changes.apply();
  return result;
}

} // namespace convoy
