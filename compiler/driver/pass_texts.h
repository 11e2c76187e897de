// --print-after and --print-changed: what the phases make, as text, while they run.
#pragma once
#include "driver/pipeline.h"
#include <map>

namespace convoy::driver {

// Large constants are left out of the texts, as in every stage. Each phase has a headline:
//
//   ---- after 'lower': loops ----                       and the text
//   ---- 'share common' changes loops ----               and a unified diff
//   ---- 'remove dead' changes nothing ----
//   ---- 'sema' makes graph, 12 lines ----               the first text of a stage
class PassTexts {
public:
  using Write = std::function<void(const std::string& text)>;
  // Watches the compilation as its options ask for. Warns of phases that take no part in it.
  PassTexts(Compilation& compilation, Write write);

private:
  void see(const Compilation& compilation, const Phase& phase);
  void seeChange(const std::string& phase, Stage stage, const std::string& text);
  void seeStage(const Compilation& compilation, const Phase& phase, Stage stage);

  Write write_;
  std::set<std::string> after_;
  bool changed_;
  std::map<Stage, std::string> last_; // texts, as they are so far
};

} // namespace convoy::driver
