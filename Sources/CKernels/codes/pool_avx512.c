// Operations on a walk's candidates with AVX-512. Packed in a register and stored whole: a compressing store to memory
// takes a hundred cycles and more on some processors.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "variants.h"

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,popcnt")))

KERNEL size_t ckernels_pool_add_avx512(
    const ckernels_pool *pool, size_t count, const float *estimates, const uint32_t *slots, uint32_t places,
    const uint64_t *visited) {
    const __m512 infinity = _mm512_set1_ps(INFINITY);
    for (int half = 0; half < 32; half += 16) {
        __mmask16 wanted = (__mmask16)(places >> half);
        if (wanted == 0) continue;
        __m512i slot = _mm512_loadu_si512(slots + half);
        __m512i words = _mm512_mask_i32gather_epi32(
            _mm512_setzero_si512(), wanted, _mm512_srli_epi32(slot, 5), visited, 4);
        __m512i bit = _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(slot, _mm512_set1_epi32(31)));
        wanted = _mm512_mask_testn_epi32_mask(wanted, words, bit);
        __m512 packed = _mm512_mask_compress_ps(infinity, wanted, _mm512_loadu_ps(estimates + half));
        _mm512_storeu_ps(pool->keys + count, packed);
        _mm512_storeu_ps(pool->open + count, packed);
        _mm512_storeu_si512(pool->slots + count, _mm512_maskz_compress_epi32(wanted, slot));
        count += (size_t)__builtin_popcount(wanted);
    }
    _mm512_storeu_ps(pool->keys + count, infinity);
    _mm512_storeu_ps(pool->open + count, infinity);
    return count;
}

KERNEL size_t ckernels_pool_nearest_avx512(const float *open, size_t count) {
    __m512 lowest = _mm512_set1_ps(INFINITY);
    for (size_t i = 0; i < count; i += 16) lowest = _mm512_min_ps(lowest, _mm512_loadu_ps(open + i));
    float least = _mm512_reduce_min_ps(lowest);
    if (!(least < INFINITY)) return count;
    for (size_t i = 0;; i += 16) {
        __mmask16 equal = _mm512_cmp_ps_mask(_mm512_loadu_ps(open + i), _mm512_set1_ps(least), _CMP_EQ_OQ);
        if (equal != 0) return i + (size_t)__builtin_ctz(equal);
    }
}

KERNEL size_t ckernels_pool_count_below_avx512(const float *keys, size_t count, float limit) {
    size_t below = 0;
    for (size_t i = 0; i < count; i += 16) {
        __mmask16 less = _mm512_cmp_ps_mask(_mm512_loadu_ps(keys + i), _mm512_set1_ps(limit), _CMP_LT_OQ);
        below += (size_t)__builtin_popcount(less);
    }
    return below;
}

KERNEL size_t ckernels_pool_keep_below_avx512(const ckernels_pool *pool, size_t count, float limit) {
    const __m512 infinity = _mm512_set1_ps(INFINITY);
    size_t kept = 0;
    for (size_t i = 0; i < count; i += 16) {
        // What is written lies at or before what was read: `kept` never overtakes `i`.
        __m512 key = _mm512_loadu_ps(pool->keys + i), open = _mm512_loadu_ps(pool->open + i);
        __m512i slot = _mm512_loadu_si512(pool->slots + i);
        __mmask16 less = _mm512_cmp_ps_mask(key, _mm512_set1_ps(limit), _CMP_LT_OQ);
        _mm512_storeu_ps(pool->keys + kept, _mm512_mask_compress_ps(infinity, less, key));
        _mm512_storeu_ps(pool->open + kept, _mm512_mask_compress_ps(infinity, less, open));
        _mm512_storeu_si512(pool->slots + kept, _mm512_maskz_compress_epi32(less, slot));
        kept += (size_t)__builtin_popcount(less);
    }
    _mm512_storeu_ps(pool->keys + kept, infinity);
    _mm512_storeu_ps(pool->open + kept, infinity);
    return kept;
}
#endif
