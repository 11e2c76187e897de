// How the page is told of tensors, and of the way in which each layer makes a result. Private to explore/.
#pragma once
#include "explore/maps.h"
#include "explore/numbers.h"

namespace convoy::explore {

// Of a value of the graph.
struct TensorFacts {
  Extents extents;
  Part part;
  PackedNumbers numbers; // their bytes are in the section `maps.numbers`,
  size_t offset;         // from here
};

// `tensors`, by ValueId; `layers`, in the page's numbers; `docs`, by layer's name: what the op table says.
Json mapsJson(const MapValues& values, const std::vector<TensorFacts>& tensors);

} // namespace convoy::explore
