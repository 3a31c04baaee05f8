// Plain C for every processor. Sixteen independent sums let the compiler use whatever vectors the baseline has.
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

#include "many_rows.inc"

DEFINE_VARIANT(ckernels_portable, "portable")
