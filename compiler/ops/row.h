// How a row of ops.def is written: the forms that layers have, and what is said of each. Private to ops/.
#pragma once
#include "ops/attribute_groups.h"
#include <algorithm>

namespace convoy::ops {

class Row {
public:
  Row(OpForm form, LayerGroup group, const char* name) : info_{} {
    info_.form = form;
    info_.group = group;
    info_.name = name;
  }

  // Activations that it takes; most -1: any number.
  Row& operands(int least, int most) { return info_.minOperands = least, info_.maxOperands = most, *this; }
  // The nodes of this row are those of another one, which says the same in other words.
  Row& makes(OpKind kind) { return info_.makes = kind, *this; }
  Row& symbol(const char* text) { return info_.symbol = text, *this; }
  // Positional ones stand before all others.
  Row& attribute(AttributeSpec spec) {
    auto at = info_.attributes.end();
    if (spec.positional)
      at = std::find_if(info_.attributes.begin(), at, [](const AttributeSpec& a) { return !a.positional; });
    info_.attributes.insert(at, std::move(spec));
    return *this;
  }
  // A number in the script and in the node. Positional ones may follow the operands without their names.
  Row& number(const char* name, std::optional<std::string> fallback, bool positional, const char* doc) {
    attribute({name, AttributeForm::Float, positional, std::move(fallback), doc});
    return holds({{ResolvedSpec::Float, name}});
  }
  // One of a few words, in the script and in the node.
  Row& word(const char* name, std::optional<std::string> fallback, std::vector<std::string> words,
            const char* doc) {
    attribute({name, AttributeForm::Word, false, std::move(fallback), doc, std::move(words)});
    return holds({{ResolvedSpec::Text, name}});
  }
  // A whole number that stands for 0, in the script and in the node.
  Row& zeroPoint(const char* name, bool positional, const char* doc) {
    attribute({name, AttributeForm::Int, positional, "0", doc});
    return holds({{ResolvedSpec::Int, name}});
  }
  // The attribute `type`, which says what whole numbers the results are.
  Row& elementType() {
    return word("type", "u8", {"u8", "i8"},
                "The results: whole numbers from 0 to 255 (u8) or from -128 to 127 (i8).");
  }
  // What a node holds, after what it holds already.
  Row& holds(std::vector<ResolvedSpec> more) {
    info_.resolved.insert(info_.resolved.end(), more.begin(), more.end());
    return *this;
  }
  Row& rounding(Rounding rounding) { return info_.rounding = rounding, *this; }
  Row& elements(Elements elements) { return info_.elements = elements, *this; }
  Row& domain(Domain domain) { return info_.domain = domain, *this; }
  Row& cost(int operations) { return info_.cost = operations, *this; }

  Row& summary(const char* text) { return info_.doc.summary = text, *this; }
  Row& formula(const char* text) { return info_.doc.formula = text, *this; }
  Row& pytorch(const char* text) { return info_.doc.pytorch = text, *this; }
  Row& onnx(const char* text) { return info_.doc.onnx = text, *this; }
  Row& opencv(const char* text) { return info_.doc.opencv = text, *this; }
  Row& note(const char* text) { return info_.doc.notes.push_back(text), *this; }
  Row& example(const char* text) { return info_.doc.examples.push_back(text), *this; }
  // A value of an image x, shown beside it.
  Row& picture(const char* text) { return info_.doc.picture = text, *this; }

  OpInfo as(OpKind kind, ShapeRule* shape, AccessRule* access) const {
    OpInfo info = info_;
    info.kind = kind;
    info.shape = shape;
    info.access = access;
    return info;
  }

private:
  OpInfo info_;
};

// ---- the forms ----

inline Row window(LayerGroup group, const char* name) {
  return Row(OpForm::Window, group, name).holds(resolvedWindow()).rounding(Rounding::Sum);
}

inline Row pool(const char* name) {
  return window(LayerGroup::Pooling, name)
      .attribute({"window", AttributeForm::Sizes, true, std::nullopt, "Extent of the window, per axis."})
      .attribute(strideAttribute(std::nullopt))
      .attribute(paddingAttribute())
      .attribute(dilationAttribute())
      .attribute({"ceil_mode", AttributeForm::Bool, false, "false",
                  "Round the number of windows up; the last one must start inside the input or its leading "
                  "padding."})
      .holds({{ResolvedSpec::Bool, "ceil_mode"}});
}

// A sum unless it says otherwise.
inline Row reduction(LayerGroup group, const char* name) {
  return Row(OpForm::Reduction, group, name).rounding(Rounding::Sum);
}

// resize, upsample: what holds however the size is given.
inline Row resampled(const char* name, const char* mode) {
  return Row(OpForm::Resample, LayerGroup::Shape, name)
      .word("mode", mode, {"nearest", "bilinear", "cubic"},
            "Between which elements a result lies: the nearest one, two, or four along each axis.")
      .word("align", std::nullopt, {"half_pixel", "align_corners", "asymmetric"},
            "How positions correspond, see below; asymmetric for nearest and half_pixel for the others where "
            "it is not said.")
      .attribute({"round",
                  AttributeForm::Word,
                  false,
                  std::nullopt,
                  "Of nearest, which element is taken for a position between two; floor for asymmetric and "
                  "half_up for the others where it is not said.",
                  {"half_up", "half_down", "floor", "ceil"}})
      .holds({{ResolvedSpec::Sizes, "size"},
              {ResolvedSpec::Ints, "scale", true},
              {ResolvedSpec::Text, "round", true}})
      .cost(4)
      .note("Result o lies at x(o) in the input. half_pixel: `x(o) = (o + 0.5) * r - 0.5`, elements are the "
            "middles of pixels. asymmetric: `x(o) = o * r`. align_corners: `x(o) = o * (n - 1) / (m - 1)`, 0 "
            "where m is 1. Here n and m are the extents of the input and the result, and r is n / m, or "
            "1 / scale where a scale is given. Positions are computed with whole numbers: no rounding moves "
            "them.")
      .note(
          "nearest takes the element at x(o), rounded. floor: down; ceil: up; half_up: to the nearest whole "
          "number, and up half way between two; half_down: down there. asymmetric with floor is PyTorch's "
          "`nearest` and OpenCV's `INTER_NEAREST`, half_pixel with half_up is `nearest-exact` (OpenCV's "
          "`INTER_NEAREST_EXACT` is the same but half way, as it rounds r). For whole factors upwards these "
          "are the same. ONNX's `nearest_mode` has other names: round_prefer_floor is half_down, "
          "round_prefer_ceil is half_up.")
      .note("bilinear is linear along every axis there is (PyTorch's `linear`, `bilinear`, `trilinear`; "
            "OpenCV's `INTER_LINEAR`); cubic is the cubic convolution with a = -0.75 (PyTorch's `bicubic`, "
            "OpenCV's `INTER_CUBIC`). Elements outside are those of the edge. half_pixel is PyTorch's "
            "`align_corners=False` and OpenCV, align_corners is `align_corners=True`.")
      .note("There is no antialiasing: when making smaller, elements between the positions are left out, "
            "as PyTorch and OpenCV do by default. avg_pool, or a convolution with a stride, averages.");
}

// depth_to_space, space_to_depth.
inline Row blocks(const char* name) {
  return Row(OpForm::Interleave, LayerGroup::Shape, name)
      .rounding(Rounding::None)
      .cost(2)
      .attribute(
          {"block", AttributeForm::Int, true, std::nullopt, "Positions of a block along each axis, 1 to 16."})
      .holds({{ResolvedSpec::Int, "block"}})
      .word("mode", "crd", {"crd", "dcr"},
            "What varies slowest among the channels that become a block: crd the channels of the result, dcr "
            "the "
            "place in the block.");
}

inline Row elementwise(LayerGroup group, const char* name) { return Row(OpForm::Elementwise, group, name); }

inline Row pixelwise(const char* name) { return Row(OpForm::Pixelwise, LayerGroup::Image, name); }

inline Row activation(const char* name) { return elementwise(LayerGroup::Activation, name); }

// An operator of two tensors, or of a tensor and a number.
inline Row binary(const char* name, const char* symbol) {
  return elementwise(LayerGroup::Arithmetic, name)
      .operands(2, 2)
      .symbol(symbol)
      .rounding(Rounding::Once)
      .note("An extent of 1 and tensor[C] are repeated.");
}

inline Row comparison(const char* name, const char* symbol) {
  return elementwise(LayerGroup::Arithmetic, name).operands(2, 2).symbol(symbol).rounding(Rounding::Decides);
}

} // namespace convoy::ops
