// docs/layers.md: every layer, made from the op table.
#pragma once
#include <string>

namespace convoy::server {

// Markdown. The shapes and parameters of the examples are what the front end makes of them.
std::string layerPage();

} // namespace convoy::server
