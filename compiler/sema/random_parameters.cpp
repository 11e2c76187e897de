// --init random:SEED: a network without trained weights can be run and measured.
#include "sema/elaborator.h"
#include <cmath>
#include <new>

namespace convoy::sema {

namespace {

// Steele, Lea, Flood: Fast splittable pseudorandom number generators.
class SplitMix64 {
public:
  explicit SplitMix64(uint64_t state) : state_(state) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In [-1, 1), on a grid of 2^-23: every result is a float32.
  float uniform() { return static_cast<float>(static_cast<int64_t>(next() >> 40) - (1 << 23)) * 0x1p-23f; }

private:
  uint64_t state_;
};

// Of normalisation: weight and variance are around 1, bias and mean around 0.
float normalized(size_t parameter, SplitMix64& random) {
  bool aroundOne = parameter == 0 || parameter == 3;
  return (aroundOne ? 1.0f : 0.0f) + 0.25f * random.uniform();
}

// Of a layer that sums products of whole numbers. Its inputs are taken to be spread over what a byte holds:
// then so are its results, one deviation a quarter of them.
float ofWholeNumbers(const TensorType& type, int64_t fanIn, SplitMix64& random) {
  const double spread = 74, root = std::sqrt(static_cast<double>(fanIn)); // 256 / sqrt(12)
  switch (type.element) {
  case Element::I8: return std::nearbyint(127 * random.uniform());
  case Element::I32: return std::nearbyint(static_cast<float>(spread * spread * root / 2) * random.uniform());
  case Element::U8:
  case Element::F32: break;
  }
  return static_cast<float>(64 / (spread * spread * root)) * (1 + 0.25f * random.uniform()); // the multiplier
}

uint64_t hashOf(const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

// Fills the parameter, unless it has numbers. False after a diagnostic.
template <typename Number>
bool fill(graph::Value& parameter, uint64_t seed, DiagnosticEngine& diags, Number number) {
  if (parameter.data && !parameter.data->data.empty()) return true;
  auto filled = std::make_shared<graph::ParameterData>();
  try {
    filled->data.resize(static_cast<size_t>(parameter.type.elements().known()));
  } catch (const std::bad_alloc&) {
    diags.report(diag::OutOfMemory, parameter.location, parameter.name);
    return false;
  }
  SplitMix64 random(SplitMix64(seed).next() ^ hashOf(parameter.name));
  for (float& each : filled->data) each = number(random);
  parameter.data = std::move(filled);
  return true;
}

} // namespace

void initializeRandom(graph::Graph& graph, uint64_t seed, DiagnosticEngine& diags) {
  for (const graph::Value& node : graph.values) {
    if (node.kind != graph::Value::Node) continue;
    const OpInfo& row = opInfo(node.op);
    size_t first = static_cast<size_t>(activationCount(row, static_cast<int>(node.operands.size())));
    // Beside a tensor: what multiplies is around 1, all else around 0.
    const bool multiplies = node.op == OpKind::Mul || node.op == OpKind::Div || node.op == OpKind::Pow;
    for (size_t i = 0; i < first; ++i) {
      graph::Value& operand = graph.values[node.operands[i]];
      if (operand.kind == graph::Value::Parameter && !fill(operand, seed, diags, [&](SplitMix64& random) {
            return normalized(multiplies ? 0 : 1, random);
          }))
        return;
    }
    if (first == node.operands.size()) continue;
    // The weight comes first, [filters][what one filter reads]; the bias follows its scale.
    int64_t fanIn = 1;
    const TensorType& weight = graph.value(node.operands[first]).type;
    for (size_t axis = 1; axis < weight.dims.size(); ++axis) fanIn *= weight.dims[axis].known();
    if (row.form == OpForm::Transposed) // [channels][filters / groups][..kernel]
      fanIn = fanIn / weight.dims[1].known() * weight.channels() / node.attributes.get<int64_t>("groups");
    float bound = static_cast<float>(std::sqrt(3.0 / static_cast<double>(fanIn)));

    for (size_t i = first; i < node.operands.size(); ++i) {
      graph::Value& parameter = graph.values[node.operands[i]];
      const bool good = fill(parameter, seed, diags, [&](SplitMix64& random) {
        return row.elements == Elements::Whole          ? ofWholeNumbers(parameter.type, fanIn, random)
               : row.group == LayerGroup::Normalization ? normalized(i - first, random)
                                                        : bound * random.uniform();
      });
      if (!good) return;
    }
  }
}

} // namespace convoy::sema
