// Every row of the op table is complete.
#include "ops/op_table.h"
#include <gtest/gtest.h>
#include <set>

namespace convoy {
namespace {

TEST(OpTable, RowsAreInOrderAndNamedOnce) {
  std::set<std::string> names;
  for (size_t i = 0; i < opTable().size(); ++i) {
    const OpInfo& row = opTable()[i];
    EXPECT_EQ(static_cast<size_t>(row.kind), i) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(findOp(row.name), &row);
    EXPECT_EQ(&opInfo(row.kind), &row);
  }
  EXPECT_EQ(findOp("no_such_layer"), nullptr);
}

TEST(OpTable, RowsHaveARuleAccessMapsAndDocumentation) {
  for (const OpInfo& row : opTable()) {
    EXPECT_NE(row.shape, nullptr) << row.name;
    EXPECT_NE(row.access, nullptr) << row.name;
    std::string doc = row.doc.summary;
    ASSERT_FALSE(doc.empty()) << row.name;
    EXPECT_EQ(doc.back(), '.') << row.name;
    EXPECT_FALSE(row.doc.examples.empty()) << row.name;
    EXPECT_GE(row.minOperands, 1) << row.name;
    bool positionalEnded = false;
    for (const AttributeSpec& spec : row.attributes) {
      EXPECT_FALSE(spec.doc.empty()) << row.name << "." << spec.name;
      if (!spec.positional)
        positionalEnded = true;
      else
        EXPECT_FALSE(positionalEnded) << row.name << ": positional attributes come first";
    }
  }
}

TEST(OpTable, ActivationsComeBeforeParameters) {
  EXPECT_EQ(activationCount(opInfo(OpKind::Conv), 3), 1);
  EXPECT_EQ(activationCount(opInfo(OpKind::Concat), 3), 3);
  EXPECT_EQ(activationCount(opInfo(OpKind::Add), 2), 2);
}

} // namespace
} // namespace convoy
