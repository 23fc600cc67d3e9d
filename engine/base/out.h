/* Standard output and standard error. All printing goes through here (make lint enforces it), so that text from
   elsewhere (names, notes, messages, file contents) can't control the terminal, and a failed write to standard output
   is noticed. */
#ifndef AX_BASE_OUT_H
#define AX_BASE_OUT_H

#include "engine/base/err.h"

#include <stdbool.h>

/* Prints a line on standard output and adds the newline. Invisible characters are escaped (ax_str_visible). */
void ax_out_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, but without adding a newline and without escaping newlines: only for text of our own. */
void ax_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints text unchanged: JSON, tables for other programs, drawings. */
void ax_out_text(const char *text);
/* Flushes standard output, for a reader that follows. False when it can't be written; that has been reported. */
bool ax_out_flush(void);
/* The exit status of a program that would end with `code`: 1 instead of 0 after a failed write to standard output. */
int ax_out_end(int code);

/* Prints the line "auxcell: MESSAGE" on standard error, escaped in the same way. */
void ax_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Reports err on standard error; returns its exit status. */
int ax_complain_of(const ax_err *err);
/* Replaces the last line of a terminal on standard error, to show progress; NULL clears it. */
void ax_out_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
