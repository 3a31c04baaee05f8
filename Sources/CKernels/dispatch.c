// Picks the kernels once, before main.
#include "variants.h"

#if defined(__x86_64__)
#include <cpuid.h>

/// Compilers know the name of this feature only lately.
static int has_f16c(void) {
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_F16C) != 0;
}
#endif

#define MAX_VARIANTS 4

static const ckernels_variant *available[MAX_VARIANTS] = {&ckernels_portable};
static size_t available_count = 1;

// Valid even for code that runs before the constructor below.
const ckernels_variant *ckernels_active = &ckernels_portable;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c()) {
        available[available_count++] = &ckernels_avx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
            available[available_count++] = &ckernels_avx512;
        }
    }
#elif defined(__aarch64__)
    available[available_count++] = &ckernels_neon;
#endif
    ckernels_active = available[available_count - 1];
}

size_t ckernels_variant_count(void) { return available_count; }

const ckernels_variant *ckernels_variant_at(size_t index) { return available[index]; }
