/* Text that grows: a bounded string builder. Never fails in the caller's face: when memory runs out or the bound is
   reached it remembers that, and ax_str_ok says so at the end. */
#ifndef AX_BASE_STR_H
#define AX_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct ax_str {
    char *text; /* always terminated; "" (static) while empty */
    size_t len, cap, bound;
    bool failed;
} ax_str;

/* bound: most bytes it may hold, 0 = 64 MiB. */
void ax_str_init(ax_str *s, size_t bound);
void ax_str_release(ax_str *s);
void ax_str_clear(ax_str *s);
void ax_str_add(ax_str *s, const char *text);
void ax_str_bytes(ax_str *s, const char *bytes, size_t n);
void ax_str_printf(ax_str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ax_str_vprintf(ax_str *s, const char *fmt, va_list args);
/* Appends text as a JSON string, with quotes and escapes; bytes that aren't UTF-8 become U+FFFD. */
void ax_str_json(ax_str *s, const char *text);
/* Appends text in quotes for a message about a name that isn't what it seems to be: what can't be seen, or can't be
   told from something else, is an escape as in C (\t, \x1b; \ufeff for spaces, marks and joiners of Unicode; \xff for
   bytes that aren't UTF-8). */
void ax_str_quoted(ax_str *s, const char *text);
/* Appends text for people: what can't be seen or would steer a terminal (ax_utf8_unseen) is escaped as in C, like \t,
   \x1b or \u202e, and so is every byte that isn't UTF-8. keep_newlines: '\n' stays. */
void ax_str_visible(ax_str *s, const char *text, bool keep_newlines);
/* Appends text as a cell of CSV (RFC 4180), in what can be seen. One that a spreadsheet would take for a formula begins
   with an apostrophe, which it takes for the mark of a text. */
void ax_str_csv(ax_str *s, const char *text);
static inline bool ax_str_ok(const ax_str *s)
{
    return !s->failed;
}

#endif
