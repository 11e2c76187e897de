#include "loop/type.h"
#include <gtest/gtest.h>

namespace convoy::loop {

TEST(Type, ReadsWhatItPrints) {
  for (const char* text : {"i1",
                           "u8",
                           "i8",
                           "u16",
                           "i16",
                           "i16x8",
                           "i32",
                           "i64",
                           "bf16",
                           "f32",
                           "f64",
                           "f32x16",
                           "i1x3",
                           "u8x256",
                           "ptr",
                           "ptr[5]",
                           "tile<16x32xbf16>",
                           "f32x16[14,2]",
                           "i64[4096]",
                           "f32[1,2,3]"}) {
    std::string_view rest = text;
    auto type = readType(rest);
    ASSERT_TRUE(type) << text;
    EXPECT_EQ(rest, "") << text;
    EXPECT_EQ(type->str(), text);
  }
}

TEST(Type, LeavesWhatFollows) {
  std::string_view rest = "f32x8 %a";
  EXPECT_EQ(readType(rest)->lanes, 8u);
  EXPECT_EQ(rest, " %a");
}

TEST(Type, RefusesWhatIsNone) {
  for (const char* text :
       {"", "f16", "f32x0", "f32x1", "f32x257", "f32x", "f32x99999999999", "f32[0]", "f32[4097]",
        "f32[64,65]", "f32[2", "f32[]", "tile<16x32>", "tile<16xbf16>", "tile<16x32xbf16", "pointer2 "}) {
    std::string_view rest = text;
    auto type = readType(rest);
    EXPECT_TRUE(!type || !rest.empty()) << text << " is read as " << type->str();
  }
}

TEST(Type, SizesAndParts) {
  Type t = Type::vector(Scalar::F32, 16).arrayOf({14, 2});
  EXPECT_EQ(t.elements(), 28u);
  EXPECT_EQ(t.element().str(), "f32x16");
  EXPECT_EQ(t.withScalar(Scalar::I1).str(), "i1x16[14,2]");
  EXPECT_FALSE(t.isIndex());
  EXPECT_TRUE(Type::index().isIndex());
  EXPECT_FALSE(Type::index().arrayOf({2}).isIndex());
  EXPECT_EQ(bytesOf(Scalar::BF16), 2);
  EXPECT_TRUE(isFloat(Scalar::BF16));
  EXPECT_FALSE(isFloat(Scalar::U8));
}

} // namespace convoy::loop
