// NEON (every 64-bit Arm processor): one group of four dimensions for 32 vectors per step.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "variants.h"

static uint32_t estimate32_neon(
    const uint8_t *codes, const uint8_t *table, size_t dimension, const float *add, const float *rescale, float scale,
    float offset, float base, float limit, float *out) {
    uint32x4_t sums[8];
    for (int part = 0; part < 8; part++) sums[part] = vdupq_n_u32(0);
    while (dimension > 0) {
        size_t length = dimension < DIMENSIONS_PER_SUM ? dimension : DIMENSIONS_PER_SUM;
        uint16x8_t s0 = vdupq_n_u16(0), s1 = s0, s2 = s0, s3 = s0;
        for (size_t i = 0; i < length * 4; i += 16) {
            uint8x16_t code = vld1q_u8(codes + i), entry = vld1q_u8(table + i);
            uint8x16_t a = vqtbl1q_u8(entry, vandq_u8(code, vdupq_n_u8(15)));
            uint8x16_t b = vqtbl1q_u8(entry, vshrq_n_u8(code, 4));
            s0 = vaddw_u8(s0, vget_low_u8(a));
            s1 = vaddw_high_u8(s1, a);
            s2 = vaddw_u8(s2, vget_low_u8(b));
            s3 = vaddw_high_u8(s3, b);
        }
        uint16x8_t all[4] = {s0, s1, s2, s3};
        for (int part = 0; part < 4; part++) {
            sums[2 * part] = vaddw_u16(sums[2 * part], vget_low_u16(all[part]));
            sums[2 * part + 1] = vaddw_high_u16(sums[2 * part + 1], all[part]);
        }
        codes += length * 4;
        table += length * 4;
        dimension -= length;
    }
    uint32_t below = 0;
    for (int part = 0; part < 8; part++) {
        float32x4_t e = vfmaq_n_f32(vdupq_n_f32(offset), vcvtq_f32_u32(sums[part]), scale);
        float32x4_t constant = vaddq_f32(vdupq_n_f32(base), vld1q_f32(add + part * 4));
        e = vfmaq_f32(constant, e, vld1q_f32(rescale + part * 4));
        vst1q_f32(out + part * 4, e);
        for (int lane = 0; lane < 4; lane++) {
            if (out[part * 4 + lane] < limit) below |= 1u << (part * 4 + lane);
        }
    }
    return below;
}

static int32_t dot_u8_i16_neon(const uint8_t *code, const int16_t *query, size_t dimension) {
    int32x4_t a = vdupq_n_s32(0), b = a;
    for (size_t i = 0; i < dimension; i += 8) {
        int16x8_t c = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(code + i))), q = vld1q_s16(query + i);
        a = vmlal_s16(a, vget_low_s16(c), vget_low_s16(q));
        b = vmlal_high_s16(b, c, q);
    }
    return vaddvq_s32(vaddq_s32(a, b));
}

static void edge_neon(const float *center, const float *neighbor, size_t dimension, uint64_t *bits, float *sums) {
    float32x4_t l1 = vdupq_n_f32(0), l2 = l1, sign = l1, dot = l1;
    const uint32x4_t weights = {1, 2, 4, 8};
    for (size_t i = 0; i < dimension / 64; i++) bits[i] = 0;
    for (size_t i = 0; i < dimension; i += 4) {
        float32x4_t c = vld1q_f32(center + i), r = vsubq_f32(vld1q_f32(neighbor + i), c);
        uint32x4_t above = vcgtq_f32(r, vdupq_n_f32(0));
        l1 = vaddq_f32(l1, vabsq_f32(r));
        l2 = vfmaq_f32(l2, r, r);
        sign = vaddq_f32(sign, vbslq_f32(above, c, vnegq_f32(c)));
        dot = vfmaq_f32(dot, c, r);
        bits[i / 64] |= (uint64_t)vaddvq_u32(vandq_u32(above, weights)) << (i & 63);
    }
    sums[0] = vaddvq_f32(l1);
    sums[1] = vaddvq_f32(l2);
    sums[2] = vaddvq_f32(sign);
    sums[3] = vaddvq_f32(dot);
}

#define KERNEL
#define VARIANT(name) name##_neon
#include "query.inc"

const ckernels_codes_variant ckernels_codes_neon = {
    .name = "neon",
    .estimate32 = estimate32_neon,
    .dot_u8_i16 = dot_u8_i16_neon,
    .edge = edge_neon,
    POOL_KERNELS(portable),
    QUERY_KERNELS(neon),
};
#endif
