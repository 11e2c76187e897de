// Reads loop IR in tests.
#pragma once
#include "loop/reader.h"
#include <gtest/gtest.h>

namespace convoy::loop {

// A module from text that must be readable.
inline Module parse(const std::string& text) {
  SourceFile file("test.loop", text);
  DiagnosticEngine diags;
  auto module = read(file, diags);
  for (const auto& d : diags.all()) ADD_FAILURE() << renderText(*d, false);
  return module ? std::move(*module) : Module();
}

// "line:column message" of the first error in text that must not be readable.
inline std::string readError(const std::string& text) {
  SourceFile file("test.loop", text);
  DiagnosticEngine diags;
  if (read(file, diags) || diags.all().empty()) return "no error";
  const Diagnostic& d = *diags.all()[0];
  auto at = file.position(d.labels[0].location.begin);
  return std::to_string(at.line) + ":" + std::to_string(at.column) + " " + d.message;
}

} // namespace convoy::loop
