// How a row of ops.def is written: the forms that layers have, and what is said of each. Private to ops/.
#pragma once
#include "ops/attribute_groups.h"

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
  Row& symbol(const char* text) { return info_.symbol = text, *this; }
  Row& attribute(AttributeSpec spec) { return info_.attributes.push_back(std::move(spec)), *this; }
  // A number in the script and in the node. Positional ones may follow the operands without their names.
  Row& number(const char* name, std::optional<std::string> fallback, bool positional, const char* doc) {
    attribute({name, AttributeForm::Float, positional, std::move(fallback), doc});
    return holds({{ResolvedSpec::Float, name}});
  }
  // One of a few words, in the script and in the node.
  Row& word(const char* name, const char* fallback, std::vector<std::string> words, const char* doc) {
    attribute({name, AttributeForm::Word, false, fallback, doc, std::move(words)});
    return holds({{ResolvedSpec::Text, name}});
  }
  // What a node holds, after what it holds already.
  Row& holds(std::vector<ResolvedSpec> more) {
    info_.resolved.insert(info_.resolved.end(), more.begin(), more.end());
    return *this;
  }
  Row& rounding(Rounding rounding) { return info_.rounding = rounding, *this; }
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
