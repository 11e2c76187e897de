// What docs/layers.md says before the layers themselves: words and diagrams that no single row holds. Private
// to server/.
#pragma once
#include "ops/op_table.h"

namespace convoy::server {

extern const char* const layerPageStart;

struct LayerChapter {
  LayerGroup group;
  const char* title;
  const char* text; // what its layers have in common, with diagrams
};
const std::vector<LayerChapter>& layerChapters();

} // namespace convoy::server
