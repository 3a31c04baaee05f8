// NEON, which every 64-bit ARM processor has.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "half.h"
#include "variants.h"

#define KERNEL
#define VARIANT(name) name##_neon

static inline float dot_f32_neon(const float *a, const float *b, size_t count) {
    float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
        s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
        s2 = vfmaq_f32(s2, vld1q_f32(a + i + 8), vld1q_f32(b + i + 8));
        s3 = vfmaq_f32(s3, vld1q_f32(a + i + 12), vld1q_f32(b + i + 12));
    }
    for (; i + 4 <= count; i += 4) s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
    float sum = vaddvq_f32(vaddq_f32(vaddq_f32(s0, s1), vaddq_f32(s2, s3)));
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static inline float l2_f32_neon(const float *a, const float *b, size_t count) {
    float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        float32x4_t d0 = vsubq_f32(vld1q_f32(a + i), vld1q_f32(b + i));
        float32x4_t d1 = vsubq_f32(vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
        float32x4_t d2 = vsubq_f32(vld1q_f32(a + i + 8), vld1q_f32(b + i + 8));
        float32x4_t d3 = vsubq_f32(vld1q_f32(a + i + 12), vld1q_f32(b + i + 12));
        s0 = vfmaq_f32(s0, d0, d0);
        s1 = vfmaq_f32(s1, d1, d1);
        s2 = vfmaq_f32(s2, d2, d2);
        s3 = vfmaq_f32(s3, d3, d3);
    }
    for (; i + 4 <= count; i += 4) {
        float32x4_t d = vsubq_f32(vld1q_f32(a + i), vld1q_f32(b + i));
        s0 = vfmaq_f32(s0, d, d);
    }
    float sum = vaddvq_f32(vaddq_f32(vaddq_f32(s0, s1), vaddq_f32(s2, s3)));
    for (; i < count; i++) {
        float difference = a[i] - b[i];
        sum += difference * difference;
    }
    return sum;
}

static inline float32x4_t load_f16_neon(const uint16_t *half) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(half)));
}

static inline float dot_f16_neon(const float *query, const uint16_t *row, size_t count) {
    float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        s0 = vfmaq_f32(s0, vld1q_f32(query + i), load_f16_neon(row + i));
        s1 = vfmaq_f32(s1, vld1q_f32(query + i + 4), load_f16_neon(row + i + 4));
        s2 = vfmaq_f32(s2, vld1q_f32(query + i + 8), load_f16_neon(row + i + 8));
        s3 = vfmaq_f32(s3, vld1q_f32(query + i + 12), load_f16_neon(row + i + 12));
    }
    for (; i + 4 <= count; i += 4) s0 = vfmaq_f32(s0, vld1q_f32(query + i), load_f16_neon(row + i));
    float sum = vaddvq_f32(vaddq_f32(vaddq_f32(s0, s1), vaddq_f32(s2, s3)));
    for (; i < count; i++) sum += query[i] * ckernels_widen(row[i]);
    return sum;
}

static inline float l2_f16_neon(const float *query, const uint16_t *row, size_t count) {
    float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        float32x4_t d0 = vsubq_f32(vld1q_f32(query + i), load_f16_neon(row + i));
        float32x4_t d1 = vsubq_f32(vld1q_f32(query + i + 4), load_f16_neon(row + i + 4));
        float32x4_t d2 = vsubq_f32(vld1q_f32(query + i + 8), load_f16_neon(row + i + 8));
        float32x4_t d3 = vsubq_f32(vld1q_f32(query + i + 12), load_f16_neon(row + i + 12));
        s0 = vfmaq_f32(s0, d0, d0);
        s1 = vfmaq_f32(s1, d1, d1);
        s2 = vfmaq_f32(s2, d2, d2);
        s3 = vfmaq_f32(s3, d3, d3);
    }
    for (; i + 4 <= count; i += 4) {
        float32x4_t d = vsubq_f32(vld1q_f32(query + i), load_f16_neon(row + i));
        s0 = vfmaq_f32(s0, d, d);
    }
    float sum = vaddvq_f32(vaddq_f32(vaddq_f32(s0, s1), vaddq_f32(s2, s3)));
    for (; i < count; i++) {
        float difference = query[i] - ckernels_widen(row[i]);
        sum += difference * difference;
    }
    return sum;
}

static void widen_f16_neon(const uint16_t *in, size_t count, float *out) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) vst1q_f32(out + i, load_f16_neon(in + i));
    for (; i < count; i++) out[i] = ckernels_widen(in[i]);
}

static void narrow_f16_neon(const float *in, size_t count, uint16_t *out) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) vst1_u16(out + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(in + i))));
    for (; i < count; i++) out[i] = ckernels_narrow(in[i]);
}

#include "many_rows.inc"

DEFINE_VARIANT(ckernels_neon, "neon")
#endif
