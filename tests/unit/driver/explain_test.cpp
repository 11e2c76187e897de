#include "driver/explain.h"
#include <gtest/gtest.h>

namespace convoy::driver {
namespace {

std::string codeOf(std::string_view written) {
  const DiagnosticRow* row = findDiagnostic(written);
  return row ? row->code : "";
}

TEST(Explain, ADiagnosticIsFoundByCodeAndByName) {
  for (const char* written : {"E0201", "e0201", "e201", "E201", "UnknownName", "unknownname"})
    EXPECT_EQ(codeOf(written), "E0201") << written;
  EXPECT_EQ(codeOf("w501"), "W0501");
  for (const char* written : {"", "E", "0201", "E020l", "W0701", "E99999999999999999999", "Unknown Name"})
    EXPECT_EQ(codeOf(written), "") << written;
}

TEST(Explain, TheNearestAreOffered) {
  auto nearest = [](std::string_view written) {
    std::string codes;
    for (const DiagnosticRow* row : nearestDiagnostics(written)) codes += std::string(" ") + row->code;
    return codes;
  };
  EXPECT_EQ(nearest("E0100"), " E0101 E0103 E0104");
  EXPECT_EQ(nearest("W0511").substr(0, 6), " W0501"); // of the same letter first
  EXPECT_EQ(nearest("UnknwonName"), " E0201");
  EXPECT_EQ(nearest("something else"), "");
}

TEST(Explain, EveryDiagnosticHasAPageThatStartsWithItsMessage) {
  ASSERT_EQ(explainPages().size(), diagnosticTable().size());
  for (const ExplainPage& page : explainPages()) {
    const DiagnosticRow* row = findDiagnostic(page.code);
    ASSERT_NE(row, nullptr) << page.code;
    const std::string title = std::string("# ") + row->code + ": " + messageOutline(*row) + "\n";
    EXPECT_EQ(std::string_view(page.text).substr(0, title.size()), title);
  }
}

TEST(Explain, TheListHasEveryDiagnosticOnce) {
  const std::string list = listOfDiagnostics(false);
  for (const DiagnosticRow& row : diagnosticTable()) {
    const std::string line = std::string("  ") + row.code + "  " + messageOutline(row) + "\n";
    const size_t at = list.find(line);
    ASSERT_NE(at, std::string::npos) << row.code << " is in no group";
    EXPECT_EQ(list.find(line, at + 1), std::string::npos) << row.code;
  }
}

TEST(Explain, APageIsMadeForATerminal) {
  const std::string page =
      "# Title\n\ntext with `code`\n\n## Wrong\n\n```cvy file=a.cvy\nx\n\n  y # z\n```\n";
  EXPECT_EQ(renderPage(page, false),
            "Title\n\ntext with `code`\n\nWrong\n\na.cvy:\n\n    x\n\n      y # z\n");
  EXPECT_EQ(renderPage("# Title\n", true), "\x1b[1mTitle\x1b[0m\n");
}

} // namespace
} // namespace convoy::driver
