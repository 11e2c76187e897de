// Remarks as texts. What they say is tested in tests/lit/driver/remarks.test.
#include "inspect/remarks.h"
#include <gtest/gtest.h>

namespace convoy::inspect {
namespace {

Remark remarkAbout(const std::string& layer) {
  Remark remark;
  remark.kind = Remark::Missed;
  remark.decision = "fuse", remark.name = "ThroughMemory", remark.layer = layer;
  remark.pieces = {{"", "'"}, {"Layer", layer}, {"", "' is written"}};
  return remark;
}

TEST(Remarks, YamlQuotesNames) {
  EXPECT_EQ(remarksYaml({remarkAbout("it's: #1")}), "--- !Missed\n"
                                                    "Pass:            fuse\n"
                                                    "Name:            ThroughMemory\n"
                                                    "Function:        'it''s: #1'\n"
                                                    "Args:\n"
                                                    "  - String: ''''\n"
                                                    "  - Layer: 'it''s: #1'\n"
                                                    "  - String: ''' is written'\n"
                                                    "...\n");
  // Names of models may hold anything: a line end must not end the text.
  EXPECT_NE(remarksYaml({remarkAbout("a\nPass: b")}).find("Function:        \"a\\nPass: b\"\n"),
            std::string::npos);
}

TEST(Remarks, PlacesAreThoseOfTexts) {
  const SourceFile script("net.cvy", "one\n  two\n"), model("net.onnx", "");
  Remark remark = remarkAbout("two");
  EXPECT_FALSE(positionOf(remark));
  remark.location = {&model, 0, 0};
  EXPECT_FALSE(positionOf(remark));
  EXPECT_EQ(remarksJson(std::vector<Remark>{remark}).asArray()->at(0).find("line"), nullptr);
  remark.location = {&script, 6, 9};
  const Json json = remarksJson(std::vector<Remark>{remark}).asArray()->at(0);
  EXPECT_EQ(json.find("line")->asInteger(), 2);
  EXPECT_EQ(json.find("column")->asInteger(), 3);
  EXPECT_EQ(*json.find("message")->asString(), "'two' is written");
  EXPECT_EQ(*json.find("facts")->asArray()->at(0).find("value")->asString(), "two");
  EXPECT_NE(remarksYaml({remark}).find("DebugLoc:        { File: 'net.cvy', Line: 2, Column: 3 }\n"),
            std::string::npos);
}

} // namespace
} // namespace convoy::inspect
