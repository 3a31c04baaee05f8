// IEEE 754 binary16 in plain integers, for processors and tails without an instruction for it. Private to CKernels.
#ifndef CKERNELS_HALF_H
#define CKERNELS_HALF_H

#include <stdint.h>
#include <string.h>

/// Exact: every binary16 is a float32. NaNs become quiet, as the instructions do it.
static inline float ckernels_widen(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff;
    if (rest < 0x400) {
        // Subnormal: a whole number of 2^-24.
        float magnitude = (float)rest * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    // Exponents move from a bias of 15 to one of 127; the highest one stays the highest.
    uint32_t bits = sign | ((rest << 13) + ((rest < 0x7c00 ? 112u : 224u) << 23));
    if (rest > 0x7c00) bits |= 1u << 22;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

/// The nearest binary16, ties to even; infinity from 65,520 on.
static inline uint16_t ckernels_narrow(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
    if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (magnitude >= 0x38800000) {
        // Just under half of the last kept bit is added, and the rest of the half when that bit is odd.
        return (uint16_t)(sign | (magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13);
    }
    // Between 1/2 and 1, float32 has steps of 2^-24, like the subnormals: the addition rounds.
    float shifted;
    memcpy(&shifted, &magnitude, 4);
    shifted += 0.5f;
    memcpy(&magnitude, &shifted, 4);
    return (uint16_t)(sign | (magnitude - 0x3f000000));
}

#endif
