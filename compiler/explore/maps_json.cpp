#include "explore/maps_json.h"
#include "reference/layers.h"
#include <algorithm>
#include <set>

namespace convoy::explore {

namespace {

using graph::Value;
using Sizes = std::map<std::string, int64_t>;

int64_t numberOf(const Size& size, const Sizes& sizes) { return size.evaluate(sizes).value_or(0); }

template <typename Numbers> Json numbersJson(const Numbers& numbers) {
  Json json = Json::array();
  for (int64_t number : numbers) json.push(number);
  return json;
}

// The names that the page knows: how numbers under a window become one.
const char* sumOf(const Value& node) {
  switch (opInfo(node.op).form) {
  case OpForm::Window:
    if (node.type.quantized())
      return node.operands.size() == 1 && node.op == OpKind::MaxPool ? "max" : nullptr;
    return node.operands.size() > 1 ? "products" : node.op == OpKind::MaxPool ? "max" : "mean";
  case OpForm::Transposed: return "transposed";
  case OpForm::Dense: return node.type.quantized() ? nullptr : "dense";
  case OpForm::Elementwise:
  case OpForm::Pixelwise:
  case OpForm::ChannelWindow:
  case OpForm::Adaptive:
  case OpForm::Standardize:
  case OpForm::Reduction:
  case OpForm::Softmax:
  case OpForm::Concat:
  case OpForm::Resample:
  case OpForm::Interleave:
  case OpForm::Permute:
  case OpForm::Channels:
  case OpForm::View: return nullptr;
  }
  return nullptr;
}

class Layer {
public:
  Layer(const MapValues& values, const Value& node) : values_(values), node_(node) {}

  Json json() const {
    Json json = Json::object();
    if (node_.kind != Value::Node) return json;
    const OpInfo& info = opInfo(node_.op);
    if (info.form == OpForm::View) json.set("view", true);
    std::vector<TensorType> types;
    for (graph::ValueId id : node_.operands) types.push_back(values_.graph.value(id).type);
    const std::vector<AccessMap> maps = info.access(types, node_.attributes, node_.type);
    Json operands = Json::array();
    for (size_t i = 0; i < node_.operands.size(); ++i) {
      const Value& operand = values_.graph.value(node_.operands[i]);
      Json one = Json::object();
      one.set("tensor", static_cast<int64_t>(node_.operands[i])).set("name", operand.name);
      if (operand.kind == Value::Parameter) {
        one.set("parameter", true);
        if (operand.data && operand.data->literal) one.set("literal", true);
      }
      if (i < maps.size()) one.set("access", accessJson(maps[i]));
      operands.push(std::move(one));
    }
    json.set("operands", std::move(operands));
    if (const char* how = sumOf(node_)) json.set("sum", sumJson(how));
    return json;
  }

private:
  Json accessJson(const AccessMap& map) const {
    Json axes = Json::array();
    for (const AxisAccess& access : map) {
      Json axis = Json::object();
      const int64_t pad = numberOf(access.padBegin, values_.sizes);
      switch (access.kind) {
      case AxisAccess::Same: axis.set("is", "same"); break;
      case AxisAccess::Broadcast: axis.set("is", "one"); break;
      case AxisAccess::All: axis.set("is", "all"); break;
      case AxisAccess::Offset:
        axis.set("is", "offset").set("by", numberOf(access.offset, values_.sizes));
        break;
      case AxisAccess::Window:
      case AxisAccess::Transposed:
        axis.set("is", access.kind == AxisAccess::Window ? "window" : "transposed");
        axis.set("kernel", access.kernel)
            .set("stride", access.stride)
            .set("dilation", access.dilation)
            .set("pad", pad);
        break;
      case AxisAccess::Scaled:
        axis.set("is", "scaled").set("kernel", access.kernel).set("stride", access.stride).set("pad", pad);
        axis.set("unit", access.unit).set("least", access.least).set("most", access.most);
        break;
      }
      if (access.resultAxis >= 0) axis.set("of", access.resultAxis);
      axes.push(std::move(axis));
    }
    return axes;
  }

  Json sumJson(const std::string& how) const {
    Json sum = Json::object();
    sum.set("how", how);
    if (how == "products" || how == "transposed" || how == "dense") {
      sum.set("weight", static_cast<int64_t>(node_.operands[1]));
      if (node_.operands.size() > 2) sum.set("bias", static_cast<int64_t>(node_.operands[2]));
    }
    if (how == "dense") return sum;
    if (const Attribute* groups = node_.attributes.find("groups"))
      sum.set("groups", std::get<int64_t>(*groups));
    if (how == "mean") {
      const Attribute* divisor = node_.attributes.find("divisor");
      sum.set("divisor", divisor ? std::get<int64_t>(*divisor) : 0);
      sum.set("counts_padding", node_.attributes.get<bool>("count_include_pad"));
    }
    addWindow(sum, how == "transposed");
    return sum;
  }

  // Lists of three axes; those that the tensor has not are one position with one tap.
  void addWindow(Json& sum, bool transposed) const {
    const Window window = windowOf(node_.attributes);
    const Extents in = extentsOf(values_.values[node_.operands[0]].shape, false);
    const auto self = static_cast<size_t>(&node_ - values_.graph.values.data());
    const Extents out = extentsOf(values_.values[self].shape, false);
    const size_t missing = 3 - window.kernel.size();
    std::vector<int64_t> kernel(3, 1), stride(3, 1), dilation(3, 1), pad(3, 0), end{in[1], in[2], in[3]};
    Json before = Json::array(), after = Json::array();
    for (size_t axis = 0; axis < 3; ++axis) {
      if (axis >= missing) {
        const size_t own = axis - missing;
        kernel[axis] = window.kernel[own], stride[axis] = window.stride[own],
        dilation[axis] = window.dilation[own];
        pad[axis] = numberOf(window.padBegin[own], values_.sizes);
        end[axis] += numberOf(window.padEnd[own], values_.sizes);
      }
      const int64_t size = in[axis + 1];
      const int64_t last =
          (out[axis + 1] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] - pad[axis];
      std::vector<int64_t> front, back;
      for (int64_t p = transposed ? 0 : -pad[axis]; p < 0; ++p)
        front.push_back(reference::borderPosition(window.border.mode, p, size));
      for (int64_t p = size; !transposed && p < std::max(last + 1, end[axis]); ++p)
        back.push_back(reference::borderPosition(window.border.mode, p, size));
      before.push(numbersJson(front));
      after.push(numbersJson(back));
    }
    sum.set("kernel", numbersJson(kernel))
        .set("stride", numbersJson(stride))
        .set("dilation", numbersJson(dilation));
    sum.set("pad", numbersJson(pad)).set("end", numbersJson(end));
    // Of each axis, which position stands for those before the first and behind the last one; -1: none does.
    sum.set("before", std::move(before)).set("after", std::move(after));
    sum.set("border", window.border.str()).set("constant", window.border.value);
  }

  const MapValues& values_;
  const Value& node_;
};

Json tensorJson(const TensorFacts& facts, const reference::Tensor& tensor) {
  Json json = Json::object();
  json.set("extents", numbersJson(facts.extents)).set("kept", numbersJson(facts.part.kept));
  json.set("rank", static_cast<int64_t>(tensor.shape.size()));
  if (facts.part.row || facts.part.column)
    json.set("from", Json::array().push(facts.part.row).push(facts.part.column));
  json.set("encoding", nameOf(facts.numbers.encoding))
      .set("low", facts.numbers.low)
      .set("high", facts.numbers.high);
  json.set("offset", static_cast<int64_t>(facts.offset));
  return json;
}

Json docJson(const OpInfo& info) {
  Json json = Json::object();
  json.set("summary", info.doc.summary);
  if (info.symbol) json.set("symbol", info.symbol);
  if (!info.doc.formula.empty()) json.set("formula", info.doc.formula);
  return json;
}

} // namespace

Json mapsJson(const MapValues& values, const std::vector<TensorFacts>& tensors) {
  Json all = Json::array(), layers = Json::array(), docs = Json::object(), remarks = Json::array();
  std::set<OpKind> known;
  for (size_t id = 0; id < tensors.size(); ++id) {
    const Value& value = values.graph.values[id];
    all.push(tensorJson(tensors[id], values.values[id]));
    if (value.kind == Value::Parameter) continue;
    Json layer = Layer(values, value).json();
    layer.set("tensor", static_cast<int64_t>(id));
    if (value.kind == Value::Node && known.insert(value.op).second)
      docs.set(opInfo(value.op).name, docJson(opInfo(value.op)));
    if (value.type.image != ImageKind::None) layer.set("image", true);
    layers.push(std::move(layer));
  }
  for (const std::string& remark : values.remarks) remarks.push(remark);
  return Json::object()
      .set("tensors", std::move(all))
      .set("layers", std::move(layers))
      .set("docs", std::move(docs))
      .set("remarks", std::move(remarks));
}

} // namespace convoy::explore
