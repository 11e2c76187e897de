// Facts and rows of the op table as short texts for people, in Markdown.
#pragma once
#include "ops/op_table.h"
#include "sema/facts.h"
#include "server/analysis.h"
#include <string>
#include <vector>

namespace convoy::server {

// "tensor[16, H, W]", "the integer 3": each text once, in the order of the fact.
std::vector<std::string> distinctValues(const sema::Fact& fact, const graph::Graph& graph);
// The same with "or" between them, cut after a few: "tensor[64, 56, 56] or tensor[128, 28, 28] or 2 more".
std::string valueText(const sema::Fact& fact, const graph::Graph& graph);

// "1234567" as "1,234,567"; a size of the running program as it is.
std::string countText(const Size& count);

// How a layer is called: "conv(x, filters, kernel:, stride: 1, ...)".
std::string signatureOf(const OpInfo& row);
// "`stride`, 1 by default: Distance between neighbouring windows, per axis."
std::string describe(const AttributeSpec& spec);
// The sentence of the row and a line for each attribute.
std::string describe(const OpInfo& row);
// One layer of a graph: shapes, resolved attributes, multiply-adds and parameters.
std::string describeLayer(const graph::Graph& graph, const graph::Value& node);
// "1,234 multiply-adds per item, 56 parameters"
std::string workText(const Size& multiplyAdds, int64_t learned);

} // namespace convoy::server
