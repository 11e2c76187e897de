// The digest of weights, the same on every machine: XXH3, 128 bits, most significant byte first. It finds
// wrong and damaged files, and is no protection against forged ones.
#ifndef CONVOY_CORE_DIGEST_H
#define CONVOY_CORE_DIGEST_H
#include <stddef.h>
#include <stdint.h>

namespace convoy {

constexpr size_t digestBytes = 16;

void digestOf(const void* data, size_t bytes, uint8_t digest[digestBytes]);

// In hexadecimal digits, without an end.
void digestDigits(const uint8_t digest[digestBytes], char digits[2 * digestBytes]);

} // namespace convoy
#endif
