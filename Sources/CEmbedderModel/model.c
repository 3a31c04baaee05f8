#include "CEmbedderModel.h"
