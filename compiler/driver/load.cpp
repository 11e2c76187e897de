#include "driver/load.h"

namespace convoy::driver {

LoadedPipeline loadInMemory(const Compilation& c) {
  LoadedPipeline loaded;
  loaded.code = std::make_unique<CodeInMemory>(c.units, weightsOf(*c.description));
  loaded.weights = c.description->weights;
  loaded.pipeline =
      static_cast<const convoy_pipeline*>(loaded.code->find(c.description->prefix + "_pipeline"));
  return loaded;
}

} // namespace convoy::driver
