#include "output/header_names.h"
#include <cstdint>
#include <optional>

namespace convoy {

namespace {

// ASCII whatever the locale.
bool isIdentifierLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The letter of a dimension, as the layouts have it: C; C, W; C, H, W; C, D, H, W.
const char* axisLetter(size_t axis, size_t rank) {
  static constexpr const char* letters[] = {"W", "H", "D"};
  return axis == 0 ? "C" : letters[rank - 1 - axis];
}

class Constants {
public:
  Constants(const std::string& prefix, std::set<std::string> taken)
      : prefix_(prefix), identifiers_(std::move(taken)) {}

  void numbers(const char* what, const std::vector<std::string>& names) {
    for (size_t i = 0; i < names.size(); ++i) add(what + names[i], static_cast<int64_t>(i));
  }
  void extents(const char* what, const PortDescription& port) {
    const size_t rank = port.constants.size();
    std::optional<int64_t> elements = 1;
    for (size_t axis = 0; axis < rank; ++axis) {
      const int64_t extent = port.constants[axis]; // 0 when it is known at run time
      if (extent > 0) add(what + port.name + "_" + axisLetter(axis, rank), extent);
      int64_t product = 0;
      if (extent <= 0 || !elements || __builtin_mul_overflow(*elements, extent, &product))
        elements.reset();
      else
        elements = product;
    }
    if (elements) add(what + port.name + "_elements", *elements);
  }
  std::vector<HeaderConstant> list;

private:
  void add(const std::string& name, int64_t value) {
    if (value <= INT32_MAX) list.push_back({identifiers_.add(prefix_ + "_" + name), value});
  }
  const std::string& prefix_;
  Identifiers identifiers_;
};

std::vector<std::string> namesOf(const std::vector<PortDescription>& ports) {
  std::vector<std::string> names;
  for (const PortDescription& port : ports) names.push_back(port.name);
  return names;
}

} // namespace

std::string Identifiers::add(const std::string& name) {
  std::string identifier = name;
  for (char& c : identifier)
    if (!isIdentifierLetter(c)) c = '_';
  std::string unique = identifier;
  for (int n = 2; !taken_.insert(unique).second; ++n) unique = identifier + "_" + std::to_string(n);
  return unique;
}

std::vector<HeaderConstant> headerConstants(const PipelineDescription& pipeline,
                                            std::set<std::string> taken) {
  Constants constants(pipeline.prefix, std::move(taken));
  constants.numbers("input_", namesOf(pipeline.inputs));
  constants.numbers("output_", namesOf(pipeline.outputs));
  constants.numbers("size_", pipeline.sizes);
  for (const PortDescription& port : pipeline.inputs) constants.extents("input_", port);
  for (const PortDescription& port : pipeline.outputs) constants.extents("output_", port);
  return std::move(constants.list);
}

std::vector<std::string> portParameters(const PipelineDescription& pipeline) {
  Identifiers identifiers;
  std::vector<std::string> names;
  for (const PortDescription& port : pipeline.inputs) names.push_back(identifiers.add("input_" + port.name));
  for (const PortDescription& port : pipeline.outputs)
    names.push_back(identifiers.add("output_" + port.name));
  return names;
}

} // namespace convoy
