// AVX2 with FMA and F16C (Haswell, Zen and later).
#if defined(__x86_64__)
#include <immintrin.h>

#include "half.h"
#include "variants.h"

#define KERNEL __attribute__((target("avx2,fma,f16c")))
#define VARIANT(name) name##_avx2

KERNEL static inline float sum_avx2(__m256 v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    s = _mm_add_ss(s, _mm_shuffle_ps(s, s, 1));
    return _mm_cvtss_f32(s);
}

KERNEL static inline float dot_f32_avx2(const float *a, const float *b, size_t count) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
        s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
        s2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), s2);
        s3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), s3);
    }
    for (; i + 8 <= count; i += 8) s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
    float sum = sum_avx2(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}

KERNEL static inline float l2_f32_avx2(const float *a, const float *b, size_t count) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        __m256 d0 = _mm256_sub_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
        __m256 d1 = _mm256_sub_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8));
        __m256 d2 = _mm256_sub_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16));
        __m256 d3 = _mm256_sub_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24));
        s0 = _mm256_fmadd_ps(d0, d0, s0);
        s1 = _mm256_fmadd_ps(d1, d1, s1);
        s2 = _mm256_fmadd_ps(d2, d2, s2);
        s3 = _mm256_fmadd_ps(d3, d3, s3);
    }
    for (; i + 8 <= count; i += 8) {
        __m256 d = _mm256_sub_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
        s0 = _mm256_fmadd_ps(d, d, s0);
    }
    float sum = sum_avx2(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
    for (; i < count; i++) {
        float difference = a[i] - b[i];
        sum += difference * difference;
    }
    return sum;
}

KERNEL static inline __m256 load_f16_avx2(const uint16_t *half) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)half));
}

KERNEL static inline float dot_f16_avx2(const float *query, const uint16_t *row, size_t count) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i), load_f16_avx2(row + i), s0);
        s1 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i + 8), load_f16_avx2(row + i + 8), s1);
        s2 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i + 16), load_f16_avx2(row + i + 16), s2);
        s3 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i + 24), load_f16_avx2(row + i + 24), s3);
    }
    for (; i + 8 <= count; i += 8) s0 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i), load_f16_avx2(row + i), s0);
    float sum = sum_avx2(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
    for (; i < count; i++) sum += query[i] * ckernels_widen(row[i]);
    return sum;
}

KERNEL static inline float l2_f16_avx2(const float *query, const uint16_t *row, size_t count) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        __m256 d0 = _mm256_sub_ps(_mm256_loadu_ps(query + i), load_f16_avx2(row + i));
        __m256 d1 = _mm256_sub_ps(_mm256_loadu_ps(query + i + 8), load_f16_avx2(row + i + 8));
        __m256 d2 = _mm256_sub_ps(_mm256_loadu_ps(query + i + 16), load_f16_avx2(row + i + 16));
        __m256 d3 = _mm256_sub_ps(_mm256_loadu_ps(query + i + 24), load_f16_avx2(row + i + 24));
        s0 = _mm256_fmadd_ps(d0, d0, s0);
        s1 = _mm256_fmadd_ps(d1, d1, s1);
        s2 = _mm256_fmadd_ps(d2, d2, s2);
        s3 = _mm256_fmadd_ps(d3, d3, s3);
    }
    for (; i + 8 <= count; i += 8) {
        __m256 d = _mm256_sub_ps(_mm256_loadu_ps(query + i), load_f16_avx2(row + i));
        s0 = _mm256_fmadd_ps(d, d, s0);
    }
    float sum = sum_avx2(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
    for (; i < count; i++) {
        float difference = query[i] - ckernels_widen(row[i]);
        sum += difference * difference;
    }
    return sum;
}

KERNEL static void widen_f16_avx2(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(out + i, load_f16_avx2(in + i));
    for (; i < count; i++) out[i] = ckernels_widen(in[i]);
}

KERNEL static void narrow_f16_avx2(const float *in, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm_storeu_si128((__m128i *)(out + i), halves);
    }
    for (; i < count; i++) out[i] = ckernels_narrow(in[i]);
}

#include "many_rows.inc"

DEFINE_VARIANT(ckernels_avx2, "avx2")
#endif
