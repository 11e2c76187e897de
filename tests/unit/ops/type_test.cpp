// Types and attributes as text and as values.
#include "ops/attributes.h"
#include "ops/type.h"
#include "support/internal_error.h"
#include <gtest/gtest.h>

namespace convoy {
namespace {

TEST(Type, Prints) {
  TensorType photo{{3, Size::symbol("H"), 640}, ImageKind::Rgb};
  EXPECT_EQ(photo.str(), "image[rgb, H, 640]");
  photo.image = ImageKind::None;
  EXPECT_EQ(photo.str(), "tensor[3, H, 640]");
  EXPECT_EQ(photo.elements(), 1920 * Size::symbol("H"));
  EXPECT_EQ(axisName(photo, 0) + axisName(photo, 1) + axisName(photo, 2), "CHW");
  EXPECT_EQ(axisName(TensorType{{1, 2}}, 1), "W");
}

TEST(Type, MessagesLeaveOutWhatTheScriptLeavesOut) {
  TensorType photo{{3, Size::symbol("photo.H"), Size::symbol("photo.W")}, ImageKind::Rgb};
  EXPECT_EQ(photo.str(), "image[rgb]");
  EXPECT_EQ(photo.fullText(), "image[rgb, photo.H, photo.W]");
  photo.dims[1] = Size::symbol("photo.H") - 2;
  EXPECT_EQ(photo.str(), "image[rgb, photo.H - 2, photo.W]");
}

TEST(Type, ImageKinds) {
  for (ImageKind kind : {ImageKind::Gray, ImageKind::Rgb, ImageKind::Rgba})
    EXPECT_EQ(imageKindNamed(nameOf(kind)), kind);
  EXPECT_EQ(imageKindNamed("grey"), ImageKind::None);
  EXPECT_EQ(channelsOf(ImageKind::Rgba), 4);
}

TEST(Attributes, BorderAliasesArePrintedByTheirMode) {
  auto printed = [](const char* word) { return Border{*borderModeNamed(word), 0}.str(); };
  EXPECT_EQ(printed("symmetric"), "reflect");
  EXPECT_EQ(printed("mirror"), "reflect101");
  EXPECT_EQ(printed("edge"), "replicate");
  EXPECT_EQ(printed("nearest"), "replicate");
  EXPECT_EQ(printed("circular"), "wrap");
  EXPECT_EQ(printed("zero"), "zero");
  EXPECT_EQ((Border{BorderMode::Constant, 0.5}.str()), "constant(0.5)");
  EXPECT_FALSE(borderModeNamed("constant"));
}

TEST(Attributes, KeepTheirOrderAndType) {
  Attributes attributes;
  attributes.set("b", int64_t(1));
  attributes.set("a", 0.1);
  attributes.set("b", int64_t(2));
  ASSERT_EQ(attributes.all().size(), 2u);
  EXPECT_EQ(attributes.all()[0].first, "b");
  EXPECT_EQ(attributes.get<int64_t>("b"), 2);
  EXPECT_THROW(attributes.get<bool>("b"), InternalError);
  EXPECT_THROW(attributes.get<int64_t>("c"), InternalError);
  attributes.erase("b");
  EXPECT_FALSE(attributes.has("b"));
}

TEST(Attributes, NumbersPrintShortest) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(0.1f), "0.1");
  EXPECT_EQ(shortest(-1.0f), "-1");
  EXPECT_EQ(quoted("a\"\\\n"), "\"a\\\"\\\\\\x0a\"");
}

} // namespace
} // namespace convoy
