// What a call of a compiled pipeline says of its images: which are bytes, and what follows from it. Private
// to schedule/.
#pragma once
#include "schedule/images.h"
#include "schedule/kernel.h"

namespace convoy::schedule {

// Truth values of the running program.
struct ImageChoice {
  std::vector<Reg> ports; // of the inputs, then the outputs: it is bytes; null: it is no image
  Reg wrong = nullptr;    // what is no image is said to be bytes, or an element is none that there is
  // Of each image:
  std::vector<Reg> converted; // its planes are made of its bytes, or its bytes of its planes
  std::vector<Reg> planes;    // its planes lie in the workspace
  std::vector<Reg> onBytes;   // of each kernel: it runs on bytes; null: it never does
};

// `elements` as in convoy_call: null when all is float32.
ImageChoice choiceOf(Builder& b, const Graph& graph, const Images& images, Reg elements);

} // namespace convoy::schedule
