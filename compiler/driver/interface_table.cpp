#include "driver/interface_table.h"
#include "driver/describe.h"

namespace convoy::driver {

InterfaceTable::InterfaceTable(const graph::Graph& graph) : description_(interfaceOf(graph, {})) {
  for (const PortDescription& input : description_.inputs) {
    convoy_port port = {};
    port.name = input.name.c_str();
    port.image_channels = input.imageChannels;
    port.rank = static_cast<int32_t>(input.constants.size());
    port.constants = input.constants.empty() ? nullptr : input.constants.data();
    port.symbols = input.symbols.empty() ? nullptr : input.symbols.data();
    port.has_default = input.defaultValue.has_value();
    port.default_value = input.defaultValue.value_or(0.0f);
    inputs_.push_back(port);
  }
  for (const std::string& size : description_.sizes) sizes_.push_back(size.c_str());
  pipeline_.abi_version = abiVersion;
  pipeline_.name = description_.name.c_str();
  pipeline_.input_count = static_cast<int32_t>(inputs_.size());
  pipeline_.inputs = inputs_.data();
  pipeline_.size_count = static_cast<int32_t>(sizes_.size());
  pipeline_.size_names = sizes_.data();
}

} // namespace convoy::driver
