#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "CodeKernels.h"

/// SIMD kernels in plain C, one file per instruction set, one set of functions chosen once at start.
///
/// Floating point: sums are formed in float32 in an order that depends on the variant, so two variants agree to about
/// 1e-5 relative to the sum of the absolute terms, not to the last bit. NaN in any input gives NaN; an infinity gives
/// an infinity or NaN as the formula says; denormals are neither flushed nor special. Length 0 gives 0. Any alignment
/// is accepted; 64-byte aligned rows are fastest.

/// All kernels of one instruction set.
typedef struct ckernels_variant {
    /// `portable`, `avx2`, `avx512` or `neon`.
    const char *name;
    /// Sum of a[i] * b[i].
    float (*dot_f32)(const float *a, const float *b, size_t count);
    /// Sum of (a[i] - b[i])^2.
    float (*l2_f32)(const float *a, const float *b, size_t count);
    /// One query against `rows` row pointers; rows are prefetched ahead. out[r] = kernel(query, row[r]).
    void (*dot_f32_gather)(const float *query, const float *const *row, size_t rows, size_t count, float *out);
    void (*l2_f32_gather)(const float *query, const float *const *row, size_t rows, size_t count, float *out);
    /// One query against `rows` rows that lie `stride` floats apart.
    void (*dot_f32_rows)(const float *query, const float *first, size_t stride, size_t rows, size_t count, float *out);
    void (*l2_f32_rows)(const float *query, const float *first, size_t stride, size_t rows, size_t count, float *out);
    /// The same with rows of IEEE 754 binary16, widened exactly: a query of float32, sums in float32.
    float (*dot_f16)(const float *query, const uint16_t *row, size_t count);
    float (*l2_f16)(const float *query, const uint16_t *row, size_t count);
    void (*dot_f16_gather)(const float *query, const uint16_t *const *row, size_t rows, size_t count, float *out);
    void (*l2_f16_gather)(const float *query, const uint16_t *const *row, size_t rows, size_t count, float *out);
    void (*dot_f16_rows)(
        const float *query, const uint16_t *first, size_t stride, size_t rows, size_t count, float *out);
    void (*l2_f16_rows)(
        const float *query, const uint16_t *first, size_t stride, size_t rows, size_t count, float *out);
    /// binary16 to float32, exactly.
    void (*widen_f16)(const uint16_t *in, size_t count, float *out);
    /// float32 to the nearest binary16, ties to even; infinity from 65,520 on.
    void (*narrow_f16)(const float *in, size_t count, uint16_t *out);
} ckernels_variant;

/// Variants that this processor can run, the fastest last. At least one (`portable`).
size_t ckernels_variant_count(void);
/// - index: less than `ckernels_variant_count()`.
const ckernels_variant *ckernels_variant_at(size_t index);

/// The variant in use. Set before `main` and never changed afterwards; use the functions below instead of reading it.
extern const ckernels_variant *ckernels_active;

static inline const char *ckernels_active_name(void) { return ckernels_active->name; }

static inline float ckernels_dot_f32(const float *a, const float *b, size_t count) {
    return ckernels_active->dot_f32(a, b, count);
}

static inline float ckernels_l2_f32(const float *a, const float *b, size_t count) {
    return ckernels_active->l2_f32(a, b, count);
}

static inline void ckernels_dot_f32_gather(
    const float *query, const float *const *row, size_t rows, size_t count, float *out) {
    ckernels_active->dot_f32_gather(query, row, rows, count, out);
}

static inline void ckernels_l2_f32_gather(
    const float *query, const float *const *row, size_t rows, size_t count, float *out) {
    ckernels_active->l2_f32_gather(query, row, rows, count, out);
}

static inline void ckernels_dot_f32_rows(
    const float *query, const float *first, size_t stride, size_t rows, size_t count, float *out) {
    ckernels_active->dot_f32_rows(query, first, stride, rows, count, out);
}

static inline void ckernels_l2_f32_rows(
    const float *query, const float *first, size_t stride, size_t rows, size_t count, float *out) {
    ckernels_active->l2_f32_rows(query, first, stride, rows, count, out);
}

static inline float ckernels_dot_f16(const float *query, const uint16_t *row, size_t count) {
    return ckernels_active->dot_f16(query, row, count);
}

static inline void ckernels_dot_f16_gather(
    const float *query, const uint16_t *const *row, size_t rows, size_t count, float *out) {
    ckernels_active->dot_f16_gather(query, row, rows, count, out);
}

static inline void ckernels_dot_f16_rows(
    const float *query, const uint16_t *first, size_t stride, size_t rows, size_t count, float *out) {
    ckernels_active->dot_f16_rows(query, first, stride, rows, count, out);
}

static inline float ckernels_l2_f16(const float *query, const uint16_t *row, size_t count) {
    return ckernels_active->l2_f16(query, row, count);
}

static inline void ckernels_l2_f16_gather(
    const float *query, const uint16_t *const *row, size_t rows, size_t count, float *out) {
    ckernels_active->l2_f16_gather(query, row, rows, count, out);
}

static inline void ckernels_l2_f16_rows(
    const float *query, const uint16_t *first, size_t stride, size_t rows, size_t count, float *out) {
    ckernels_active->l2_f16_rows(query, first, stride, rows, count, out);
}

static inline void ckernels_widen_f16(const uint16_t *in, size_t count, float *out) {
    ckernels_active->widen_f16(in, count, out);
}

static inline void ckernels_narrow_f16(const float *in, size_t count, uint16_t *out) {
    ckernels_active->narrow_f16(in, count, out);
}

/// Hints that a cache line will be read soon. Never faults.
static inline void ckernels_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// CRC-32C (Castagnoli), continued from `crc` (0 at the start). Uses the processor's instruction where there is one.
uint32_t ckernels_crc32c(uint32_t crc, const void *bytes, size_t count);
/// The same by table, for tests.
uint32_t ckernels_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

#endif
