// What layers and attributes are called in PyTorch, Keras, OpenCV, NumPy and Python, where the spelling alone
// does not lead to the word that is meant here.
#pragma once
#include <string>
#include <string_view>

namespace convoy::sema {

// What to write in place of a layer or function of another tool, as a help; null when the word is not known.
const char* helpForForeignLayer(std::string_view word);

// The attribute's name here: "kernel" for "kernel_size". Empty when the word is not known.
std::string attributeFromForeign(std::string_view word);
// What to do with an attribute that has no name here; null when the word is not known.
const char* helpForForeignAttribute(std::string_view word);

} // namespace convoy::sema
