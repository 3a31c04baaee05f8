// Picks the code kernels once, before main.
#include "variants.h"

#define MAX_VARIANTS 4

static const ckernels_codes_variant *available[MAX_VARIANTS] = {&ckernels_codes_portable};
static size_t available_count = 1;

// Valid even for code that runs before the constructor below.
const ckernels_codes_variant *ckernels_codes_active = &ckernels_codes_portable;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        available[available_count++] = &ckernels_codes_avx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
            available[available_count++] = &ckernels_codes_avx512;
        }
    }
#elif defined(__aarch64__)
    available[available_count++] = &ckernels_codes_neon;
#endif
    ckernels_codes_active = available[available_count - 1];
}

size_t ckernels_codes_variant_count(void) { return available_count; }

const ckernels_codes_variant *ckernels_codes_variant_at(size_t index) { return available[index]; }
