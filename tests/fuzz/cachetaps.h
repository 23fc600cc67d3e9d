/* The taps of the cache files that are fuzzed. */
#ifndef TESTS_FUZZ_CACHETAPS_H
#define TESTS_FUZZ_CACHETAPS_H

#include "engine/space/taps.h"

static const ax_taps fuzz_taps = { .n = 4, .tap = { { 24, 4 }, { 32, 8 }, { 96, 16 }, { 320, 32 } } };

#endif
