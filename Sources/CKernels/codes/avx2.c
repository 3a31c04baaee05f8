// AVX2 with FMA: two groups of four dimensions for 32 vectors per step.
#if defined(__x86_64__)
#include <immintrin.h>

#include "variants.h"

#define KERNEL __attribute__((target("avx2,fma")))

/// Sums of bytes at even and at odd places -> sixteen 32-bit sums in the order of the places, added to `sums`.
KERNEL static inline void add_interleaved(__m256i even, __m256i odd, __m256i *sums) {
    __m128i e = _mm_add_epi16(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
    __m128i o = _mm_add_epi16(_mm256_castsi256_si128(odd), _mm256_extracti128_si256(odd, 1));
    sums[0] = _mm256_add_epi32(sums[0], _mm256_cvtepu16_epi32(_mm_unpacklo_epi16(e, o)));
    sums[1] = _mm256_add_epi32(sums[1], _mm256_cvtepu16_epi32(_mm_unpackhi_epi16(e, o)));
}

KERNEL static uint32_t estimate32_avx2(
    const uint8_t *codes, const uint8_t *table, size_t dimension, const float *add, const float *rescale, float scale,
    float offset, float base, float limit, float *out) {
    const __m256i low_half = _mm256_set1_epi8(15);
    __m256i sums[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    while (dimension > 0) {
        size_t part = dimension < DIMENSIONS_PER_SUM ? dimension : DIMENSIONS_PER_SUM;
        // Bytes are added in pairs as 16-bit numbers; the odd ones apart, to be taken out of the sums afterwards.
        __m256i all0 = _mm256_setzero_si256(), odd0 = all0, all1 = all0, odd1 = all0;
        for (size_t i = 0; i < part * 4; i += 32) {
            __m256i code = _mm256_loadu_si256((const __m256i *)(codes + i));
            __m256i entry = _mm256_loadu_si256((const __m256i *)(table + i));
            __m256i a = _mm256_shuffle_epi8(entry, _mm256_and_si256(code, low_half));
            __m256i b = _mm256_shuffle_epi8(entry, _mm256_and_si256(_mm256_srli_epi16(code, 4), low_half));
            all0 = _mm256_add_epi16(all0, a);
            odd0 = _mm256_add_epi16(odd0, _mm256_srli_epi16(a, 8));
            all1 = _mm256_add_epi16(all1, b);
            odd1 = _mm256_add_epi16(odd1, _mm256_srli_epi16(b, 8));
        }
        add_interleaved(_mm256_sub_epi16(all0, _mm256_slli_epi16(odd0, 8)), odd0, sums);
        add_interleaved(_mm256_sub_epi16(all1, _mm256_slli_epi16(odd1, 8)), odd1, sums + 2);
        codes += part * 4;
        table += part * 4;
        dimension -= part;
    }
    uint32_t below = 0;
    for (int part = 0; part < 4; part++) {
        __m256 e = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[part]), _mm256_set1_ps(scale), _mm256_set1_ps(offset));
        __m256 constant = _mm256_add_ps(_mm256_set1_ps(base), _mm256_loadu_ps(add + part * 8));
        e = _mm256_fmadd_ps(e, _mm256_loadu_ps(rescale + part * 8), constant);
        _mm256_storeu_ps(out + part * 8, e);
        int mask = _mm256_movemask_ps(_mm256_cmp_ps(e, _mm256_set1_ps(limit), _CMP_LT_OQ));
        below |= (uint32_t)mask << (part * 8);
    }
    return below;
}

KERNEL static int32_t dot_u8_i16_avx2(const uint8_t *code, const int16_t *query, size_t dimension) {
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < dimension; i += 16) {
        __m256i c = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(code + i)));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(c, _mm256_loadu_si256((const __m256i *)(query + i))));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
    return _mm_cvtsi128_si32(half);
}

KERNEL static inline float sum8(__m256 v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}

KERNEL static void edge_avx2(
    const float *center, const float *neighbor, size_t dimension, uint64_t *bits, float *sums) {
    const __m256 sign_bit = _mm256_set1_ps(-0.0f), zero = _mm256_setzero_ps();
    __m256 l1 = zero, l2 = zero, sign = zero, dot = zero;
    uint8_t *out = (uint8_t *)bits;
    for (size_t i = 0; i < dimension; i += 8) {
        __m256 c = _mm256_loadu_ps(center + i), r = _mm256_sub_ps(_mm256_loadu_ps(neighbor + i), c);
        __m256 above = _mm256_cmp_ps(r, zero, _CMP_GT_OQ);
        l1 = _mm256_add_ps(l1, _mm256_andnot_ps(sign_bit, r));
        l2 = _mm256_fmadd_ps(r, r, l2);
        // Flips the sign of the center where the difference is not above zero.
        sign = _mm256_add_ps(sign, _mm256_xor_ps(c, _mm256_andnot_ps(above, sign_bit)));
        dot = _mm256_fmadd_ps(c, r, dot);
        out[i / 8] = (uint8_t)_mm256_movemask_ps(above);
    }
    sums[0] = sum8(l1);
    sums[1] = sum8(l2);
    sums[2] = sum8(sign);
    sums[3] = sum8(dot);
}

#define VARIANT(name) name##_avx2
#include "query.inc"

const ckernels_codes_variant ckernels_codes_avx2 = {
    .name = "avx2",
    .estimate32 = estimate32_avx2,
    .dot_u8_i16 = dot_u8_i16_avx2,
    .edge = edge_avx2,
    POOL_KERNELS(avx2),
    QUERY_KERNELS(avx2),
};
#endif
