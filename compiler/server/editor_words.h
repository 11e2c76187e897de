// The words of the language by kind, from the tables that define them.
#pragma once
#include <string>
#include <vector>

namespace convoy::server {

struct EditorWords {
  std::vector<std::string> definitions; // keywords that begin a definition: pipeline, block, const, ...
  std::vector<std::string> control;     // for, in, if, else, return
  std::vector<std::string> constants;   // true, false
  std::vector<std::string> types;       // tensor, image, int, ...
  std::vector<std::string> imageKinds;  // gray, rgb, rgba
  std::vector<std::string> layers;      // by name, without those that are written as operators
  std::vector<std::string> functions;   // of numbers and shapes, without those that are layers too
  std::vector<std::string> attributes;  // of layers, and `name`
  std::vector<std::string> words;       // that attributes take: same, replicate, ...
};

// Each list is sorted and has no word twice.
EditorWords editorWords();

} // namespace convoy::server
