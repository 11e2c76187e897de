// The op table: one row per layer. Parser names, sema, verifier, printer, documentation and completion come
// from the rows; the code that a row needs beside itself is its shape rule, its reference evaluation and its
// lowering.
#pragma once
#include "ops/attributes.h"
#include "ops/type.h"
#include "support/diagnostics.h"
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

enum class OpKind {
#include "ops/op_kinds.inc" // those of ops.def
};

// How the results of a layer are made, as far as anyone beside the layer itself asks.
enum class OpForm {
  Window,        // from the elements under a window that slides: convolution and pooling
  Transposed,    // from the elements that a window on the result, which slides by strides, comes from
  Elementwise,   // from the same element of each operand, with broadcast
  Pixelwise,     // all channels of a position from all of the operand there
  ChannelWindow, // from the same position of the neighbouring channels; there are zeros around them
  Adaptive,      // from windows whose extent follows from the sizes of operand and result
  Standardize,   // from the same element and all of its channel
  Reduction,     // one number, from all elements along some axes: those that the access map reads whole
  Softmax,       // from all channels of the same position, each of which is a result
  Concat,        // the channels of the operands, one after another
  Resample,      // from a few elements of the same channel, axis by axis
  Interleave,    // the same elements, some axes of positions against channels
  Permute,       // the same elements, axes in another order
  Channels,      // from another channel at the same position: sourceChannel says which
  Dense,         // from all elements
  View,          // the same elements in the same order, in another shape
};

// What float32 arithmetic does to the results, beside what it did to the operands.
enum class Rounding {
  None,    // nothing: elements are chosen or moved, and rounding commutes with that
  Decides, // nothing, on exact operands; on others the answer may be another one
  Once,    // each result is the exact one, rounded to nearest
  Sum,     // of many terms: exact where 24 bits hold every partial sum
  Many,    // several in a row; the reference's error bound says how many
};

// What the elements of a layer's operands may be, and what those of its result are.
enum class Elements {
  Float,       // float32 from float32
  Keeps,       // elements are chosen or moved: those of the operands, which are all of one kind
  Quantizes,   // whole numbers, as the attribute `type` says, from float32
  Dequantizes, // float32 from whole numbers
  Whole,       // whole numbers, as the attribute `type` says, from whole numbers
};

// The numbers for which an element-wise layer is defined; elsewhere the result is NaN.
enum class Domain { All, NotNegative, Positive };

// The chapters of the documentation.
enum class LayerGroup {
  Convolution,
  Pooling,
  Activation,
  Normalization,
  Arithmetic,
  Shape,
  Head,
  Quantization,
  Image
};

// How one output element depends on one operand, per axis of the operand (channels first). From these maps
// one function derives the region of an operand that a region of the result needs; fusion, halo and memory
// planning use that function and never name an op.
struct AxisAccess {
  enum Kind {
    Same,       // the same index as the result's axis `resultAxis`
    Broadcast,  // always 0: the operand has one element here
    Window,     // [o * stride - padBegin, ... + dilation * (kernel - 1)] of the result's axis `resultAxis`
    Transposed, // every i of which i * stride + k * dilation - padBegin is the index of `resultAxis` for a
                // tap k
    Scaled,     // from floor((o * stride + least) / unit) - padBegin to floor((o * stride + most) / unit) -
                // padBegin + kernel - 1, where o is the index of `resultAxis`; what is outside is the edge
    All,        // every index
    Offset,     // result index minus `offset` (concat, slice, crop)
  } kind = All;
  int resultAxis = -1; // of all kinds but Broadcast and All
  int64_t kernel = 1, stride = 1, dilation = 1;
  Size padBegin, offset;
  int64_t unit = 1, least = 0, most = 0;
};
using AccessMap = std::vector<AxisAccess>;

// A half-open box of one tensor, an interval per axis.
struct Interval {
  Size begin, end;
};
using Region = std::vector<Interval>;
// The part of an operand (not clipped to it: padding shows as negative or too large) that `result` needs.
// Positions outside the operand are not mapped through the border: with one other than a constant, the border
// decides which elements inside stand for them. An upper estimate: with a stride or dilation it has gaps.
Region requiredRegion(const AccessMap& map, const TensorType& operand, const Region& result);

// What an attribute may be in the source, and the Attribute that a shape rule gets for it.
enum class AttributeForm {
  Int,     // int64_t
  Float,   // double
  Bool,    // bool
  Sizes,   // a number or a size -> vector<int64_t>, of one entry (for every axis) or one per axis
  Kernel,  // as Sizes; sema turns literal values into a parameter, the kernel's extents, filters and groups
  Padding, // a number or a size -> as Sizes; sides -> vector<Size>, begin and end of each axis; a word ->
           // string
  Border,  // Border
  Extents, // a number, a size, or a list of sizes that may be known only at run time -> vector<Size>
  Like,    // a tensor -> vector<Size>, its spatial extents
  Scale,   // a number, or a list of one per axis -> vector<double>
  Word,    // one of the row's words -> string
  Numbers, // a number or a list -> vector<double>
};

struct AttributeSpec {
  std::string name;
  AttributeForm form;
  bool positional = false; // may follow the operands without a name
  std::optional<std::string>
      fallback;    // default in source syntax; none: required unless the shape rule infers it
  std::string doc; // one sentence
  std::vector<std::string> words{}; // Word: those that there are

  // What the fallback says, in this form.
  Attribute defaultValue() const;
  // The words that may stand for a value of this attribute, aliases included.
  const std::vector<std::string>& choices() const;
};

// An attribute of a node, as graph IR holds it.
struct ResolvedSpec {
  enum Form { Bool, Int, Float, Text, Ints, Numbers, Sizes, Border } form;
  std::string name;
  bool optional = false;
};

// A learned or literal parameter of a layer, in PyTorch's name and layout.
struct ParameterSpec {
  std::string name; // "weight", "bias"
  std::vector<int64_t> shape;
  Element element = Element::F32; // others: it has whole numbers of that range
};

// What a shape rule sees and fills. Errors go to `diags` at `location`, with the shapes involved.
struct ShapeRequest {
  // From sema: the activations. From the verifier: the parameters too, from which what `attributes` no longer
  // says (filters, units, bias) is read.
  const std::vector<TensorType>& operands;
  Attributes& attributes; // in: as written with defaults; out: resolved (idempotent, so that the verifier can
                          // rerun it)
  Location location;
  DiagnosticEngine& diags;
  std::string layer{};                      // the node's name, for the messages of checks
  std::vector<Location> operandLocations{}; // where each operand was made; may be shorter than `operands`
  std::vector<std::pair<std::string, Location>> attributeLocations{}; // where each written attribute stands
  // Facts to be checked when the program runs, with what to say when they fail.
  struct RuntimeCheck {
    enum Kind { Equal, AtLeast } kind;
    Size left, right;
    std::string message;
  };
  std::vector<RuntimeCheck> checks{};
  std::vector<ParameterSpec> parameters{}; // the learned parameters that the layer has
  std::optional<OpKind> makes{}; // out: the row whose node this call makes, where that depends on the shapes
  std::vector<int> misfits{}; // out, after a diagnostic about the operands' shapes: the axes that it is about

  // Where an attribute was written, or the layer's location.
  Location attributeLocation(const std::string& name) const;
};

// Extents and attributes; nullopt after a diagnostic. Everybody but resultType is to call resultType.
using ShapeRule = std::optional<TensorType>(ShapeRequest& request);
// One map per operand.
using AccessRule = std::vector<AccessMap>(const std::vector<TensorType>& operands,
                                          const Attributes& attributes, const TensorType& result);

// What the documentation says of a layer beside its attributes.
struct LayerDoc {
  std::string summary;               // one sentence
  std::string formula;               // of one result, in words of mathematics; empty where the summary is it
  std::string pytorch, onnx, opencv; // what it is called there; empty: not there
  std::vector<std::string> notes;    // rounding, edges and what else surprises, a sentence or two each
  std::vector<std::string> examples; // values of x and y, two tensor[3, H, W]: shown, and compiled by tests
  std::string picture;               // a value of the image x to show; empty: none helps
};

struct OpInfo {
  OpKind kind;
  OpForm form;
  LayerGroup group;
  std::string name;                      // as written in a script and in graph IR
  const char* symbol = nullptr;          // "+" for an operator
  int minOperands = 1, maxOperands = 1;  // activations; maxOperands -1: any number
  std::vector<AttributeSpec> attributes; // as written in a script
  std::vector<ResolvedSpec> resolved;    // as held by a node
  Rounding rounding = Rounding::Many;
  Elements elements = Elements::Float;
  Domain domain = Domain::All;
  int cost = 1; // vector operations for each vector of results; of windows and sums: for each term
  ShapeRule* shape;
  AccessRule* access;
  LayerDoc doc;
  std::optional<OpKind> makes; // a graph has nodes of this row instead; the shape rule leaves its attributes

  OpKind nodeKind() const { return makes.value_or(kind); }
  bool isElementwise() const { return form == OpForm::Elementwise; }
};

// The type of a call's result: what its operands' elements may be, its shape rule, what the result's elements
// are. nullopt after a diagnostic.
std::optional<TensorType> resultType(const OpInfo& info, ShapeRequest& request);

// The most activations that `count` operands of a node can be; the rest are parameters.
int activationCount(const OpInfo& info, int count);

// The channel of the operand that a result's channel is, of a layer whose form is Channels.
int64_t sourceChannel(OpKind op, const Attributes& attributes, int64_t channels, int64_t channel);

const std::vector<OpInfo>& opTable();
const OpInfo& opInfo(OpKind kind);
const OpInfo* findOp(std::string_view name);

} // namespace convoy
