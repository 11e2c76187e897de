// LLVM ends the process when it can make no code of a module, such as for an instruction that is of another
// processor. Of a text that a person wrote, that is no mistake of Convoy's.
#pragma once
#include <functional>
#include <optional>
#include <string>

namespace convoy {

// Runs `work`, and gives LLVM's reason when it would end the process. What LLVM had begun then is lost, and
// its memory with it. For any thread.
std::optional<std::string> reasonOfFailure(const std::function<void()>& work);

} // namespace convoy
