#ifndef CODEKERNELS_H
#define CODEKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Kernels over quantized vectors, one set per instruction set, chosen like the kernels of `CKernels.h`.
///
/// Sign codes come in blocks of 32 vectors: group g of four dimensions takes 16 bytes, whose byte j holds the four sign
/// bits of vector j in its low half and of vector j + 16 in its high half. A byte shuffle then looks 16 vectors up in a
/// table of the 16 possible partial sums at once (André, Kermarrec & Le Scouarnec, "Cache locality is not enough",
/// VLDB 2015). `dimension` is a multiple of 64 everywhere below. Integer results are the same in every variant; float
/// results agree to about 1e-5 relative to the sum of the absolute terms.

/// Candidates of a walk, unsorted: a scan of whole vectors finds the nearest in less time than keeping order takes.
/// - keys: the estimate that each candidate was listed with.
/// - open: the same while it is waiting, infinity from when it was taken.
/// - slots: which node it is.
/// From `count` up to the next multiple of 16, and at least 16 places beyond, `open` and `keys` hold infinity.
typedef struct ckernels_pool {
    float *keys;
    float *open;
    uint32_t *slots;
} ckernels_pool;

typedef struct ckernels_codes_variant {
    const char *name;
    /// Estimates for 32 vectors: out[i] = base + add[i] + rescale[i] * (scale * sum[i] + offset), where sum[i] adds
    /// the table's entries that vector i's sign bits select.
    /// - codes: dimension * 4 bytes, 64-byte aligned; table: dimension * 4 bytes, 64-byte aligned.
    /// - Returns a bit per vector whose estimate is below `limit` (never for NaN or infinity).
    uint32_t (*estimate32)(
        const uint8_t *codes, const uint8_t *table, size_t dimension, const float *add, const float *rescale,
        float scale, float offset, float base, float limit, float *out);
    /// Sum of code[i] * query[i]. The caller keeps the sum of |query[i]| at or below 2^31 / 255.
    int32_t (*dot_u8_i16)(const uint8_t *code, const int16_t *query, size_t dimension);
    /// Signs and sums of r = neighbor - center: bit i of `bits` is set when r[i] > 0;
    /// sums = {|r|_1, |r|_2 squared, <center, sign(r)>, <center, r>} where sign is +1 or -1.
    void (*edge)(const float *center, const float *neighbor, size_t dimension, uint64_t *bits, float *sums);
    /// Appends those of 32 places whose bit in `places` is set and whose slot's bit in `visited` is not.
    /// - pool: with room for 32 candidates and 16 places of infinity after `count`.
    /// - Returns the new count.
    size_t (*pool_add)(
        const ckernels_pool *pool, size_t count, const float *estimates, const uint32_t *slots, uint32_t places,
        const uint64_t *visited);
    /// Index of the smallest of `count` values, `count` when all are infinite. Reads up to 15 values, all of them
    /// infinite, beyond.
    size_t (*pool_nearest)(const float *open, size_t count);
    /// Number of values below `limit`. Reads up to 15 values beyond, none of which may be below it.
    size_t (*pool_count_below)(const float *keys, size_t count, float limit);
    /// Drops the candidates whose key is not below `limit`; the others keep their order.
    /// - Returns the new count.
    size_t (*pool_keep_below)(const ckernels_pool *pool, size_t count, float limit);
    /// In place: `rounds` times a flip of signs, a Walsh-Hadamard transform, divided by the root of its size, of the
    /// largest power of two that fits, at the front and at the back in turn, and unless that is all, a rotation by 45
    /// degrees between the two halves.
    /// - signs: rounds * dimension floats of +1 or -1.
    void (*rotate)(float *x, size_t dimension, const float *signs, size_t rounds);
    /// sums = {sum of x, sum of |x|, sum of min(x, 0), largest |x|, largest sum of |x| over a group of four}.
    void (*measure_query)(const float *x, size_t dimension, float *sums);
    /// out[i] = x[i] * factor, rounded to the nearest. The caller sees to it that all fit 16 bits.
    void (*quantize_i16)(const float *x, size_t dimension, float factor, int16_t *out);
    /// Tables for `estimate32`: entry e of group g is the rounded sum of factor * x[4g + b] over the bits b set in e,
    /// less the smallest such sum. The caller sees to it that factor * (largest - smallest sum) is at most 255 in every
    /// group.
    void (*fill_tables)(const float *x, size_t dimension, float factor, uint8_t *table);
} ckernels_codes_variant;

/// Variants that this processor can run, the fastest last.
size_t ckernels_codes_variant_count(void);
/// - index: less than `ckernels_codes_variant_count()`.
const ckernels_codes_variant *ckernels_codes_variant_at(size_t index);
/// The variant in use, set before `main`.
extern const ckernels_codes_variant *ckernels_codes_active;

static inline const char *ckernels_codes_active_name(void) { return ckernels_codes_active->name; }

static inline uint32_t ckernels_estimate32(
    const uint8_t *codes, const uint8_t *table, size_t dimension, const float *add, const float *rescale, float scale,
    float offset, float base, float limit, float *out) {
    return ckernels_codes_active->estimate32(
        codes, table, dimension, add, rescale, scale, offset, base, limit, out);
}

static inline int32_t ckernels_dot_u8_i16(const uint8_t *code, const int16_t *query, size_t dimension) {
    return ckernels_codes_active->dot_u8_i16(code, query, dimension);
}

static inline void ckernels_edge(
    const float *center, const float *neighbor, size_t dimension, uint64_t *bits, float *sums) {
    ckernels_codes_active->edge(center, neighbor, dimension, bits, sums);
}

static inline size_t ckernels_pool_add(
    const ckernels_pool *pool, size_t count, const float *estimates, const uint32_t *slots, uint32_t places,
    const uint64_t *visited) {
    return ckernels_codes_active->pool_add(pool, count, estimates, slots, places, visited);
}

static inline size_t ckernels_pool_nearest(const float *open, size_t count) {
    return ckernels_codes_active->pool_nearest(open, count);
}

static inline size_t ckernels_pool_count_below(const float *keys, size_t count, float limit) {
    return ckernels_codes_active->pool_count_below(keys, count, limit);
}

static inline size_t ckernels_pool_keep_below(const ckernels_pool *pool, size_t count, float limit) {
    return ckernels_codes_active->pool_keep_below(pool, count, limit);
}

/// Puts the sign bits of one vector into a block of 32.
/// - place: 0...31, the vector's place in the block; the block's bits for it must be zero.
void ckernels_pack_signs(const uint64_t *bits, size_t dimension, unsigned place, uint8_t *block);

static inline void ckernels_rotate(float *x, size_t dimension, const float *signs, size_t rounds) {
    ckernels_codes_active->rotate(x, dimension, signs, rounds);
}

static inline void ckernels_measure_query(const float *x, size_t dimension, float *sums) {
    ckernels_codes_active->measure_query(x, dimension, sums);
}

static inline void ckernels_quantize_i16(const float *x, size_t dimension, float factor, int16_t *out) {
    ckernels_codes_active->quantize_i16(x, dimension, factor, out);
}

static inline void ckernels_fill_tables(const float *x, size_t dimension, float factor, uint8_t *table) {
    ckernels_codes_active->fill_tables(x, dimension, factor, table);
}

/// Hints that `lines` cache lines from `address` on will be read soon. Never faults.
static inline void ckernels_prefetch_lines(const void *address, size_t lines) {
    for (size_t line = 0; line < lines; line++) __builtin_prefetch((const char *)address + line * 64, 0, 3);
}

#endif
