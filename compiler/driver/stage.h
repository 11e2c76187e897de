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
// Its place from 1, and its name: "07-llvm-opt".
std::string numberedName(Stage stage);

} // namespace convoy::driver
