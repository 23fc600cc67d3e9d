/* A parallel for loop. */
#ifndef AX_DATA_EACH_H
#define AX_DATA_EACH_H

#include "engine/base/err.h"

#include <stddef.h>

/* Called for i of 0 .. n-1 by one of several threads, numbered 0 .. threads-1. */
typedef ax_code (*ax_each_do)(void *context, int thread, size_t i, ax_err *err);

/* Number of threads for n items: one per core, at most `most`. */
int ax_each_threads(size_t n, int most);
/* Calls `one` for all items, in order but in parallel. The first failure, by i, ends the loop and is returned. */
ax_code ax_each(size_t n, int threads, ax_each_do call, void *context, ax_err *err);

#endif
