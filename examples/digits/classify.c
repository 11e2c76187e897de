/* Classifies digits with the library that Convoy compiled from digits.cvy.
 *
 *   convoy build digits.cvy --emit=lib,header -o digits
 *   cc classify.c digits.a -lpthread -o classify
 *   ./classify heldout.npy probabilities.raw
 *
 * Prints the likeliest class of every digit; the second file, if named, gets all probabilities: float32, ten
 * each. */
#include "digits.h"
#include <stdio.h>
#include <stdlib.h>

enum { pixels = 8 * 8, classes = 10 };

/* Reads up to `limit` float32 pictures of a .npy file that NumPy wrote: its header has 128 bytes. Returns how
 * many. */
static int64_t readDigits(const char* path, float* digits, int64_t limit) {
  FILE* file = fopen(path, "rb");
  int64_t count = 0;
  if (!file) return 0;
  if (fseek(file, 128, SEEK_SET) == 0)
    count = (int64_t)fread(digits, pixels * sizeof(float), (size_t)limit, file);
  fclose(file);
  return count;
}

/* Packs the weights and runs all digits at once, on all cores. Returns a convoy_status. */
static int32_t classify(const float* digits, int64_t count, float* probabilities) {
  int32_t status = CONVOY_ERROR_MEMORY;
  convoy_pool* pool = convoy_pool_create(0);
  void* prepared = convoy_allocate(digits_prepared_size());
  if (pool && prepared) status = digits_prepare(digits_pipeline.weights, prepared);
  if (status == CONVOY_OK) {
    const convoy_executor* executor = convoy_pool_executor(pool);
    int64_t bytes = digits_workspace_size(NULL, count, executor->threads, NULL);
    void* workspace = convoy_allocate(bytes);
    status = digits_compute(NULL, count, digits, probabilities, prepared, workspace, bytes, executor);
    convoy_release(workspace);
  }
  convoy_release(prepared);
  convoy_pool_destroy(pool);
  return status;
}

int main(int argc, char** argv) {
  static float digits[1000 * pixels], probabilities[1000 * classes];
  int64_t count = argc > 1 ? readDigits(argv[1], digits, 1000) : 0;
  int32_t status;
  int64_t i;
  if (count == 0) {
    fprintf(stderr, "usage: classify DIGITS.npy [PROBABILITIES.raw]\n");
    return 2;
  }
  status = classify(digits, count, probabilities);
  if (status != CONVOY_OK) {
    fprintf(stderr, "%s\n", digits_error_string(status));
    return 1;
  }

  for (i = 0; i < count; ++i) {
    const float* row = probabilities + i * classes;
    int best = 0, c;
    for (c = 1; c < classes; ++c)
      if (row[c] > row[best]) best = c;
    printf("%d %.4f\n", best, row[best]);
  }
  if (argc > 2) {
    FILE* file = fopen(argv[2], "wb");
    if (!file || fwrite(probabilities, classes * sizeof(float), (size_t)count, file) != (size_t)count ||
        fclose(file) != 0) {
      perror(argv[2]);
      return 1;
    }
  }
  return 0;
}
