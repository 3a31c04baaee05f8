// Plain C for every processor, and what needs no variants.
#include <math.h>
#include <string.h>

#include "variants.h"

static uint32_t estimate32_portable(
    const uint8_t *codes, const uint8_t *table, size_t dimension, const float *add, const float *rescale, float scale,
    float offset, float base, float limit, float *out) {
    uint32_t sums[32] = {0};
    for (size_t group = 0; group < dimension / 4; group++) {
        const uint8_t *code = codes + group * 16, *entry = table + group * 16;
        for (int place = 0; place < 16; place++) {
            sums[place] += entry[code[place] & 15];
            sums[place + 16] += entry[code[place] >> 4];
        }
    }
    uint32_t below = 0;
    for (int place = 0; place < 32; place++) {
        out[place] = base + add[place] + rescale[place] * (scale * (float)sums[place] + offset);
        if (out[place] < limit) below |= 1u << place;
    }
    return below;
}

static int32_t dot_u8_i16_portable(const uint8_t *code, const int16_t *query, size_t dimension) {
    int32_t sum = 0;
    for (size_t i = 0; i < dimension; i++) sum += (int32_t)code[i] * query[i];
    return sum;
}

static void edge_portable(const float *center, const float *neighbor, size_t dimension, uint64_t *bits, float *sums) {
    // Sixteen independent sums, for the compiler's vectors and for precision.
    float l1[16] = {0}, l2[16] = {0}, sign[16] = {0}, dot[16] = {0};
    memset(bits, 0, dimension / 8);
    for (size_t i = 0; i < dimension; i++) {
        float r = neighbor[i] - center[i];
        l1[i & 15] += fabsf(r);
        l2[i & 15] += r * r;
        sign[i & 15] += r > 0 ? center[i] : -center[i];
        dot[i & 15] += center[i] * r;
        if (r > 0) bits[i / 64] |= 1ull << (i & 63);
    }
    memset(sums, 0, 4 * sizeof(float));
    for (int lane = 0; lane < 16; lane++) {
        sums[0] += l1[lane];
        sums[1] += l2[lane];
        sums[2] += sign[lane];
        sums[3] += dot[lane];
    }
}

#define KERNEL
#define VARIANT(name) name##_portable
#include "query.inc"

const ckernels_codes_variant ckernels_codes_portable = {
    .name = "portable",
    .estimate32 = estimate32_portable,
    .dot_u8_i16 = dot_u8_i16_portable,
    .edge = edge_portable,
    POOL_KERNELS(portable),
    QUERY_KERNELS(portable),
};

void ckernels_pack_signs(const uint64_t *bits, size_t dimension, unsigned place, uint8_t *block) {
    unsigned half = place >= 16 ? 4 : 0;
    uint8_t *column = block + (place & 15);
    for (size_t group = 0; group < dimension / 4; group++) {
        uint8_t four = (uint8_t)(bits[group / 16] >> (group % 16 * 4) & 15);
        column[group * 16] |= (uint8_t)(four << half);
    }
}
