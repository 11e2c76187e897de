// Attributes that several layers share, written once: the window (kernel, stride, padding, dilation, border).
#pragma once
#include "ops/op_table.h"

namespace convoy::ops {

// Rows of the source attributes.
AttributeSpec strideAttribute(std::optional<std::string> fallback); // none: the window
AttributeSpec dilationAttribute();
AttributeSpec paddingAttribute();
AttributeSpec borderAttribute();
AttributeSpec axesAttribute(); // what a reduction goes over: channels, spatial, all, depth, height, width
// The attributes of a node with a window: kernel, stride, dilation, pad_begin, pad_end, padding.
std::vector<ResolvedSpec> resolvedWindow();

// A window with every number filled in, and what it makes of the input's spatial sizes.
struct WindowShape {
  Window window;            // border is left as it is
  std::string paddingWord;  // "same" or "same_lower" when the pads depend on run-time sizes, else ""
  std::vector<Size> output; // one extent per spatial axis, at least 1 or checked when the program runs
  void store(Attributes& resolved) const; // everything but the border
};

// Reads `kernelName`, stride, dilation and padding (or the resolved forms), checks them against the spatial
// dimensions of the first operand, and adds the checks that only the running program can make. `op` is for
// messages.
std::optional<WindowShape> resolveWindow(ShapeRequest& request, const char* op, const char* kernelName,
                                         bool ceilMode);

// The same of a transposed convolution, whose window slides over the result: without sizes and checks, which
// are its shape rule's.
std::optional<WindowShape> resolveTransposed(ShapeRequest& request, const char* op);

// What layers that sum products with a learned weight share.
struct SummedShape {
  ParameterSpec weight; // [results][what one reads]
  bool bias;
  TensorType result;
  WindowShape window{}; // of a convolution
  int64_t groups = 1;
};
// From filters, kernel, groups, bias; `parameters`: how many the layer has without a bias. nullopt after a
// diagnostic.
std::optional<SummedShape> resolveConv(ShapeRequest& request, const char* op, size_t parameters);
// From units and bias.
std::optional<SummedShape> resolveDense(ShapeRequest& request, const char* op, size_t parameters);

// What all operands are together, with broadcast. `op` names the layer in checks; diagnostics show its
// symbol.
std::optional<TensorType> broadcastShape(ShapeRequest& request, const char* op, const char* symbol);

// Reports an operand of whole numbers on which a layer would have to compute.
void refuseQuantized(ShapeRequest& request, const std::string& op, size_t operand);

// Whether a number that the layer puts among the elements of its operand, the attribute `name`, is one of
// them. False after a diagnostic.
bool keepsWhole(ShapeRequest& request, const char* op, const char* name, double number);

// One number for every axis, or one per axis, each at least `low`. False after a diagnostic.
bool perAxis(ShapeRequest& request, const char* op, const char* name, int64_t low,
             std::vector<int64_t>& values);

// Whether channels or filters fall into whole groups. False after a diagnostic.
bool divisible(ShapeRequest& request, int64_t count, const std::string& what, int64_t groups);

// Whether memory could hold a parameter. False after a diagnostic.
bool checkParameterCount(ShapeRequest& request, const char* op, const ParameterSpec& spec);

// The attribute, written as padding is, as numbers before and behind each axis.
bool sidesOf(ShapeRequest& request, const char* op, const char* name, std::vector<Size>& begin,
             std::vector<Size>& end);
// The attribute, a number or a size of which some may be known only at run time, as an extent for each axis.
bool extentsOf(ShapeRequest& request, const char* op, const char* name, std::vector<Size>& extents);

// The first operand must have 1 to 3 spatial dimensions.
bool requireSpatial(ShapeRequest& request, const char* op);

// The attribute as an integer in [low, 2^31). False after a diagnostic; also when it is missing.
bool integerAttribute(ShapeRequest& request, const char* op, const char* name, int64_t low, int64_t& value);

// Reports that a required attribute is not there.
void missingAttribute(ShapeRequest& request, const char* op, const char* name);

// Points at where an operand was made, and says its shape.
void labelOperand(const ShapeRequest& request, DiagnosticBuilder report, size_t operand);

// Reports an operand of a shape that the layer cannot take: "'dense' needs {needs}, but gets {shape}".
DiagnosticBuilder wrongOperand(ShapeRequest& request, const char* op, const std::string& needs,
                               size_t operand);

// Largest value of a stride, dilation, pad, kernel extent or filter count.
constexpr int64_t kAttributeLimit = (int64_t(1) << 31) - 1;

} // namespace convoy::ops
