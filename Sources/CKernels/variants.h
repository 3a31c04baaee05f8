// Variants that this processor architecture can have. Private to CKernels.
#ifndef CKERNELS_VARIANTS_H
#define CKERNELS_VARIANTS_H

#include "include/CKernels.h"

extern const ckernels_variant ckernels_portable;
#if defined(__x86_64__)
extern const ckernels_variant ckernels_avx2;
extern const ckernels_variant ckernels_avx512;
#elif defined(__aarch64__)
extern const ckernels_variant ckernels_neon;
#endif

#endif
