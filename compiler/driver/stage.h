// The stages that a person can look at, in the order in which a compilation passes them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace convoy::driver {

enum class Stage { Ast, Graph, Fused, Schedule, Loops, Llvm, LlvmOptimized, Assembly };

const std::vector<Stage>& allStages();
const char* nameOf(Stage stage); // as --stage takes it: "llvm-opt"
std::optional<Stage> findStage(std::string_view name);
// Whether a compilation can go on from its text.
bool readsBack(Stage stage);
std::vector<std::string> namesThatReadBack();
// Its place from 1, and its name: "07-llvm-opt".
std::string numberedName(Stage stage);

// What FILE holds, by the end of its name: a script, a model in ONNX format, or the text of a stage to go on
// from. (A name does not tell whether LLVM IR is optimized.)
enum class FileKind { Script, Onnx, Graph, Schedule, Loops, Llvm, LlvmOptimized };
FileKind fileKindOf(const std::string& path);
const char* describe(FileKind kind); // "a script", "an ONNX model", "graph IR", "loop IR"
// Whether it says what the pipeline is: its layers, inputs and results. Else it is code alone.
bool hasLayers(FileKind kind);
// Of a text to go on from.
std::optional<Stage> stageOf(FileKind kind);
FileKind kindOf(Stage stage); // readsBack(stage)

} // namespace convoy::driver
