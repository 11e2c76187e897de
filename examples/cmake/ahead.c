/* Two pipelines that were compiled ahead of time, one after the other. */
#include "blur.h"
#include "edges.h"
#include <stdio.h>

enum { height = 4, width = 6 };

/* Runs a pipeline from one gray picture to another of its size. Returns a convoy_status. */
static int32_t apply(const convoy_pipeline* pipeline, const convoy_executor* executor, const float* input,
                     float* output) {
  const int64_t shape[3] = {1, height, width};
  const int64_t* shapes[1] = {shape};
  const int32_t rank = 3;
  int64_t sizes[2] = {0, 0};
  const void* inputs[1] = {input};
  void* outputs[1] = {output};
  void* prepared = convoy_allocate(pipeline->prepared_size());
  convoy_call call = {0};
  int32_t status = convoy_bind_sizes(pipeline, shapes, &rank, sizes, NULL);
  if (status == CONVOY_OK) status = pipeline->prepare(pipeline->weights, prepared);
  if (status == CONVOY_OK) {
    call.sizes = sizes;
    call.batch = 1;
    call.inputs = inputs;
    call.outputs = outputs;
    call.prepared = prepared;
    call.executor = executor;
    call.workspace_bytes = pipeline->workspace_size(sizes, call.batch, executor->threads, NULL);
    call.workspace = convoy_allocate(call.workspace_bytes);
    status = pipeline->run(&call);
    convoy_release(call.workspace);
  }
  convoy_release(prepared);
  return status;
}

int main(void) {
  float step[height * width], smooth[height * width], strength[height * width];
  convoy_pool* pool = convoy_pool_create(0);
  int32_t status;
  int i;
  if (!pool) return 1;
  for (i = 0; i < height * width; ++i) step[i] = i % width < width / 2 ? 0.0f : 1.0f;

  status = apply(&blur_pipeline, convoy_pool_executor(pool), step, smooth);
  if (status == CONVOY_OK) status = apply(&edges_pipeline, convoy_pool_executor(pool), smooth, strength);
  convoy_pool_destroy(pool);
  if (status != CONVOY_OK) {
    fprintf(stderr, "%s\n", convoy_status_string(status));
    return 1;
  }
  for (i = 0; i < width; ++i) printf("%g%c", strength[i], i + 1 < width ? ' ' : '\n');
  return 0;
}
