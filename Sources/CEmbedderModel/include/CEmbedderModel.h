#pragma once
#include <stddef.h>

// The embedding model's files, compiled into the program: one binary, nothing to find at run time.
// Functions, because Swift cannot see an array whose size the header does not tell.
const void *cembedder_weights(void);
size_t cembedder_weights_size(void);
const void *cembedder_vocabulary(void);
size_t cembedder_vocabulary_size(void);
