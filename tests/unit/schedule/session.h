// A script of a test up to its schedule, for a processor with vectors of 16.
#pragma once
#include "parse/parser.h"
#include "schedule/lower.h"
#include "sema/sema.h"
#include <gtest/gtest.h>

namespace convoy {

struct Session {
  SourceManager sources;
  DiagnosticEngine diags;
  graph::Graph graph;
  Target target;

  explicit Session(const std::string& body) {
    target.vectorBits = 512;
    target.vectorRegisters = 32;
    auto file = parse(*sources.add("test.cvy", body), diags);
    auto analyzed = analyze(*file, {}, diags);
    EXPECT_TRUE(analyzed) << (diags.all().empty() ? "" : diags.all()[0]->message);
    if (analyzed) graph = std::move(*analyzed);
  }
  // Of direct sums and without groups; Winograd's algorithm and groups have tests of their own.
  schedule::Schedule schedule() const {
    schedule::Choices choices;
    choices.winograd = schedule::WinogradChoice::Never;
    choices.groups = schedule::GroupChoice::Never;
    return schedule::makeSchedule(graph, target, choices);
  }
  // Reads a schedule's text; the message of the first problem, or "".
  std::string complaint(const std::string& text) {
    DiagnosticEngine own;
    schedule::read(*sources.add("test.schedule", text), graph, target, own);
    std::string message = own.all().empty() ? "" : own.all()[0]->message;
    return message.rfind("schedule: ", 0) == 0 ? message.substr(10) : message;
  }
};

} // namespace convoy
