// AVX-512 F/BW/VL/DQ (Skylake-X, Zen 4 and later). Tails are masked loads, so no scalar loop is left.
#if defined(__x86_64__)
#include <immintrin.h>

#include "variants.h"

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define VARIANT(name) name##_avx512

KERNEL static inline float dot_f32_avx512(const float *a, const float *b, size_t count) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
        s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
        s2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), s2);
        s3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), s3);
    }
    for (; i + 16 <= count; i += 16) s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    if (i < count) {
        __mmask16 mask = (__mmask16)((1u << (count - i)) - 1u);
        s1 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s1);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

KERNEL static inline float l2_f32_avx512(const float *a, const float *b, size_t count) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        __m512 d0 = _mm512_sub_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
        __m512 d1 = _mm512_sub_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16));
        __m512 d2 = _mm512_sub_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32));
        __m512 d3 = _mm512_sub_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48));
        s0 = _mm512_fmadd_ps(d0, d0, s0);
        s1 = _mm512_fmadd_ps(d1, d1, s1);
        s2 = _mm512_fmadd_ps(d2, d2, s2);
        s3 = _mm512_fmadd_ps(d3, d3, s3);
    }
    for (; i + 16 <= count; i += 16) {
        __m512 d = _mm512_sub_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
        s0 = _mm512_fmadd_ps(d, d, s0);
    }
    if (i < count) {
        __mmask16 mask = (__mmask16)((1u << (count - i)) - 1u);
        __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i));
        s1 = _mm512_fmadd_ps(d, d, s1);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

KERNEL static inline __m512 load_f16_avx512(const uint16_t *half) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)half));
}

KERNEL static inline float dot_f16_avx512(const float *query, const uint16_t *row, size_t count) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        s0 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i), load_f16_avx512(row + i), s0);
        s1 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i + 16), load_f16_avx512(row + i + 16), s1);
        s2 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i + 32), load_f16_avx512(row + i + 32), s2);
        s3 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i + 48), load_f16_avx512(row + i + 48), s3);
    }
    for (; i + 16 <= count; i += 16) s0 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i), load_f16_avx512(row + i), s0);
    if (i < count) {
        __mmask16 mask = (__mmask16)((1u << (count - i)) - 1u);
        __m512 tail = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, row + i));
        s1 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, query + i), tail, s1);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

KERNEL static inline float l2_f16_avx512(const float *query, const uint16_t *row, size_t count) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        __m512 d0 = _mm512_sub_ps(_mm512_loadu_ps(query + i), load_f16_avx512(row + i));
        __m512 d1 = _mm512_sub_ps(_mm512_loadu_ps(query + i + 16), load_f16_avx512(row + i + 16));
        __m512 d2 = _mm512_sub_ps(_mm512_loadu_ps(query + i + 32), load_f16_avx512(row + i + 32));
        __m512 d3 = _mm512_sub_ps(_mm512_loadu_ps(query + i + 48), load_f16_avx512(row + i + 48));
        s0 = _mm512_fmadd_ps(d0, d0, s0);
        s1 = _mm512_fmadd_ps(d1, d1, s1);
        s2 = _mm512_fmadd_ps(d2, d2, s2);
        s3 = _mm512_fmadd_ps(d3, d3, s3);
    }
    for (; i + 16 <= count; i += 16) {
        __m512 d = _mm512_sub_ps(_mm512_loadu_ps(query + i), load_f16_avx512(row + i));
        s0 = _mm512_fmadd_ps(d, d, s0);
    }
    if (i < count) {
        __mmask16 mask = (__mmask16)((1u << (count - i)) - 1u);
        __m512 tail = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, row + i));
        __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, query + i), tail);
        s1 = _mm512_fmadd_ps(d, d, s1);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

KERNEL static void widen_f16_avx512(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) _mm512_storeu_ps(out + i, load_f16_avx512(in + i));
    if (i < count) {
        __mmask16 mask = (__mmask16)((1u << (count - i)) - 1u);
        _mm512_mask_storeu_ps(out + i, mask, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, in + i)));
    }
}

KERNEL static void narrow_f16_avx512(const float *in, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        __m256i halves = _mm512_cvtps_ph(_mm512_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm256_storeu_si256((__m256i *)(out + i), halves);
    }
    if (i < count) {
        __mmask16 mask = (__mmask16)((1u << (count - i)) - 1u);
        __m512 tail = _mm512_maskz_loadu_ps(mask, in + i);
        _mm256_mask_storeu_epi16(
            out + i, mask, _mm512_cvtps_ph(tail, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
}

#include "many_rows.inc"

DEFINE_VARIANT(ckernels_avx512, "avx512")
#endif
