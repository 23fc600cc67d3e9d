/* Reads the lines of a text file. */
#ifndef AX_DATA_LINES_H
#define AX_DATA_LINES_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ax_lines {
    char *text; /* owned */
    size_t n, at;
    size_t number; /* of the latest line, counted from 1 */
} ax_lines;

/* Reads a file of UTF-8 text, with or without a byte-order mark. Errors name it: AX_EIO, AX_EFORMAT (UTF-16),
   AX_ENOMEM. Release it even after a failure. */
ax_code ax_lines_read(ax_lines *l, const char *path, ax_err *err);
/* The next line, stripped of white space; it may be modified, and *text[*n] may be set to 0. Lines end in LF, CR LF or
   CR; blank lines and comments starting with # are skipped. False: no more lines. */
bool ax_lines_next(ax_lines *l, char **text, size_t *n);
void ax_lines_release(ax_lines *l);

/* Called with a line, which may be modified. Any other code than AX_OK ends the reading. */
typedef ax_code (*ax_line_take)(void *context, char *line, ax_err *err);
/* Reads a file and calls take with each line as of ax_lines_next; one with a zero byte in it is an error (AX_EFORMAT).
   Errors of take are prefixed with "PATH: line N". */
ax_code ax_lines_each(const char *path, ax_line_take take, void *context, ax_err *err);

/* A blank within a line. */
bool ax_is_blank(char c);
const char *ax_skip_blanks(const char *at);
/* Parses a number of digits only, at most `most`, at *at, and moves *at behind it. False: no digit, or too large. */
bool ax_read_digits(const char **at, int32_t most, int32_t *out);

#endif
