/* Makes samples ahead in threads and delivers them strictly in order; used by every source. */
#ifndef AX_DATA_LOADER_H
#define AX_DATA_LOADER_H

#include "engine/train/source.h"

/* These functions have the types of ax_source_ops.stream, .next and .stream_close. They call the source's .sample in
   `threads` threads (1 to 64), with at most 2 * threads + 2 samples waiting. next returns AX_OK with a sample, or the
   error of making this sample (later ones can still be requested); AX_EINVAL after the last. Only one thread at a time
   may call next. */
void *ax_loader_open(ax_source *source, const ax_sample_spec *spec, const uint32_t *order, uint64_t first,
                     uint64_t count, int threads, ax_err *err);
ax_code ax_loader_next(void *stream, ax_sample *out, ax_err *err);
void ax_loader_close(void *stream);

#endif
