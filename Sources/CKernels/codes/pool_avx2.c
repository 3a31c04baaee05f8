// Operations on a walk's candidates with AVX2. Packing a few of many has no instruction here: that part is plain C.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "variants.h"

#define KERNEL __attribute__((target("avx2,fma,popcnt")))

size_t ckernels_pool_add_avx2(
    const ckernels_pool *pool, size_t count, const float *estimates, const uint32_t *slots, uint32_t places,
    const uint64_t *visited) {
    return ckernels_pool_add_portable(pool, count, estimates, slots, places, visited);
}

KERNEL size_t ckernels_pool_nearest_avx2(const float *open, size_t count) {
    __m256 lowest = _mm256_set1_ps(INFINITY);
    for (size_t i = 0; i < count; i += 8) lowest = _mm256_min_ps(lowest, _mm256_loadu_ps(open + i));
    __m128 half = _mm_min_ps(_mm256_castps256_ps128(lowest), _mm256_extractf128_ps(lowest, 1));
    half = _mm_min_ps(half, _mm_movehl_ps(half, half));
    half = _mm_min_ss(half, _mm_shuffle_ps(half, half, 1));
    float least = _mm_cvtss_f32(half);
    if (!(least < INFINITY)) return count;
    for (size_t i = 0;; i += 8) {
        int equal = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(open + i), _mm256_set1_ps(least), _CMP_EQ_OQ));
        if (equal != 0) return i + (size_t)__builtin_ctz((unsigned)equal);
    }
}

KERNEL size_t ckernels_pool_count_below_avx2(const float *keys, size_t count, float limit) {
    size_t below = 0;
    for (size_t i = 0; i < count; i += 8) {
        __m256 less = _mm256_cmp_ps(_mm256_loadu_ps(keys + i), _mm256_set1_ps(limit), _CMP_LT_OQ);
        below += (size_t)__builtin_popcount((unsigned)_mm256_movemask_ps(less));
    }
    return below;
}

size_t ckernels_pool_keep_below_avx2(const ckernels_pool *pool, size_t count, float limit) {
    return ckernels_pool_keep_below_portable(pool, count, limit);
}
#endif
