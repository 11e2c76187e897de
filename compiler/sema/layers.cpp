// Nodes: names, parameters, the shape rule.
#include "sema/elaborator.h"
#include "sema/shape_origins.h"
#include <algorithm>
#include <cmath>

namespace convoy::sema {

bool Elaborator::fitsFloat(double value, Location location) {
  if (std::isfinite(static_cast<float>(value))) return true;
  diags_.report(diag::FloatRange, location, shortest(value));
  return false;
}

graph::ValueId Elaborator::add(graph::Value value) {
  names_.insert(value.name);
  graph_.values.push_back(std::move(value));
  return static_cast<graph::ValueId>(graph_.values.size() - 1);
}

graph::ValueId Elaborator::addParameter(const std::string& name, std::vector<Size> dims,
                                        std::shared_ptr<const graph::ParameterData> data, Location location) {
  graph::Value value;
  value.kind = graph::Value::Parameter;
  value.name = unused(name);
  value.type.dims = std::move(dims);
  value.location = location;
  value.data = std::move(data);
  return add(std::move(value));
}

void Elaborator::addCheck(ShapeRequest::RuntimeCheck check, Location location) {
  for (const graph::EntryCheck& entry : graph_.checks)
    if (entry.check.kind == check.kind && entry.check.left == check.left && entry.check.right == check.right)
      return;
  graph_.checks.push_back({std::move(check), location});
}

// The name itself, or with the first free number behind it.
std::string Elaborator::unused(const std::string& name) {
  if (!names_.count(name)) return name;
  int64_t& suffix = suffixes_.emplace(name, 1).first->second;
  std::string candidate;
  do candidate = name + "_" + std::to_string(++suffix);
  while (names_.count(candidate));
  return candidate;
}

// Unnamed layers are numbered per kind in each named block, and every layer of the kind counts, so that a
// name given to one does not change the names of those after it.
std::string Elaborator::proposedName(const std::string& kind, const std::optional<std::string>& name) {
  if (name) return unused(*name);
  const std::string prefixed = frame_->prefix + kind;
  auto counter = counters_.find(prefixed);
  int64_t number = counter == counters_.end() ? 1 : counter->second + 1;
  auto text = [&] { return prefixed + "_" + std::to_string(number); };
  while (names_.count(text())) ++number;
  return text();
}

// Names under which numbers are looked up. False after a diagnostic.
bool Elaborator::registerParametric(const std::string& name, Location where) {
  auto [existing, isNew] = parametricLayers_.emplace(name, here(where));
  if (isNew) return true;
  const Place& first = existing->second;
  auto report = diags_.report(diag::DuplicateLayer, where, existing->first);
  report.label(first.location, "the first one" + first.loops);
  for (auto site = first.site; site; site = site->caller)
    report.label(site->location, "the first: " + site->text);
  if (!frame_->loops.empty())
    report.help("put what differs into the name: \"...{" + frame_->loops.back().first + "}\"");
  else if (frame_->site)
    report.help("give each call of the block a name of its own: 'name: \"...\"'");
  return false;
}

void Elaborator::applyDefaults(LayerCall& call) {
  for (const AttributeSpec& spec : call.row.attributes)
    if (spec.fallback && !call.attributes.has(spec.name)) call.attributes.set(spec.name, spec.defaultValue());
}

// [3, 3]: an extent as other tools write it.
static bool isSizeInBrackets(const List& list, int rank) {
  const auto& elements = *list.elements;
  return rank > 1 && elements.size() == static_cast<size_t>(rank) &&
         std::all_of(elements.begin(), elements.end(), [](const Value& value) {
           auto* extent = value.as<int64_t>();
           return extent && *extent > 0;
         });
}

// A kernel written as values says its extents, and the number of filters and groups; there is no bias unless
// asked for.
std::optional<KernelValues> Elaborator::applyLiteralKernel(LayerCall& call) {
  Attributes& attributes = call.attributes;
  const TensorType& input = graph_.value(call.operands[0].id).type;
  Location location = call.location;
  for (const auto& [name, where] : call.attributeLocations)
    if (name == "kernel") location = where;
  std::optional<int64_t> groups;
  if (attributes.has("groups")) groups = attributes.get<int64_t>("groups");
  const auto& known = call.row.attributes;
  if (std::none_of(known.begin(), known.end(),
                   [](const AttributeSpec& spec) { return spec.name == "groups"; }))
    groups = input.channels(); // a layer that filters each channel by itself
  if (!charge(call.literal->nodes, location)) return std::nullopt;
  if (attributes.has("filters") && isSizeInBrackets(*call.literal, input.spatialRank())) {
    std::string size;
    for (const Value& extent : *call.literal->elements)
      size += (size.empty() ? "" : "x") + std::to_string(*extent.as<int64_t>());
    auto report = diags_.report(diag::KernelDepth, location, "1 level", input.str());
    if (call.writtenLiteral)
      report.fix("the extent of a learned kernel is a size", location, size);
    else
      report.help("the extent of a learned kernel is a size: " + size);
    return std::nullopt;
  }
  auto kernel = resolveKernel(*call.literal, input, groups, call.row.form == OpForm::Transposed, location,
                              call.writtenLiteral, graph_, diags_);
  if (!kernel) return std::nullopt;
  literalNumbers_ += static_cast<int64_t>(kernel->weight.size());
  if (literalNumbers_ > ElaborationLimits::literalNumbers) {
    diags_.report(diag::TooManyParameters, location, "kernel values", ElaborationLimits::literalNumbers);
    return std::nullopt;
  }
  if (attributes.has("filters") && attributes.get<int64_t>("filters") != kernel->filters) {
    auto report = diags_.report(diag::KernelMismatch, location, kernel->filters, "filters",
                                attributes.get<int64_t>("filters"));
    for (const auto& [name, where] : call.attributeLocations)
      if (name == "filters") report.label(where, "filters are given here");
    report.help("leave out the number of filters: the values say it");
    return std::nullopt;
  }
  attributes.set("kernel", kernel->kernel);
  attributes.set("filters", kernel->filters);
  attributes.set("groups", kernel->groups);
  if (!attributes.has("bias")) attributes.set("bias", false);
  return kernel;
}

bool Elaborator::reasonable(const TensorType& type, Location location) {
  constexpr int64_t mostElements = int64_t(1) << 60;
  constexpr size_t longestSize = 1000;
  for (const Size& dim : type.dims)
    if (dim.str().size() > longestSize) {
      diags_.report(diag::SizeTooComplex, location);
      return false;
    }
  int64_t elements = 1;
  for (const Size& dim : type.dims)
    if (__builtin_mul_overflow(elements, dim.constant().value_or(1), &elements) || elements > mostElements) {
      diags_.report(diag::TensorTooLarge, location, type.str());
      return false;
    }
  return true;
}

// Adds to what the shape rule said where the shapes come from, and how they would fit.
void Elaborator::explainMisfit(const LayerCall& call, const Attributes& written, const std::vector<int>& axes,
                               size_t since) {
  Misfit misfit{graph_, {}, axes, {}};
  for (const Operand& operand : call.operands)
    if (!operand.scalar) misfit.values.push_back(operand.id);
  misfit.fits = [&](const std::vector<TensorType>& types) {
    std::vector<TensorType> operands;
    for (const Operand& operand : call.operands)
      operands.push_back(operand.scalar ? TensorType{{Size(1)}} : types[operand.id]);
    Attributes attributes = written;
    DiagnosticEngine quiet;
    ShapeRequest request{operands, attributes, {}, quiet};
    return convoy::resultType(call.row, request) && request.checks.empty();
  };
  for (size_t i = since; i < diags_.all().size(); ++i) explainShapes(misfit, *diags_.all()[i]);
}

// lp_pool: powers, sums and roots, of which only the last has the layer's name.
Value Elaborator::addNorms(const LayerCall& call, const std::string& name, const TensorType& type, int64_t p,
                           const std::vector<ShapeRequest::RuntimeCheck>& checks) {
  auto node = [&](OpKind op, const std::string& suffix, std::vector<graph::ValueId> operands,
                  const TensorType& result) {
    graph::Value value;
    value.kind = graph::Value::Node;
    value.op = op;
    value.name = suffix.empty() ? name : unused(name + suffix);
    value.type = result;
    value.type.image = ImageKind::None;
    value.location = call.location;
    value.operands = std::move(operands);
    if (op == OpKind::AvgPool) value.attributes = call.attributes, value.written = call.attributeLocations;
    return add(std::move(value));
  };
  names_.insert(name);
  const graph::ValueId input = call.operands[0].id;
  const TensorType inner = graph_.value(input).type;
  // Odd powers are those of absolute values. The power by squares: those of which the bits of p say so are
  // joined.
  graph::ValueId square = p % 2 ? node(OpKind::Abs, ".powers", {input}, inner) : input;
  std::optional<graph::ValueId> power;
  for (int64_t bits = p; bits > 0; bits /= 2) {
    if (bits % 2) power = power ? node(OpKind::Mul, ".powers", {*power, square}, inner) : square;
    if (bits > 1) square = node(OpKind::Mul, ".powers", {square, square}, inner);
  }
  graph::ValueId x = node(OpKind::AvgPool, p == 1 ? "" : ".sums", {*power}, type);
  if ((p & (p - 1)) == 0) {
    for (int64_t left = p; left > 1; left /= 2) x = node(OpKind::Sqrt, left > 2 ? ".roots" : "", {x}, type);
  } else {
    auto exponent = std::make_shared<graph::ParameterData>();
    exponent->literal = true;
    exponent->data = {1.0f / static_cast<float>(p)};
    x = node(OpKind::Pow, "",
             {x, addParameter(name + ".scalar", {Size(1)}, std::move(exponent), call.location)}, type);
  }
  for (const ShapeRequest::RuntimeCheck& check : checks) addCheck(check, call.location);
  return {Tensor{x}};
}

Value Elaborator::addLayer(LayerCall call) {
  if (layers_ >= ElaborationLimits::layers) {
    stop(diags_.report(diag::TooManyLayers, call.location, ElaborationLimits::layers));
    return {};
  }
  ++layers_;
  if (call.name) call.name = frame_->prefix + *call.name;
  if (!takesParameters(call)) return {};
  std::optional<KernelValues> kernel;
  if (call.literal) {
    int rank = graph_.value(call.operands[0].id).type.spatialRank();
    bool spatial = rank >= 1 && rank <= 3; // otherwise the shape rule reports it
    if (spatial) kernel = applyLiteralKernel(call);
    if (spatial && !kernel) return {};
    if (!spatial) call.attributes.set("kernel", std::vector<int64_t>{1});
  }
  applyDefaults(call);

  std::vector<TensorType> types;
  std::vector<Location> origins;
  for (const Operand& operand : call.operands) {
    types.push_back(operand.scalar ? TensorType{{Size(1)}} : graph_.value(operand.id).type);
    origins.push_back(operand.scalar ? Location() : graph_.value(operand.id).location);
  }
  std::string name = proposedName(call.row.name, call.name);
  ShapeRequest request{types, call.attributes, call.location, diags_, name, origins, call.attributeLocations};
  const Attributes written = call.attributes;
  const size_t before = diags_.all().size();
  auto type = convoy::resultType(call.row, request);
  if (!type) explainMisfit(call, written, request.misfits, before);
  if (!type || !reasonable(*type, call.location)) return {};
  ++counters_[frame_->prefix + call.row.name];
  if (!request.parameters.empty() &&
      !registerParametric(call.name ? *call.name : name, call.name ? call.nameLocation : call.location))
    return {};

  if (call.row.kind == OpKind::LpPool)
    return addNorms(call, name, *type, written.get<int64_t>("p"), request.checks);

  graph::Value node;
  node.kind = graph::Value::Node;
  node.op = request.makes.value_or(call.row.nodeKind());
  node.name = name;
  node.type = *type;
  node.location = call.location;
  node.attributes = call.attributes;
  node.written = call.attributeLocations;
  names_.insert(name);
  for (const Operand& operand : call.operands) {
    if (!operand.scalar) {
      node.operands.push_back(operand.id);
      continue;
    }
    auto data = std::make_shared<graph::ParameterData>();
    data->literal = true;
    data->data = {static_cast<float>(*operand.scalar)};
    node.operands.push_back(addParameter(name + ".scalar", {Size(1)}, std::move(data), call.location));
  }
  for (size_t i = 0; i < request.parameters.size(); ++i) {
    const ParameterSpec& spec = request.parameters[i];
    auto data = std::make_shared<graph::ParameterData>();
    data->literal = i == 0 && kernel;
    if (data->literal) data->data = std::move(kernel->weight);
    // Parameters are looked up in weight files by the name that the script gives to their layer.
    node.operands.push_back(addParameter((call.name ? *call.name : name) + "." + spec.name,
                                         std::vector<Size>(spec.shape.begin(), spec.shape.end()),
                                         std::move(data), call.location));
    graph_.values[node.operands.back()].type.element = spec.element;
  }
  for (ShapeRequest::RuntimeCheck& check : request.checks) addCheck(std::move(check), call.location);
  return {Tensor{add(std::move(node))}};
}

} // namespace convoy::sema
