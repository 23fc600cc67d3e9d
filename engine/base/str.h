/* A bounded string builder. Calls never report errors: when memory runs out or the bound is reached, the builder
   remembers that, and ax_str_ok reports it at the end. */
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

/* bound: the most bytes it may hold, 0 = 64 MiB. */
void ax_str_init(ax_str *s, size_t bound);
void ax_str_release(ax_str *s);
void ax_str_clear(ax_str *s);
void ax_str_add(ax_str *s, const char *text);
/* Appends text, then blanks up to so many columns of a terminal; of wider text, none. */
void ax_str_padded(ax_str *s, const char *text, int columns);
void ax_str_bytes(ax_str *s, const char *bytes, size_t n);
void ax_str_printf(ax_str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ax_str_vprintf(ax_str *s, const char *fmt, va_list args);
/* Appends text as a JSON string, with quotes and escapes; bytes that aren't UTF-8 become U+FFFD. */
void ax_str_json(ax_str *s, const char *text);
/* Appends text in quotes, for messages about names that may be deceptive: invisible and easily mistaken characters
   become C escapes (\t, \x1b; \ufeff for Unicode spaces, marks and joiners; \xff for bytes that aren't UTF-8). */
void ax_str_quoted(ax_str *s, const char *text);
/* Appends text for display: invisible characters and those that would control the terminal (ax_utf8_unseen) become C
   escapes, like \t, \x1b or \u202e, and so does every byte that isn't UTF-8. keep_newlines: '
   ' stays. */
void ax_str_visible(ax_str *s, const char *text, bool keep_newlines);
/* Appends text as a CSV cell (RFC 4180), with invisible characters escaped. A cell that a spreadsheet would take for a
   formula is prefixed with an apostrophe, which marks it as text. */
void ax_str_csv(ax_str *s, const char *text);
static inline bool ax_str_ok(const ax_str *s)
{
    return !s->failed;
}

#endif
