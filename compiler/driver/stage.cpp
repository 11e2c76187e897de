#include "driver/stage.h"
#include "support/internal_error.h"

namespace convoy::driver {

namespace {
constexpr FileKind textKinds[] = {FileKind::Graph, FileKind::Schedule, FileKind::Loops, FileKind::Llvm,
                                  FileKind::LlvmOptimized};

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
} // namespace

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

bool readsBack(Stage stage) {
  for (FileKind kind : textKinds)
    if (stageOf(kind) == stage) return true;
  return false;
}

std::vector<std::string> namesThatReadBack() {
  std::vector<std::string> names;
  for (Stage stage : allStages())
    if (readsBack(stage)) names.push_back(nameOf(stage));
  return names;
}

std::string numberedName(Stage stage) {
  const std::string number = std::to_string(static_cast<int>(stage) + 1);
  return (number.size() < 2 ? "0" : "") + number + "-" + nameOf(stage);
}

FileKind fileKindOf(const std::string& path) {
  if (endsWith(path, ".onnx")) return FileKind::Onnx;
  if (endsWith(path, ".graph")) return FileKind::Graph;
  if (endsWith(path, ".schedule")) return FileKind::Schedule;
  if (endsWith(path, ".loop")) return FileKind::Loops;
  if (endsWith(path, ".ll")) return FileKind::Llvm;
  return FileKind::Script;
}

const char* describe(FileKind kind) {
  switch (kind) {
  case FileKind::Script: return "a script";
  case FileKind::Onnx: return "an ONNX model";
  case FileKind::Graph: return "graph IR";
  case FileKind::Schedule: return "a schedule";
  case FileKind::Loops: return "loop IR";
  case FileKind::Llvm: return "LLVM IR";
  case FileKind::LlvmOptimized: return "optimized LLVM IR";
  }
  internalError("a kind of file without a name");
}

bool hasLayers(FileKind kind) {
  return kind == FileKind::Script || kind == FileKind::Onnx || kind == FileKind::Graph;
}

std::optional<Stage> stageOf(FileKind kind) {
  switch (kind) {
  case FileKind::Script:
  case FileKind::Onnx: return std::nullopt;
  case FileKind::Graph: return Stage::Graph;
  case FileKind::Schedule: return Stage::Schedule;
  case FileKind::Loops: return Stage::Loops;
  case FileKind::Llvm: return Stage::Llvm;
  case FileKind::LlvmOptimized: return Stage::LlvmOptimized;
  }
  internalError("a kind of file that is neither a source nor a stage");
}

FileKind kindOf(Stage stage) {
  for (FileKind kind : textKinds)
    if (stageOf(kind) == stage) return kind;
  internalError("a stage whose text is not read back");
}

} // namespace convoy::driver
