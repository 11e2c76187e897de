// Every diagnostic of names, types, shapes and parameters: its text, its place, what it points at and
// proposes.
#include "analyze.h"

namespace convoy {
namespace {

struct Case {
  const char* code;
  const char* text;
  const char* diagnostics;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.code; }
class SemaDiagnostics : public testing::TestWithParam<Case> {};

TEST_P(SemaDiagnostics, AsDocumented) {
  Analyzed analyzed = analyzeText(GetParam().text);
  EXPECT_EQ(analyzed.diagnostics, GetParam().diagnostics) << GetParam().text;
  EXPECT_NE(analyzed.diagnostics.find(GetParam().code), std::string::npos);
}

const Case kCases[] = {
#include "diagnostic_cases.inc"
#include "language_cases.inc"
#include "quantized_cases.inc"
};
INSTANTIATE_TEST_SUITE_P(All, SemaDiagnostics, testing::ValuesIn(kCases));

TEST(SemaDiagnosticsTogether, OnePerMistakeAndNoneFollows) {
  Analyzed analyzed = analyzeText("pipeline p(x: tensor[3, 8, 8], y: tensr[3]) {\n"
                                  "  a = x |> convv(8) |> relu |> dense(3)\n"
                                  "  b = a + y + nothing\n"
                                  "  c = b |> conv(8, kernal: 3, stride: 0)\n"
                                  "  return c * a\n}\n");
  EXPECT_EQ(analyzed.diagnostics, "1:35: E0205: there is no type 'tensr'\n  fix: did you mean 'tensor'?\n    "
                                  "1:35: 'tensr' becomes 'tensor'\n"
                                  "2:12: E0202: there is no layer or function named 'convv'\n  fix: did you "
                                  "mean 'conv'?\n    2:12: 'convv' becomes 'conv'\n"
                                  "3:15: E0201: there is no value named 'nothing'\n");
}

// Every pool whose last window hangs over uses the size before it twice.
TEST(SemaDiagnosticsTogether, SizesStaySmall) {
  std::string text = "pipeline p(x: tensor[1, W]) { return x";
  for (int i = 0; i < 40; ++i) text += " |> max_pool(2, stride: 3, ceil_mode: true)";
  EXPECT_EQ(analyzeText(text + " }").diagnostics.substr(6),
            ": E0315: the sizes of this layer have become too complicated to compute at run time\n");
}

TEST(SemaDiagnosticsTogether, DefinesThatDoNotFit) {
  auto defined = [](const char* name, const char* value) {
    SemaOptions options;
    options.defines = {{name, value}};
    return analyzeText("const sigma = 1.5 const n = 3\npipeline p(x: tensor[1]) { return x * sigma * n }",
                       options)
        .diagnostics;
  };
  EXPECT_EQ(defined("sigma", "2"), "");
  EXPECT_EQ(defined("sigm", "2"), "1:7: E0254: the script has no constant 'sigm'\n");
  EXPECT_EQ(defined("n", "2.5"), "1:25: E0255: 'n' is the integer 3, which '-D' cannot make '2.5'\n"
                                 "  help: '-D' gives a value of the same kind\n");
}

// A parenthesis for each level needs no stack of its own: 190 of them, in a block that is called in another.
TEST(SemaDiagnosticsTogether, DeepCallsEndInADiagnostic) {
  std::string nested = "x", text;
  for (int i = 0; i < 150; ++i) nested = "(1 * " + nested + ")";
  for (int i = 0; i < 40; ++i)
    text += "block b" + std::to_string(i) + "(x) { return " +
            std::string(nested).replace(nested.find('x'), 1, "b" + std::to_string(i + 1) + "(x)") + " }\n";
  text += "block b40(x) { return x }\npipeline p(x: tensor[1]) { return b0(x) }";
  EXPECT_NE(analyzeText(text).diagnostics.find(
                "E0239: calls and brackets are inside each other more than 2000 deep"),
            std::string::npos);
}

TEST(SemaDiagnosticsTogether, PipelinesAreChosenByName) {
  SemaOptions options;
  options.pipeline = "edge";
  EXPECT_EQ(analyzeText("pipeline edges(x: tensor[1]) { return x }", options).diagnostics,
            "1:10: E0208: there is no pipeline named 'edge'\n  help: choose with --pipeline=edges\n");
}

} // namespace
} // namespace convoy
