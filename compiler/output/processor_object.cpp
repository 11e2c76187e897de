#include "output/processor_object.h"
#include "output/link.h"

namespace convoy {

bool canChooseVersions(const Target& target) { return target.x86 && canLinkFor(target.triple); }

CompiledUnit makeProcessorObject() {
  CompiledUnit unit;
  unit.name = "processor";
  unit.object.assign(reinterpret_cast<const char*>(processorObject), processorObjectBytes);
  return unit;
}

} // namespace convoy
