// Weights that lie in a file: a safetensors file whose data are the pipeline's parameters, one after another,
// and whose header tells their digest.
#include "convoy/runtime.h"
#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct convoy_weights {
  void* mapping;
  size_t mappingBytes;
  const uint8_t* data;
};

namespace {

constexpr size_t lengthBytes = 8;                     // of the number before the header
constexpr uint64_t longestHeader = uint64_t{1} << 27; // hundreds of thousands of tensors

int32_t fail(convoy_failure* failure, convoy_weights_fault fault, int64_t expected, int64_t actual) {
  if (failure) *failure = {CONVOY_ERROR_WEIGHTS, -1, -1, fault, expected, actual};
  return CONVOY_ERROR_WEIGHTS;
}

uint64_t littleEndian(const uint8_t* bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < lengthBytes; ++i) number |= static_cast<uint64_t>(bytes[i]) << 8 * i;
  return number;
}

bool contains(const uint8_t* text, size_t length, const char* part, size_t partLength) {
  for (size_t at = 0; at + partLength <= length; ++at)
    if (memcmp(text + at, part, partLength) == 0) return true;
  return false;
}

// Looks at all of a mapped file. The header is not parsed: what counts is the digest in it, where it ends,
// and the digest of what follows.
int32_t inspect(const convoy_pipeline& pipeline, convoy_weights& weights, convoy_failure* failure) {
  const auto* file = static_cast<const uint8_t*>(weights.mapping);
  const uint64_t headerBytes = littleEndian(file);
  const uint64_t room = weights.mappingBytes - lengthBytes;
  if (headerBytes < 2 || headerBytes > longestHeader || headerBytes > room || file[lengthBytes] != '{' ||
      headerBytes % sizeof(float) != 0)
    return fail(failure, CONVOY_WEIGHTS_NO_HEADER, 0, 0);
  char digits[2 * convoy::digestBytes];
  convoy::digestDigits(pipeline.weights_digest, digits);
  if (!contains(file + lengthBytes, headerBytes, digits, sizeof digits))
    return fail(failure, CONVOY_WEIGHTS_OF_ANOTHER, 0, 0);
  const int64_t expected = pipeline.weights_bytes + static_cast<int64_t>(lengthBytes + headerBytes);
  if (expected != static_cast<int64_t>(weights.mappingBytes))
    return fail(failure, CONVOY_WEIGHTS_WRONG_SIZE, expected, static_cast<int64_t>(weights.mappingBytes));
  weights.data = file + lengthBytes + headerBytes;
  uint8_t digest[convoy::digestBytes];
  convoy::digestOf(weights.data, static_cast<size_t>(pipeline.weights_bytes), digest);
  if (memcmp(digest, pipeline.weights_digest, sizeof digest) != 0)
    return fail(failure, CONVOY_WEIGHTS_DAMAGED, 0, 0);
  return CONVOY_OK;
}

int32_t map(int file, convoy_weights& weights, convoy_failure* failure) {
  struct stat facts;
  if (fstat(file, &facts) != 0) return fail(failure, CONVOY_WEIGHTS_UNREADABLE, 0, errno);
  if (!S_ISREG(facts.st_mode)) return fail(failure, CONVOY_WEIGHTS_NOT_A_FILE, 0, 0);
  if (facts.st_size <= static_cast<off_t>(lengthBytes)) return fail(failure, CONVOY_WEIGHTS_NO_HEADER, 0, 0);
  weights.mappingBytes = static_cast<size_t>(facts.st_size);
  weights.mapping = mmap(nullptr, weights.mappingBytes, PROT_READ, MAP_PRIVATE, file, 0);
  if (weights.mapping != MAP_FAILED) return CONVOY_OK;
  weights.mapping = nullptr;
  return fail(failure, CONVOY_WEIGHTS_UNREADABLE, 0, errno);
}

} // namespace

int32_t convoy_weights_open(const convoy_pipeline* pipeline, const char* path, convoy_weights** result,
                            convoy_failure* failure) {
  if (failure) *failure = {CONVOY_OK, -1, -1, -1, 0, 0};
  if (result) *result = nullptr;
  if (!pipeline || !path || !result) {
    if (failure) failure->status = CONVOY_ERROR_ARGUMENT;
    return CONVOY_ERROR_ARGUMENT;
  }
  auto* weights = static_cast<convoy_weights*>(calloc(1, sizeof(convoy_weights)));
  if (!weights) {
    if (failure) failure->status = CONVOY_ERROR_MEMORY;
    return CONVOY_ERROR_MEMORY;
  }
  // A pipe would wait for its other end; what is no regular file is refused below.
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int32_t status =
      file < 0 ? fail(failure, CONVOY_WEIGHTS_UNREADABLE, 0, errno) : map(file, *weights, failure);
  if (file >= 0) close(file);
  if (status == CONVOY_OK) status = inspect(*pipeline, *weights, failure);
  if (status == CONVOY_OK)
    *result = weights;
  else
    convoy_weights_close(weights);
  return status;
}

const void* convoy_weights_data(const convoy_weights* weights) { return weights->data; }

void convoy_weights_close(convoy_weights* weights) {
  if (!weights) return;
  if (weights->mapping) munmap(weights->mapping, weights->mappingBytes);
  free(weights);
}
