/* Screens over time, as asciicast v2 (docs.asciinema.org): a line of JSON for the size, then one for each change. */
#ifndef AX_VIZ_CAST_H
#define AX_VIZ_CAST_H

#include "viz/canvas.h"

typedef struct ax_cast {
    ax_str text;
    double began;     /* time of the first frame, on the caller's clock */
    ax_canvas before; /* what the last frame showed */
} ax_cast;

enum { AX_CAST_BYTES = 1 << 28 };
void ax_cast_init(ax_cast *c);
void ax_cast_release(ax_cast *c);
/* Appends what has changed since the last frame; the first one writes the size, a later one of another size clears. The
   theme is that of the canvas. at: seconds of any clock; date: since the epoch, for the first line. AX_ENOMEM: also
   when it gets longer than AX_CAST_BYTES. */
ax_code ax_cast_frame(ax_cast *c, const ax_canvas *now, double at, double date, ax_err *err);

/* Reads a line of a recording: *at and, if it is output, its bytes (malloc, the caller frees; else NULL, as for other
   kinds of events). AX_EFORMAT. */
ax_code ax_cast_line(const char *line, double *at, char **bytes, size_t *n, ax_err *err);
/* Reads width and height from the first line. AX_EFORMAT: this is no asciicast v2. */
ax_code ax_cast_size(const char *line, int *cols, int *rows, ax_err *err);

#endif
