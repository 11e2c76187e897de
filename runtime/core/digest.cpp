#include "digest.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace convoy {

void digestOf(const void* data, size_t bytes, uint8_t digest[digestBytes]) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, bytes));
  static_assert(sizeof canonical.digest == digestBytes, "128 bits");
  memcpy(digest, canonical.digest, digestBytes);
}

void digestDigits(const uint8_t digest[digestBytes], char digits[2 * digestBytes]) {
  constexpr char letters[] = "0123456789abcdef";
  for (size_t i = 0; i < digestBytes; ++i) {
    digits[2 * i] = letters[digest[i] >> 4];
    digits[2 * i + 1] = letters[digest[i] & 15];
  }
}

} // namespace convoy
