// Sample inputs from a folder, or from one file.
#pragma once
#include "command/buffer.h"
#include "convoy/runtime.h"
#include "support/diagnostics.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace convoy::driver {

class Samples {
public:
  // The pictures and .npy files of a folder and of those in it, by name; or the one file that `path` is. Of
  // more than `limit` files some all along. nullopt after a diagnostic: there are none.
  static std::optional<Samples> find(const std::string& path, int limit, DiagnosticEngine& diags);

  // One item: its number, where it is from, its numbers as a batch of one.
  using Visitor = std::function<bool(size_t number, const std::string& file, command::Tensor item)>;
  // Each item of each file in float32, as the port takes it, until there are `limit`. False after a
  // diagnostic, or when the visitor wants no more.
  bool forEach(const convoy_port& port, const char* const* sizeNames, const Visitor& visit,
               DiagnosticEngine& diags) const;

private:
  std::vector<std::string> files_;
  size_t limit_ = 0;
};

} // namespace convoy::driver
