// Variants that this processor architecture can have. Private to CKernels.
#ifndef CODES_VARIANTS_H
#define CODES_VARIANTS_H

#include "../include/CodeKernels.h"

/// Dimensions whose table entries (each at most 255, one per four dimensions) add up within 16 bits.
#define DIMENSIONS_PER_SUM 1024

/// The operations on pools of a variant, as initializers of its table.
#define POOL_KERNELS(set)                                                                                              \
    .pool_add = ckernels_pool_add_##set, .pool_nearest = ckernels_pool_nearest_##set,                                  \
    .pool_count_below = ckernels_pool_count_below_##set, .pool_keep_below = ckernels_pool_keep_below_##set

/// The operations of query.inc, as initializers of a variant's table.
#define QUERY_KERNELS(set)                                                                                             \
    .rotate = rotate_##set, .measure_query = measure_query_##set, .quantize_i16 = quantize_i16_##set,                  \
    .fill_tables = fill_tables_##set

#define DECLARE_POOL_KERNELS(set)                                                                                      \
    size_t ckernels_pool_add_##set(                                                                                    \
        const ckernels_pool *pool, size_t count, const float *estimates, const uint32_t *slots, uint32_t places,       \
        const uint64_t *visited);                                                                                      \
    size_t ckernels_pool_nearest_##set(const float *open, size_t count);                                               \
    size_t ckernels_pool_count_below_##set(const float *keys, size_t count, float limit);                              \
    size_t ckernels_pool_keep_below_##set(const ckernels_pool *pool, size_t count, float limit);

DECLARE_POOL_KERNELS(portable)
DECLARE_POOL_KERNELS(avx2)
DECLARE_POOL_KERNELS(avx512)

extern const ckernels_codes_variant ckernels_codes_portable;
#if defined(__x86_64__)
extern const ckernels_codes_variant ckernels_codes_avx2;
extern const ckernels_codes_variant ckernels_codes_avx512;
#elif defined(__aarch64__)
extern const ckernels_codes_variant ckernels_codes_neon;
#endif

#endif
