#pragma once
#include <stddef.h>

// The files of the page at /, compiled into the program: one binary, nothing to find at run time.
typedef struct {
    const char *_Nonnull name;
    const void *_Nonnull bytes;
    size_t size;
} cwebpage_file;

size_t cwebpage_count(void);

/// For an index below the count.
cwebpage_file cwebpage_file_at(size_t index);
