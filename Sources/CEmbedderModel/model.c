#include "CEmbedderModel.h"

// #embed is C23; clang offers it in every mode and says so unless told not to.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Aligned, so that the tables can be read in place.
_Alignas(64) static const unsigned char weights[] = {
#embed "model/model.safetensors"
};

static const unsigned char vocabulary[] = {
#embed "model/vocab.txt"
};

const void *cembedder_weights(void) { return weights; }
size_t cembedder_weights_size(void) { return sizeof weights; }
const void *cembedder_vocabulary(void) { return vocabulary; }
size_t cembedder_vocabulary_size(void) { return sizeof vocabulary; }
