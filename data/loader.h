/* Samples made ahead by threads and handed out strictly in order: the stream of every source. */
#ifndef AX_DATA_LOADER_H
#define AX_DATA_LOADER_H

#include "engine/train/source.h"

/* The three functions have the types of ax_source_ops.stream, .next and .stream_close, and call the source's own
   .sample from `threads` threads (at least one, at most 64). At most 2 * threads + 2 samples wait at any time.
   next: AX_OK and a sample, or the error that making this sample met (the one after it can still be asked for); after
   the last sample AX_EINVAL. One thread at a time may call next. */
void *ax_loader_open(ax_source *source, const ax_sample_spec *spec, const uint32_t *order, uint64_t first,
                     uint64_t count, int threads, ax_err *err);
ax_code ax_loader_next(void *stream, ax_sample *out, ax_err *err);
void ax_loader_close(void *stream);

#endif
