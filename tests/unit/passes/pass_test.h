// Text in, pass, text out.
#pragma once
#include "loop/reader.h"
#include <gtest/gtest.h>

namespace convoy::loop {

inline std::string afterPass(const std::string& text, void (*pass)(Function&)) {
  SourceManager sources;
  DiagnosticEngine diags;
  auto module = read(*sources.add("test.loop", text), diags);
  if (!module) return "unreadable: " + (diags.all().empty() ? std::string() : diags.all()[0]->message);
  for (auto& function : module->functions) pass(*function);
  for (const std::string& problem : verify(*module)) return "broken: " + problem;
  return print(*module);
}

} // namespace convoy::loop
