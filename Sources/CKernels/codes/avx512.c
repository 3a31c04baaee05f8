// AVX-512 F/BW/VL/DQ: four groups of four dimensions for 32 vectors per step.
#if defined(__x86_64__)
#include <immintrin.h>

#include "variants.h"

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))

/// Adds the four 128-bit parts of 16-bit sums.
KERNEL static inline __m128i fold(__m512i sums) {
    __m256i half = _mm256_add_epi16(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
    return _mm_add_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/// Sums of bytes at even and at odd places -> sixteen 32-bit sums in the order of the places.
KERNEL static inline __m512i interleave(__m512i even, __m512i odd) {
    __m128i e = fold(even), o = fold(odd);
    return _mm512_cvtepu16_epi32(_mm256_set_m128i(_mm_unpackhi_epi16(e, o), _mm_unpacklo_epi16(e, o)));
}

KERNEL static uint32_t estimate32_avx512(
    const uint8_t *codes, const uint8_t *table, size_t dimension, const float *add, const float *rescale, float scale,
    float offset, float base, float limit, float *out) {
    const __m512i low_half = _mm512_set1_epi8(15);
    __m512i first = _mm512_setzero_si512(), second = first;
    while (dimension > 0) {
        size_t part = dimension < DIMENSIONS_PER_SUM ? dimension : DIMENSIONS_PER_SUM;
        // Bytes are added in pairs as 16-bit numbers; the odd ones apart, to be taken out of the sums afterwards.
        __m512i all0 = _mm512_setzero_si512(), odd0 = all0, all1 = all0, odd1 = all0;
        for (size_t i = 0; i < part * 4; i += 64) {
            __m512i code = _mm512_loadu_si512(codes + i), entry = _mm512_loadu_si512(table + i);
            __m512i a = _mm512_shuffle_epi8(entry, _mm512_and_si512(code, low_half));
            __m512i b = _mm512_shuffle_epi8(entry, _mm512_and_si512(_mm512_srli_epi16(code, 4), low_half));
            all0 = _mm512_add_epi16(all0, a);
            odd0 = _mm512_add_epi16(odd0, _mm512_srli_epi16(a, 8));
            all1 = _mm512_add_epi16(all1, b);
            odd1 = _mm512_add_epi16(odd1, _mm512_srli_epi16(b, 8));
        }
        first = _mm512_add_epi32(first, interleave(_mm512_sub_epi16(all0, _mm512_slli_epi16(odd0, 8)), odd0));
        second = _mm512_add_epi32(second, interleave(_mm512_sub_epi16(all1, _mm512_slli_epi16(odd1, 8)), odd1));
        codes += part * 4;
        table += part * 4;
        dimension -= part;
    }
    __m512 s = _mm512_set1_ps(scale), o = _mm512_set1_ps(offset), b = _mm512_set1_ps(base), l = _mm512_set1_ps(limit);
    __m512 e0 = _mm512_fmadd_ps(_mm512_cvtepi32_ps(first), s, o), e1 = _mm512_fmadd_ps(_mm512_cvtepi32_ps(second), s, o);
    e0 = _mm512_fmadd_ps(e0, _mm512_loadu_ps(rescale), _mm512_add_ps(b, _mm512_loadu_ps(add)));
    e1 = _mm512_fmadd_ps(e1, _mm512_loadu_ps(rescale + 16), _mm512_add_ps(b, _mm512_loadu_ps(add + 16)));
    _mm512_storeu_ps(out, e0);
    _mm512_storeu_ps(out + 16, e1);
    return _mm512_cmp_ps_mask(e0, l, _CMP_LT_OQ) | (uint32_t)_mm512_cmp_ps_mask(e1, l, _CMP_LT_OQ) << 16;
}

KERNEL static int32_t dot_u8_i16_avx512(const uint8_t *code, const int16_t *query, size_t dimension) {
    __m512i a = _mm512_setzero_si512(), b = a;
    for (size_t i = 0; i < dimension; i += 64) {
        __m512i c0 = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(code + i)));
        __m512i c1 = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(code + i + 32)));
        a = _mm512_add_epi32(a, _mm512_madd_epi16(c0, _mm512_loadu_si512(query + i)));
        b = _mm512_add_epi32(b, _mm512_madd_epi16(c1, _mm512_loadu_si512(query + i + 32)));
    }
    return _mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
}

KERNEL static void edge_avx512(
    const float *center, const float *neighbor, size_t dimension, uint64_t *bits, float *sums) {
    const __m512 zero = _mm512_setzero_ps();
    __m512 l1 = zero, l2 = zero, sign = zero, dot = zero;
    uint16_t *out = (uint16_t *)bits;
    for (size_t i = 0; i < dimension; i += 16) {
        __m512 c = _mm512_loadu_ps(center + i), r = _mm512_sub_ps(_mm512_loadu_ps(neighbor + i), c);
        __mmask16 above = _mm512_cmp_ps_mask(r, zero, _CMP_GT_OQ);
        l1 = _mm512_add_ps(l1, _mm512_abs_ps(r));
        l2 = _mm512_fmadd_ps(r, r, l2);
        sign = _mm512_mask_sub_ps(_mm512_add_ps(sign, c), (__mmask16)~above, sign, c);
        dot = _mm512_fmadd_ps(c, r, dot);
        out[i / 16] = above;
    }
    sums[0] = _mm512_reduce_add_ps(l1);
    sums[1] = _mm512_reduce_add_ps(l2);
    sums[2] = _mm512_reduce_add_ps(sign);
    sums[3] = _mm512_reduce_add_ps(dot);
}

#define VARIANT(name) name##_avx512
#include "query.inc"

const ckernels_codes_variant ckernels_codes_avx512 = {
    .name = "avx512",
    .estimate32 = estimate32_avx512,
    .dot_u8_i16 = dot_u8_i16_avx512,
    .edge = edge_avx512,
    POOL_KERNELS(avx512),
    QUERY_KERNELS(avx512),
};
#endif
