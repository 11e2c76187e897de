// What the operating system says, in this project's words.
#pragma once
#include <string>

namespace convoy {

// What an errno value means, in a few words: "there is no such file or folder".
std::string errorWords(int error);

} // namespace convoy
