#include "sema/kernel_values.h"
#include "support/text.h"
#include <cmath>

namespace convoy::sema {

namespace {

// Walks the values, and beside them the brackets of the script as far as the values are written there.
class Flattener {
public:
  Flattener(Location location, const graph::Graph& graph, DiagnosticEngine& diags)
      : location_(location), graph_(graph), diags_(diags) {}

  bool flatten(const List& list, size_t depth, const ast::Expr* written) {
    auto count = static_cast<int64_t>(list.elements->size());
    if (count == 0) return ragged("one is empty", written);
    if (depth == shape.size()) {
      if (!numbers.empty()) return ragged("one has brackets where others have a number", written);
      shape.push_back(count);
      firsts_.push_back(written);
    }
    if (shape[depth] != count) return uneven(count, depth, written);
    const bool followed = written && written->elements.size() == list.elements->size();
    for (size_t i = 0; i < list.elements->size(); ++i) {
      const Value& element = (*list.elements)[i];
      const ast::Expr* part = followed ? written->elements[i].get() : nullptr;
      if (auto* inner = element.as<List>()) {
        const bool isWritten = part && part->kind == ast::Expr::List;
        if (!flatten(*inner, depth + 1, isWritten ? part : nullptr)) return false;
      } else if (!take(element, depth, part ? part : written)) {
        return false;
      }
    }
    return true;
  }

  std::vector<int64_t> shape;
  std::vector<float> numbers;

private:
  bool take(const Value& element, size_t depth, const ast::Expr* written) {
    auto number = element.number();
    if (!number) {
      diags_.report(diag::KernelValue, at(written), describe(element, graph_))
          .help("kernel values are numbers, and rows of them in brackets");
      return false;
    }
    if (!std::isfinite(static_cast<float>(*number))) {
      diags_.report(diag::FloatRange, at(written), shortest(*number));
      return false;
    }
    if (depth + 1 != shape.size()) return ragged("one has a number where others have brackets", written);
    numbers.push_back(static_cast<float>(*number));
    return true;
  }

  bool uneven(int64_t count, size_t depth, const ast::Expr* written) {
    const bool rows = depth + 1 == shape.size();
    const std::string unit = rows ? "value" : "part";
    auto report = diags_.report(diag::RaggedKernel, at(written),
                                "the first has " + counted(shape[depth], unit) + " and another has " +
                                    std::to_string(count));
    if (written && firsts_[depth]) {
      report.primary("this has " + std::to_string(count));
      report.label(firsts_[depth]->location, "this has " + std::to_string(shape[depth]));
    }
    if (rows) report.help("write 0 for values that do not count");
    return false;
  }

  bool ragged(const std::string& what, const ast::Expr* written) {
    diags_.report(diag::RaggedKernel, at(written), what);
    return false;
  }

  Location at(const ast::Expr* written) const { return written ? written->location : location_; }

  Location location_;
  const graph::Graph& graph_;
  DiagnosticEngine& diags_;
  std::vector<const ast::Expr*> firsts_; // at each depth
};

// "[filter][row][column]" for `words` words before the axes.
std::string levelNames(int64_t rank, std::initializer_list<const char*> words) {
  static const char* const axes[] = {"plane", "row", "column"};
  std::string text;
  for (const char* word : words) text += "[" + std::string(word) + "]";
  for (int64_t axis = 3 - rank; axis < 3; ++axis) text += "[" + std::string(axes[axis]) + "]";
  return text;
}

// Says which depth was meant. `written` is null when the values come from elsewhere.
void reportDepth(int64_t depth, const TensorType& input, Location location, const ast::Expr* written,
                 DiagnosticEngine& diags) {
  const int64_t rank = input.spatialRank();
  auto report = diags.report(diag::KernelDepth, location, counted(depth, "level"), input.str());
  if (depth < rank) {
    const auto more = static_cast<size_t>(rank - depth);
    const std::string help =
        "a kernel for every channel has " + counted(rank, "level") + ": " + levelNames(rank, {});
    if (written)
      report.fix(help, {{location.first(0), std::string(more, '[')},
                        {{location.file, location.end, location.end}, std::string(more, ']')}});
    else
      report.help(help);
  } else if (depth == rank + 1) {
    report
        .note(counted(depth, "level") + ", " + levelNames(rank, {"filter"}) +
              ", are for an input of one channel, and this one has " + std::to_string(input.channels()))
        .help("one kernel for every channel has " + counted(rank, "level") + ": " + levelNames(rank, {}))
        .help("filters that combine channels have " + counted(rank + 2, "level") + ": " +
              levelNames(rank, {"filter", "channel"}));
  } else {
    report.help("the most is " + counted(rank + 2, "level") + ": " + levelNames(rank, {"filter", "channel"}));
  }
}

} // namespace

std::optional<KernelValues> resolveKernel(const List& values, const TensorType& input,
                                          std::optional<int64_t> groups, bool transposed, Location location,
                                          const ast::Expr* written, const graph::Graph& graph,
                                          DiagnosticEngine& diags) {
  Flattener flat(location, graph, diags);
  if (!flat.flatten(values, 0, written)) return std::nullopt;
  auto depth = static_cast<int64_t>(flat.shape.size());
  int64_t rank = input.spatialRank(), channels = input.channels();
  auto wrongDepth = [&] {
    reportDepth(depth, input, location, written, diags);
    return std::nullopt;
  };
  if (depth < rank || depth > rank + 2) return wrongDepth();

  KernelValues result;
  result.kernel.assign(flat.shape.end() - rank, flat.shape.end());
  if (depth == rank) {
    result.filters = result.groups = channels;
    if (groups && *groups != channels) {
      diags.report(diag::KernelMismatch, location, channels, "groups", *groups)
          .help("with " + counted(rank, "level") +
                " of brackets every channel is filtered by itself: leave out 'groups'");
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
  result.groups = groups.value_or(1);
  const bool backwards = transposed && depth == rank + 2; // [channels][filters / groups]
  if (backwards && result.groups >= 1) {
    if (flat.shape[0] != channels) {
      diags.report(diag::KernelChannels, location, counted(flat.shape[0], "channel"), input.str(), "")
          .help("a transposed convolution has its values as " + levelNames(rank, {"channel", "filter"}));
      return std::nullopt;
    }
    result.filters = flat.shape[1] * result.groups;
    result.weight = std::move(flat.numbers);
    return result;
  }
  result.filters = flat.shape[0];
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
