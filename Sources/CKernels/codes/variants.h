// Variants that this processor architecture can have. Private to CKernels.
#ifndef CODES_VARIANTS_H
#define CODES_VARIANTS_H

#include "../include/CodeKernels.h"

/// Dimensions whose table entries (each at most 255, one per four dimensions) add up within 16 bits.
#define DIMENSIONS_PER_SUM 1024

extern const ckernels_codes_variant ckernels_codes_portable;
#if defined(__x86_64__)
extern const ckernels_codes_variant ckernels_codes_avx2;
extern const ckernels_codes_variant ckernels_codes_avx512;
#elif defined(__aarch64__)
extern const ckernels_codes_variant ckernels_codes_neon;
#endif

#endif
