#include "format/format.h"
#include <gtest/gtest.h>

namespace {

// What is formatted must come out as `expected`, and stay so.
void expectFormat(const std::string& input, const std::string& expected) {
  const std::string once = convoy::formatScript(input);
  EXPECT_EQ(once, expected) << "of:\n" << input;
  EXPECT_EQ(convoy::formatScript(once), once) << "a second time, of:\n" << input;
}
// In a pipeline's body.
void expectStatements(const std::string& input, const std::string& expected) {
  expectFormat("pipeline p(x: tensor) {\n" + input + "\n}\n", "pipeline p(x: tensor) {\n" + expected + "}\n");
}

} // namespace

TEST(Format, SpacesAndIndents) {
  expectFormat("pipeline  edges( photo:image [ rgb ] )->image[gray]{gray=luminance(photo) ; return   gray}",
               "pipeline edges(photo: image[rgb]) -> image[gray] {\n"
               "    gray = luminance(photo)\n"
               "    return gray\n"
               "}\n");
}

TEST(Format, Operators) {
  expectStatements("a=-x*2+ +3-(-1) b = 2**-1 c = x>0&&y!=1 d=list [ 0 ]", "    a = -x * 2 + +3 - (-1)\n"
                                                                           "    b = 2 ** -1\n"
                                                                           "    c = x > 0 && y != 1\n"
                                                                           "    d = list[0]\n");
}

TEST(Format, ChainsStayAsTheyWereBroken) {
  expectStatements("return x|>relu |>conv( 3,kernel :3x3 )",
                   "    return x |> relu |> conv(3, kernel: 3x3)\n");
  expectStatements("return x |> relu\n|> conv(3) |> relu\n  |> softmax", "    return x |> relu\n"
                                                                         "        |> conv(3) |> relu\n"
                                                                         "        |> softmax\n");
}

TEST(Format, LongChainsAreBrokenAtEveryStep) {
  expectStatements("    y = x |> conv(64, kernel: 7x7, stride: 2, padding: 3, bias: false) |> "
                   "batch_norm(name: \"batch_normalisation_1\") |> relu",
                   "    y = x\n"
                   "        |> conv(64, kernel: 7x7, stride: 2, padding: 3, bias: false)\n"
                   "        |> batch_norm(name: \"batch_normalisation_1\")\n"
                   "        |> relu\n");
}

TEST(Format, ArgumentsAreJoinedOrOneALine) {
  expectStatements("y = conv(x, 3,\n stride: 2)", "    y = conv(x, 3, stride: 2)\n");
  expectStatements("y = conv(\n x, 3, stride: 2)", "    y = conv(\n"
                                                   "        x,\n"
                                                   "        3,\n"
                                                   "        stride: 2,\n"
                                                   "    )\n");
  expectStatements("y = conv(x, some_filters_of_a_long_name, kernel: some_kernel, padding: some_padding, "
                   "name: \"a name that is rather long\")",
                   "    y = conv(\n"
                   "        x,\n"
                   "        some_filters_of_a_long_name,\n"
                   "        kernel: some_kernel,\n"
                   "        padding: some_padding,\n"
                   "        name: \"a name that is rather long\",\n"
                   "    )\n");
}

TEST(Format, ListsThatWereBrokenStayBroken) {
  expectStatements("k = [[1,2],[3,4]]", "    k = [[1, 2], [3, 4]]\n");
  expectStatements("k = [[1,2],\n[3,4]]", "    k = [\n"
                                          "        [1, 2],\n"
                                          "        [3, 4],\n"
                                          "    ]\n");
  expectStatements("k = [exp(-i * i / 8) for i in -4..5]", "    k = [exp(-i * i / 8) for i in -4..5]\n");
}

TEST(Format, NumbersFillLines) {
  expectStatements("k = [100000, 200000, 300000, 400000, 500000, 600000, 700000, 800000, -900000, 110000, "
                   "120000, 130000, 14000000, 15000000]",
                   "    k = [\n"
                   "        100000, 200000, 300000, 400000, 500000, 600000, 700000, 800000, -900000, 110000, "
                   "120000, 130000, 14000000,\n"
                   "        15000000,\n"
                   "    ]\n");
}

TEST(Format, LongSumsAreFilled) {
  expectStatements(
      "y = a_rather_long_name_of_a_value * another_long_name_of_a_value + yet_another_name_of_a_value - "
      "one_more_name_of_a_value",
      "    y = a_rather_long_name_of_a_value * another_long_name_of_a_value + yet_another_name_of_a_value\n"
      "        - one_more_name_of_a_value\n");
}

TEST(Format, Comments) {
  expectFormat("// top\n\n\n// of the pipeline\npipeline p(x: tensor) { // behind\n  // before\n  y = x // "
               "at the end\n\n\n"
               "  return y |> relu // first\n    // between\n    |> softmax // last\n  // end\n}\n// done\n",
               "// top\n"
               "\n"
               "// of the pipeline\n"
               "pipeline p(x: tensor) {  // behind\n"
               "    // before\n"
               "    y = x  // at the end\n"
               "\n"
               "    return y |> relu  // first\n"
               "        // between\n"
               "        |> softmax  // last\n"
               "    // end\n"
               "}\n"
               "\n"
               "// done\n");
}

TEST(Format, CommentsInsideBrackets) {
  expectStatements("y = conv(x, // the input\n 3, // filters\n // the size\n kernel: 3x3 // odd\n)",
                   "    y = conv(\n"
                   "        x,  // the input\n"
                   "        3,  // filters\n"
                   "        // the size\n"
                   "        kernel: 3x3,  // odd\n"
                   "    )\n");
  expectStatements("y = [\n// nothing\n]", "    y = [\n"
                                           "        // nothing\n"
                                           "    ]\n");
  expectStatements("y = a + // why\n b", "    y = a +  // why\n"
                                         "    b\n");
}

TEST(Format, Definitions) {
  expectFormat("weights \"a.npz\" const a=1 const b = [1,2]\nimport \"lib.cvy\"\nblock f(x,n:int=2){return "
               "x}\npipeline p(x:tensor)"
               "{return f(x)}",
               "weights \"a.npz\"\n"
               "const a = 1\n"
               "const b = [1, 2]\n"
               "import \"lib.cvy\"\n"
               "\n"
               "block f(x, n: int = 2) {\n"
               "    return x\n"
               "}\n"
               "\n"
               "pipeline p(x: tensor) {\n"
               "    return f(x)\n"
               "}\n");
}

TEST(Format, LoopsAndChoices) {
  expectStatements("for i in 0..4 { x=relu(x) low,high=split(x) if i==0{x=a}else if i<2{x=b}else{} }\n"
                   "s = if a==1{x}else{x|>relu} return s",
                   "    for i in 0..4 {\n"
                   "        x = relu(x)\n"
                   "        low, high = split(x)\n"
                   "        if i == 0 {\n"
                   "            x = a\n"
                   "        } else if i < 2 {\n"
                   "            x = b\n"
                   "        } else {}\n"
                   "    }\n"
                   "    s = if a == 1 { x } else { x |> relu }\n"
                   "    return s\n");
}

TEST(Format, LongChoices) {
  expectStatements("skip = if stride == 1 && channels(x) == filters { x } else { x |> conv(filters, kernel: "
                   "1x1)\n|> batch_norm }",
                   "    skip = if stride == 1 && channels(x) == filters {\n"
                   "        x\n"
                   "    } else {\n"
                   "        x |> conv(filters, kernel: 1x1)\n"
                   "            |> batch_norm\n"
                   "    }\n");
}

TEST(Format, Strings) {
  expectStatements("y = f(name: \"layer{stage  +  1}.{n(\"a}\")} {{ \\\" // no comment\")",
                   "    y = f(name: \"layer{stage  +  1}.{n(\"a}\")} {{ \\\" // no comment\")\n");
}

TEST(Format, SemicolonsAndSecondCommas) {
  expectFormat(";;pipeline p(x: tensor,) { ; y = conv(x, 3, ); ; return y; };", "pipeline p(x: tensor) {\n"
                                                                                "    y = conv(x, 3)\n"
                                                                                "    return y\n"
                                                                                "}\n");
}

TEST(Format, Nothing) {
  expectFormat("", "");
  expectFormat("\n\n", "");
  expectFormat("// a comment", "// a comment\n");
}
