/* Samples made ahead by threads, handed out in order. */
#ifndef AX_DATA_LOADER_H
#define AX_DATA_LOADER_H

#include "engine/train/source.h"

/* As ax_source_ops.stream, next, stream_close: works for any source whose sample function is safe from threads. */
void *ax_loader_open(ax_source *source, const ax_sample_spec *spec, uint64_t first, uint64_t count, int threads,
                     ax_err *err);
ax_code ax_loader_next(void *loader, ax_sample *out, ax_err *err);
void ax_loader_close(void *loader);

#endif
