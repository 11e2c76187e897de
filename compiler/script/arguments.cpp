#include "script/arguments.h"
#include "graph/warnings.h"
#include <algorithm>
#include <charconv>

namespace convoy::script {

namespace {

using Ints = std::vector<int64_t>;
using Sizes = std::vector<Size>;

bool allEqual(const Ints& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [&](int64_t n) { return n == numbers[0]; });
}

std::string steps(const Ints& numbers) {
  return allEqual(numbers) ? std::to_string(numbers[0]) : sizeText(numbers);
}

std::string joined(const Ints& numbers) {
  std::string text;
  for (int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

std::optional<Ints> constants(const Sizes& sizes) {
  Ints numbers;
  for (const Size& size : sizes) {
    if (!size.isConstant()) return std::nullopt;
    numbers.push_back(size.known());
  }
  return numbers;
}

// Positions before and behind each axis, as one number or a size where that says the same; `asList`: only 0
// is.
std::optional<std::string> sides(const Sizes& begin, const Sizes& end, bool asList = false) {
  const std::optional<Ints> first = constants(begin), last = constants(end);
  if (!first || !last) return std::nullopt;
  const bool none = *first == Ints(first->size(), 0);
  if (*first == *last && (none || !asList)) return steps(*first);
  std::string text;
  for (size_t axis = 0; axis < first->size(); ++axis)
    text += (axis ? ", " : "[") + std::to_string((*first)[axis]) + ", " + std::to_string((*last)[axis]);
  return text + "]";
}

class Arguments {
public:
  Arguments(const CallContext& context, std::string& reason)
      : c_(context), node_(context.node), row_(opInfo(context.node.op)), reason_(reason) {}

  std::optional<std::vector<Argument>> run() {
    for (const AttributeSpec& spec : row_.attributes) {
      std::optional<std::string> text = textOf(spec);
      if (!reason_.empty()) return std::nullopt;
      if (!text || isDefault(spec, *text)) {
        inPlace_ = false;
        continue;
      }
      // Without its name a word would be looked for among the values.
      inPlace_ = inPlace_ && spec.positional && spec.form != AttributeForm::Word;
      arguments_.push_back({inPlace_ ? "" : spec.name, std::move(*text)});
    }
    return std::move(arguments_);
  }

private:
  const TensorType& input() const { return c_.graph.value(node_.operands[0]).type; }
  template <typename T> const T* find(const std::string& name) const {
    const Attribute* attribute = node_.attributes.find(name);
    return attribute ? std::get_if<T>(attribute) : nullptr;
  }
  std::optional<std::string> none(const std::string& reason) {
    reason_ = reason;
    return std::nullopt;
  }

  bool isDefault(const AttributeSpec& spec, const std::string& text) const {
    if (!spec.fallback) return false;
    if (spec.name == "ceil_mode" && graph::dropsRows(c_.graph, node_)) return false; // says that it is meant
    if (spec.name == "bias" && hasLiteralKernel(c_.graph, node_)) return text == "false";
    double a = 0, b = 0; // 1e-5 and 1e-05
    const char *end = text.data() + text.size(), *end2 = spec.fallback->data() + spec.fallback->size();
    const bool numbers = std::from_chars(text.data(), end, a).ptr == end &&
                         std::from_chars(spec.fallback->data(), end2, b).ptr == end2;
    return text == *spec.fallback || (numbers && a == b);
  }

  // nullopt: it is not written.
  std::optional<std::string> textOf(const AttributeSpec& spec) {
    const std::string& name = spec.name;
    const bool literal = hasLiteralKernel(c_.graph, node_);
    if (name == "filters")
      return literal ? std::nullopt : std::optional(std::to_string(node_.type.channels()));
    if (name == "units") return std::to_string(node_.type.channels());
    if (name == "affine") return c_.parameters.empty() ? "false" : "true";
    if (name == "bias")
      return std::any_of(c_.parameters.begin(), c_.parameters.end(),
                         [](const ParameterSpec& spec) { return spec.name == "bias"; })
                 ? "true"
                 : "false";
    if (name == "groups" && literal && perChannel()) return std::nullopt;
    if (node_.op == OpKind::Crop) return cropped(name);
    if (node_.op == OpKind::Resize || node_.op == OpKind::Upsample) {
      if (name == "size" || name == "like" || name == "scale") return resampled(name);
      if (name == "align") return align();
    }
    if (name == "kernel" && !literal) return sizeText(*find<Ints>("kernel"));
    if (name == "window") return sizeText(*find<Ints>("kernel"));
    if (name == "stride" && !spec.fallback && *find<Ints>("stride") == *find<Ints>("kernel"))
      return std::nullopt;
    switch (spec.form) {
    case AttributeForm::Kernel: return kernelText(c_.graph, node_);
    case AttributeForm::Padding: return padding();
    case AttributeForm::Sizes:
      if (auto* output = find<Ints>("output")) return sizeText(*output);
      return steps(*find<Ints>(name));
    case AttributeForm::Extents:
      if (auto* axes = find<Ints>(name)) return "[" + joined(*axes) + "]"; // numbers of axes
      return extents(*find<Sizes>(name));
    case AttributeForm::Int:
    case AttributeForm::Float:
    case AttributeForm::Bool:
    case AttributeForm::Border:
    case AttributeForm::Word:
    case AttributeForm::Numbers: return plain(name);
    case AttributeForm::Like:
    case AttributeForm::Scale: return std::nullopt;
    }
    return std::nullopt;
  }

  // One kernel for each channel has no groups beside it.
  bool perChannel() const {
    size_t levels = 0;
    const std::string text = kernelText(c_.graph, node_);
    while (text[levels] == '[') ++levels;
    return levels == static_cast<size_t>(input().spatialRank());
  }

  std::optional<std::string> plain(const std::string& name) {
    const Attribute* attribute = node_.attributes.find(name);
    if (!attribute) return std::nullopt;
    if (auto* word = std::get_if<std::string>(attribute)) return *word;
    if (auto* number = std::get_if<double>(attribute)) {
      if (auto text = numberText(*number)) return text;
      return none("its '" + name + "' is not finite");
    }
    if (auto* numbers = std::get_if<std::vector<double>>(attribute)) {
      std::string all;
      for (double number : *numbers) {
        const auto text = numberText(number);
        if (!text) return none("its '" + name + "' is not finite");
        all += (all.empty() ? "" : ", ") + *text;
      }
      return "[" + all + "]";
    }
    return str(*attribute);
  }

  std::optional<std::string> padding() {
    if (auto* word = find<std::string>("padding")) return *word;
    const Sizes &begin = *find<Sizes>("pad_begin"), &end = *find<Sizes>("pad_end");
    // What no window reaches is warned of where padding is a number; other forms say that it is meant.
    const bool saysSo = !node_.attributes.has("ceil_mode") && graph::dropsRows(c_.graph, node_);
    if (auto text = sides(begin, end, saysSo)) return saysSo && *text == "0" ? "valid" : text;
    return none("its padding depends on sizes that are known only when the pipeline runs");
  }

  std::optional<std::string> extents(const Sizes& sizes) {
    if (const auto numbers = constants(sizes); numbers && node_.op != OpKind::Reshape)
      return sizeText(*numbers);
    std::string all;
    for (const Size& size : sizes) {
      const auto text = size.isConstant() ? std::optional(size.str()) : c_.extent(size);
      if (!text) return none("no value before it has the size " + size.str());
      all += (all.empty() ? "" : ", ") + *text;
    }
    return "[" + all + "]";
  }

  // By sides where these are numbers, else by the size of the middle.
  std::optional<std::string> cropped(const std::string& name) {
    const Sizes &begin = *find<Sizes>("begin"), &size = *find<Sizes>("size");
    Sizes end;
    bool middle = true;
    for (size_t axis = 0; axis < size.size(); ++axis) {
      const Size n = input().spatial(static_cast<int>(axis));
      end.push_back(n - begin[axis] - size[axis]);
      middle = middle && begin[axis] == Size::floorDiv(n - size[axis], 2);
    }
    const std::optional<Ints> extentsKnown = constants(size);
    const auto cut = sides(begin, end);
    const bool bySides = cut && !(middle && extentsKnown);
    if (name == "sides") return bySides ? cut : std::nullopt;
    if (name != "size" || bySides) return std::nullopt;
    return middle ? extents(size)
                  : none("its place depends on sizes that are known only when the pipeline runs");
  }

  std::optional<std::string> resampled(const std::string& name) {
    auto* scale = find<Ints>("scale");
    if (name == "size" && !scale) return extents(*find<Sizes>("size"));
    if (name != "scale" || !scale) return std::nullopt;
    std::vector<std::string> ratios;
    for (size_t i = 0; i < scale->size(); i += 2)
      ratios.push_back(std::to_string((*scale)[i]) +
                       ((*scale)[i + 1] == 1 ? "" : " / " + std::to_string((*scale)[i + 1])));
    const bool one = std::count(ratios.begin(), ratios.end(), ratios[0]) == static_cast<long>(ratios.size());
    std::string all;
    for (const std::string& ratio : ratios) all += (all.empty() ? "" : ", ") + ratio;
    return one ? ratios[0] : "[" + all + "]";
  }

  std::optional<std::string> align() {
    const std::string &mode = *find<std::string>("mode"), &align = *find<std::string>("align");
    return align == (mode == "nearest" ? "asymmetric" : "half_pixel") ? std::nullopt : std::optional(align);
  }

  const CallContext& c_;
  const graph::Value& node_;
  const OpInfo& row_;
  std::string& reason_;
  bool inPlace_ = true; // whether all before have stood in their places
  std::vector<Argument> arguments_;
};

} // namespace

std::optional<std::vector<Argument>> arguments(const CallContext& context, std::string& reason) {
  reason.clear();
  return Arguments(context, reason).run();
}

} // namespace convoy::script
