// Plain C for every processor. Sixteen independent sums let the compiler use whatever vectors the baseline has.
#include "half.h"
#include "variants.h"

#define KERNEL
#define VARIANT(name) name##_portable
#define LANES 16

static float sum_lanes(const float *lanes) {
    float pair[LANES / 2];
    for (int i = 0; i < LANES / 2; i++) pair[i] = lanes[i] + lanes[i + LANES / 2];
    float sum = 0;
    for (int i = 0; i < LANES / 2; i++) sum += pair[i];
    return sum;
}

static inline float dot_f32_portable(const float *a, const float *b, size_t count) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    }
    float sum = sum_lanes(lanes);
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static inline float l2_f32_portable(const float *a, const float *b, size_t count) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            float difference = a[i + lane] - b[i + lane];
            lanes[lane] += difference * difference;
        }
    }
    float sum = sum_lanes(lanes);
    for (; i < count; i++) {
        float difference = a[i] - b[i];
        sum += difference * difference;
    }
    return sum;
}

static void widen_f16_portable(const uint16_t *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = ckernels_widen(in[i]);
}

static void narrow_f16_portable(const float *in, size_t count, uint16_t *out) {
    for (size_t i = 0; i < count; i++) out[i] = ckernels_narrow(in[i]);
}

static inline float dot_f16_portable(const float *query, const uint16_t *row, size_t count) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) lanes[lane] += query[i + lane] * ckernels_widen(row[i + lane]);
    }
    float sum = sum_lanes(lanes);
    for (; i < count; i++) sum += query[i] * ckernels_widen(row[i]);
    return sum;
}

static inline float l2_f16_portable(const float *query, const uint16_t *row, size_t count) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            float difference = query[i + lane] - ckernels_widen(row[i + lane]);
            lanes[lane] += difference * difference;
        }
    }
    float sum = sum_lanes(lanes);
    for (; i < count; i++) {
        float difference = query[i] - ckernels_widen(row[i]);
        sum += difference * difference;
    }
    return sum;
}

#include "many_rows.inc"

DEFINE_VARIANT(ckernels_portable, "portable")
