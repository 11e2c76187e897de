/* Classifies digits with the library that Convoy compiled from digits.cvy.
 *
 *   convoy build digits.cvy --emit=lib,header -o digits
 *   cc classify.c digits.a -lconvoy_runtime -lpthread -o classify
 *   ./classify heldout.npy probabilities.raw
 *
 * Prints the likeliest class of every digit; the second file, if named, gets all probabilities: float32, ten each. */
#include "digits.h"
#include <stdio.h>
#include <stdlib.h>

enum { pixels = 8 * 8, classes = 10, npy_header = 128 };

/* The float32 pictures of a .npy file; `count` is how many. null when the file cannot be read. */
static float* readDigits(const char* path, int64_t* count) {
  FILE* file = fopen(path, "rb");
  float* digits = NULL;
  long bytes;
  if (!file) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (bytes = ftell(file)) > npy_header) {
    *count = (bytes - npy_header) / (pixels * (long)sizeof(float));
    digits = malloc((size_t)*count * pixels * sizeof(float));
    if (digits && (fseek(file, npy_header, SEEK_SET) != 0 ||
                   fread(digits, pixels * sizeof(float), (size_t)*count, file) != (size_t)*count)) {
      free(digits);
      digits = NULL;
    }
  }
  fclose(file);
  return digits;
}

/* Packs the weights and runs all digits at once. Returns a convoy_status. */
static int32_t classify(const float* digits, int64_t count, float* probabilities) {
  const int64_t sizes[1] = {0}; /* this pipeline has no sizes that are known only now */
  convoy_pool* pool = convoy_pool_create(0);
  void* prepared = convoy_allocate(digits_prepared_size());
  convoy_call call = {0};
  int32_t status = CONVOY_ERROR_MEMORY;
  if (pool && prepared) status = digits_prepare(digits_pipeline.weights, prepared);
  if (status == CONVOY_OK) {
    call.sizes = sizes;
    call.batch = count;
    call.inputs = &digits;
    call.outputs = &probabilities;
    call.prepared = prepared;
    call.executor = convoy_pool_executor(pool);
    call.workspace_bytes = digits_workspace_size(sizes, count, call.executor->threads);
    call.workspace = convoy_allocate(call.workspace_bytes);
    status = digits_run(&call);
    convoy_release(call.workspace);
  }
  convoy_release(prepared);
  if (pool) convoy_pool_destroy(pool);
  return status;
}

int main(int argc, char** argv) {
  int64_t count = 0;
  float* digits = argc > 1 ? readDigits(argv[1], &count) : NULL;
  float* probabilities = malloc((size_t)(count * classes + 1) * sizeof(float));
  FILE* file;
  int32_t status;
  int64_t i;
  int c, best;
  if (!digits || !probabilities) {
    fprintf(stderr, "usage: classify DIGITS.npy [PROBABILITIES.raw]\n");
    return 2;
  }
  status = classify(digits, count, probabilities);
  if (status != CONVOY_OK) {
    fprintf(stderr, "%s\n", digits_error_string(status));
    return 1;
  }
  for (i = 0; i < count; ++i) {
    const float* p = probabilities + i * classes;
    for (best = 0, c = 1; c < classes; ++c)
      if (p[c] > p[best]) best = c;
    printf("%d %.4f\n", best, p[best]);
  }
  if (argc > 2) {
    file = fopen(argv[2], "wb");
    if (!file || fwrite(probabilities, classes * sizeof(float), (size_t)count, file) != (size_t)count || fclose(file)) {
      perror(argv[2]);
      return 1;
    }
  }
  free(digits);
  free(probabilities);
  return 0;
}
