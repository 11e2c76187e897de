/* Prints what the pipeline makes of 1 and 2. */
#include "scale.h"
#include <stdio.h>

int main(void) {
  const float x[2] = {1, 2};
  float y[2] = {0, 0};
  const void* inputs[1] = {x};
  void* outputs[1] = {y};
  const int64_t sizes[1] = {0};
  convoy_call call = {0};
  void* prepared = convoy_allocate(scale_prepared_size());
  if (scale_prepare(scale_pipeline.weights, prepared) != CONVOY_OK) return 1;
  call.sizes = sizes;
  call.batch = 1;
  call.inputs = inputs;
  call.outputs = outputs;
  call.prepared = prepared;
  call.workspace_bytes = scale_workspace_size(sizes, 1, 1, NULL);
  call.workspace = convoy_allocate(call.workspace_bytes);
  if (scale_run(&call) != CONVOY_OK) return 2;
  printf("%g %g\n", y[0], y[1]);
  convoy_release(call.workspace);
  convoy_release(prepared);
  return 0;
}
