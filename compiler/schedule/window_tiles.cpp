#include "schedule/kernels.h"
#include "support/internal_error.h"
namespace convoy::schedule {
void tiledWindow(KernelBuilder&) { internalError("todo"); }
} // namespace convoy::schedule
