#include "sema/kernel_values.h"
#include "support/text.h"
#include <cmath>

namespace convoy::sema {

namespace {

class Flattener {
public:
  Flattener(Location location, const graph::Graph& graph, DiagnosticEngine& diags)
      : location_(location), graph_(graph), diags_(diags) {}

  bool flatten(const List& list, size_t depth) {
    auto count = static_cast<int64_t>(list.elements->size());
    if (count == 0) return ragged("an empty row");
    if (depth == shape.size()) {
      if (!numbers.empty()) return ragged("a row where others have a number");
      shape.push_back(count);
    }
    if (shape[depth] != count)
      return ragged("rows of " + std::to_string(shape[depth]) + " and of " + std::to_string(count));
    for (const Value& element : *list.elements) {
      if (auto* inner = element.as<List>()) {
        if (!flatten(*inner, depth + 1)) return false;
        continue;
      }
      auto number = element.number();
      if (!number) {
        diags_.report(diag::KernelValue, location_, describe(element, graph_));
        return false;
      }
      if (!std::isfinite(static_cast<float>(*number))) {
        diags_.report(diag::FloatRange, location_, shortest(*number));
        return false;
      }
      if (depth + 1 != shape.size()) return ragged("a number where others have a row");
      numbers.push_back(static_cast<float>(*number));
    }
    return true;
  }

  std::vector<int64_t> shape;
  std::vector<float> numbers;

private:
  bool ragged(const std::string& what) {
    diags_.report(diag::RaggedKernel, location_, what);
    return false;
  }
  Location location_;
  const graph::Graph& graph_;
  DiagnosticEngine& diags_;
};

} // namespace

std::optional<KernelValues> resolveKernel(const List& values, const TensorType& input,
                                          std::optional<int64_t> groups, Location location,
                                          const graph::Graph& graph, DiagnosticEngine& diags) {
  Flattener flat(location, graph, diags);
  if (!flat.flatten(values, 0)) return std::nullopt;
  auto depth = static_cast<int64_t>(flat.shape.size());
  int64_t rank = input.spatialRank(), channels = input.channels();
  auto wrongDepth = [&] {
    diags.report(diag::KernelDepth, location, depth, input.str())
        .note("with " + counted(rank, "spatial dimension") + ", " + std::to_string(rank) +
              (rank == 1 ? " level filters" : " levels filter") + " every channel by itself, " +
              std::to_string(rank + 1) + " levels are several filters of a one-channel input, and " +
              std::to_string(rank + 2) + " levels are [filters][channels / groups][...]");
    return std::nullopt;
  };
  if (depth < rank || depth > rank + 2) return wrongDepth();

  KernelValues result;
  result.kernel.assign(flat.shape.end() - rank, flat.shape.end());
  if (depth == rank) {
    result.filters = result.groups = channels;
    if (groups && *groups != channels) {
      diags.report(diag::KernelMismatch, location, channels, "groups", *groups);
      return std::nullopt;
    }
    constexpr int64_t limit = int64_t(1) << 28;
    if (channels > limit / static_cast<int64_t>(flat.numbers.size())) {
      diags.report(diag::TooManyParameters, location, "conv", limit);
      return std::nullopt;
    }
    for (int64_t c = 0; c < channels; ++c)
      result.weight.insert(result.weight.end(), flat.numbers.begin(), flat.numbers.end());
    return result;
  }
  result.filters = flat.shape[0];
  result.groups = groups.value_or(1);
  int64_t perGroup = depth == rank + 1 ? 1 : flat.shape[1];
  // groups < 1 is the shape rule's to report.
  if (result.groups >= 1 && perGroup * result.groups != channels) {
    if (depth == rank + 1) return wrongDepth();
    auto report = diags.report(diag::KernelChannels, location, counted(perGroup, "channel"), input.str(),
                               result.groups == 1 ? "" : " in " + counted(result.groups, "group"));
    if (channels % result.groups == 0)
      report.help("each filter needs the values of " + counted(channels / result.groups, "channel"));
    return std::nullopt;
  }
  result.weight = std::move(flat.numbers);
  return result;
}

} // namespace convoy::sema
