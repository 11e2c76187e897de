#include "driver/load.h"

namespace convoy::driver {

LoadedPipeline loadInMemory(const Compilation& c) {
  LoadedPipeline loaded;
  loaded.code = std::make_unique<CodeInMemory>(c.units, std::map<std::string, const void*>());
  loaded.pipeline =
      static_cast<const convoy_pipeline*>(loaded.code->find(c.description->prefix + "_pipeline"));
  return loaded;
}

} // namespace convoy::driver
