// Operations on a walk's candidates, in plain C.
#include <math.h>

#include "variants.h"

/// Ends the lists: whole vectors can be read from any place before `count`.
static void end(const ckernels_pool *pool, size_t count) {
    for (int place = 0; place < 16; place++) pool->keys[count + place] = pool->open[count + place] = INFINITY;
}

size_t ckernels_pool_add_portable(
    const ckernels_pool *pool, size_t count, const float *estimates, const uint32_t *slots, uint32_t places,
    const uint64_t *visited) {
    for (; places != 0; places &= places - 1) {
        int place = __builtin_ctz(places);
        uint32_t slot = slots[place];
        pool->keys[count] = pool->open[count] = estimates[place];
        pool->slots[count] = slot;
        count += ~visited[slot >> 6] >> (slot & 63) & 1;
    }
    end(pool, count);
    return count;
}

size_t ckernels_pool_nearest_portable(const float *open, size_t count) {
    float lowest = INFINITY;
    size_t nearest = count;
    for (size_t i = 0; i < count; i++) {
        if (open[i] < lowest) {
            lowest = open[i];
            nearest = i;
        }
    }
    return nearest;
}

size_t ckernels_pool_count_below_portable(const float *keys, size_t count, float limit) {
    size_t below = 0;
    for (size_t i = 0; i < count; i++) below += keys[i] < limit;
    return below;
}

size_t ckernels_pool_keep_below_portable(const ckernels_pool *pool, size_t count, float limit) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        float key = pool->keys[i];
        pool->keys[kept] = key;
        pool->open[kept] = pool->open[i];
        pool->slots[kept] = pool->slots[i];
        kept += key < limit;
    }
    end(pool, kept);
    return kept;
}
