#include "support/call_edits.h"
#include <gtest/gtest.h>

using namespace convoy;

namespace {

// `call` after the argument `padding: 1` was set, as a text; "" when that was refused.
std::string padded(const std::string& call, const std::string& written = "") {
  SourceFile file("a.cvy", call);
  WrittenAttributes attributes;
  if (const size_t at = call.find(written); !written.empty())
    attributes.emplace_back(
        "padding", Location{&file, static_cast<uint32_t>(at), static_cast<uint32_t>(at + written.size())});
  const auto edit = setArgument({&file, 0, static_cast<uint32_t>(call.size())}, attributes, "padding", "1");
  if (!edit) return "";
  return std::string(call).replace(edit->where.begin, edit->where.end - edit->where.begin, edit->replacement);
}

} // namespace

TEST(CallEdits, AnArgumentIsAdded) {
  EXPECT_EQ(padded("conv(8, kernel: 3x3)"), "conv(8, kernel: 3x3, padding: 1)");
  EXPECT_EQ(padded("conv(8,\n  kernel: 3x3,\n)"), "conv(8,\n  kernel: 3x3, padding: 1\n)");
  EXPECT_EQ(padded("max_pool()"), "max_pool(padding: 1)");
  EXPECT_EQ(padded("max_pool"), "max_pool(padding: 1)");
}

TEST(CallEdits, AWrittenOneIsReplaced) {
  EXPECT_EQ(padded("conv(8, padding: 0, bias: false)", "0"), "conv(8, padding: 1, bias: false)");
}

TEST(CallEdits, WhatIsNotPlainIsRefused) {
  EXPECT_EQ(padded("conv(8 // filters,\n)"), "");
  EXPECT_EQ(padded("a + b"), "");
  EXPECT_FALSE(setArgument({}, {}, "padding", "1"));
}

TEST(CallEdits, ALayerIsPutBeforeAPipedOne) {
  SourceFile file("a.cvy", "x |> dense(3) + dense(y)");
  const auto edit = insertBefore({&file, 5, 13}, "flatten");
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->where.begin, 5u);
  EXPECT_EQ(edit->replacement, "flatten |> ");
  EXPECT_FALSE(insertBefore({&file, 16, 24}, "flatten"));
}
