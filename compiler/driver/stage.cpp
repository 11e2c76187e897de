#include "driver/stage.h"
#include "support/internal_error.h"

namespace convoy::driver {

const std::vector<Stage>& allStages() {
  static const std::vector<Stage> stages = {Stage::Ast,           Stage::Graph,   Stage::Fused,
                                            Stage::Schedule,      Stage::Loops,   Stage::Llvm,
                                            Stage::LlvmOptimized, Stage::Assembly};
  return stages;
}

const char* nameOf(Stage stage) {
  switch (stage) {
  case Stage::Ast: return "ast";
  case Stage::Graph: return "graph";
  case Stage::Fused: return "fused";
  case Stage::Schedule: return "schedule";
  case Stage::Loops: return "loops";
  case Stage::Llvm: return "llvm";
  case Stage::LlvmOptimized: return "llvm-opt";
  case Stage::Assembly: return "asm";
  }
  internalError("a stage without a name");
}

std::optional<Stage> findStage(std::string_view name) {
  for (Stage stage : allStages())
    if (name == nameOf(stage)) return stage;
  return std::nullopt;
}

std::string numberedName(Stage stage) {
  const std::string number = std::to_string(static_cast<int>(stage) + 1);
  return (number.size() < 2 ? "0" : "") + number + "-" + nameOf(stage);
}

} // namespace convoy::driver
