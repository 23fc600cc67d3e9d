/* The standard streams. Whatever a program prints goes through here (make lint), so that text from elsewhere (names,
   notes, messages, what a file says) can't steer a terminal, and a standard output that can't be written is noticed. */
#ifndef AX_BASE_OUT_H
#define AX_BASE_OUT_H

#include "engine/base/err.h"

#include <stdbool.h>

/* A line on standard output; the newline is added. Characters that can't be seen are escaped (ax_str_visible). */
void ax_out_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same without the newline, and newlines in the text stay: only for text that has none from elsewhere. */
void ax_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Text as it is: JSON, tables for other programs, drawings. */
void ax_out_text(const char *text);
/* Flushes the buffer, for a reader that follows. False: standard output can't be written, which has been said. */
bool ax_out_flush(void);
/* The exit status of a program that would end with `code`: 1 instead of 0 when standard output couldn't be written. */
int ax_out_end(int code);

/* A line on standard error: "auxcell: MESSAGE", escaped likewise. */
void ax_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Complains of err; returns its exit status. */
int ax_complain_of(const ax_err *err);
/* Replaces the last line of a terminal on standard error, for progress; without text it is cleared. */
void ax_out_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
