#include "support/json.h"
#include <gtest/gtest.h>
#include <limits>

using namespace convoy;

TEST(Json, PrintsInTheOrderOfBuilding) {
  Json json = Json::object();
  json.set("b", 1).set("a", Json::array().push(true).push(nullptr).push(0.5).push("t\"\n"));
  EXPECT_EQ(json.str(), R"({"b":1,"a":[true,null,0.5,"t\"\n"]})");
  json.set("b", 2);
  EXPECT_EQ(json.find("b")->asInteger(), 2);
}

TEST(Json, NeverPrintsWhatIsNoJson) {
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).str(), "null");
  EXPECT_EQ(Json("\xFF").str(), "\"\xEF\xBF\xBD\"");
}

TEST(Json, Reads) {
  auto json = parseJson(R"({"x": [1, 2.5, "s", false], "y": null})");
  ASSERT_TRUE(json);
  const Json::Array& x = *json->find("x")->asArray();
  EXPECT_EQ(x[0].asInteger(), 1);
  EXPECT_EQ(x[1].asNumber(), 2.5);
  EXPECT_EQ(x[1].asInteger(), std::nullopt);
  EXPECT_EQ(*x[2].asString(), "s");
  EXPECT_EQ(x[3].asBool(), false);
  EXPECT_TRUE(json->find("y")->isNull());
  EXPECT_EQ(json->find("z"), nullptr);
}

TEST(Json, SaysWhereTheTextIsBroken) {
  std::string error;
  EXPECT_FALSE(parseJson("{\n  \"a\": ]", &error));
  EXPECT_EQ(error.rfind("not valid JSON at line 2, column ", 0), 0u) << error;
}

TEST(Json, RefusesDeepNesting) {
  std::string error;
  EXPECT_FALSE(parseJson(std::string(100000, '['), &error));
  EXPECT_EQ(error, "JSON nested deeper than 100 levels");
  EXPECT_TRUE(parseJson("\"" + std::string(200, '[') + "\""));
}

TEST(Json, BoundsTheNumberOfValues) {
  JsonLimits limits;
  limits.values = 5;
  std::string error;
  EXPECT_TRUE(parseJson("[1, 2, 3]", &error, limits));
  EXPECT_FALSE(parseJson("[1, 2, 3, 4, 5]", &error, limits));
  EXPECT_EQ(error, "JSON of more than 5 values");
  EXPECT_FALSE(parseJson("[[], [], [], []]", &error, limits));
  EXPECT_TRUE(parseJson("\",,,,,,[[[[[\"", &error, limits));
}

TEST(Json, RefusesDoubledKeysWhenAsked) {
  JsonLimits limits;
  limits.uniqueKeys = true;
  std::string error;
  EXPECT_TRUE(parseJson(R"({"a": {"a": 1}, "b:": ":", "\"": [{"a": 2}, {"a": 2}]})", &error, limits))
      << error;
  EXPECT_FALSE(parseJson(R"({"a": 1, "b": 2, "a": 1})", &error, limits));
  EXPECT_EQ(error, "JSON that names a member twice");
  EXPECT_FALSE(parseJson(R"([{"x": {"a": 1, "\u0061": 1}}])", &error, limits));
  EXPECT_TRUE(parseJson(R"({"a": 1, "a": 1})", &error));
}
