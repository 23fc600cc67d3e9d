#include "engine/base/str.h"

#include "engine/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING ((char *)"") /* never written: an empty builder owns no memory */

void ax_str_init(ax_str *s, size_t bound)
{
    *s = (ax_str) { .text = NOTHING, .bound = bound ? bound : (size_t)64 << 20 };
}

void ax_str_release(ax_str *s)
{
    if (s->cap)
        free(s->text);
    ax_str_init(s, s->bound);
}

void ax_str_clear(ax_str *s)
{
    s->len = 0;
    s->failed = false;
    if (s->cap)
        s->text[0] = '\0';
}

static bool reserve(ax_str *s, size_t more)
{
    if (s->failed || more > s->bound || s->len > s->bound - more) {
        s->failed = true;
        return false;
    }
    size_t need = s->len + more + 1;
    if (need <= s->cap)
        return true;
    size_t cap = s->cap ? s->cap : 64;
    while (cap < need)
        cap *= 2;
    char *text = realloc(s->cap ? s->text : NULL, cap);
    if (!text) {
        s->failed = true;
        return false;
    }
    s->text = text;
    s->cap = cap;
    return true;
}

void ax_str_bytes(ax_str *s, const char *bytes, size_t n)
{
    if (!reserve(s, n))
        return;
    memcpy(s->text + s->len, bytes, n);
    s->len += n;
    s->text[s->len] = '\0';
}

void ax_str_add(ax_str *s, const char *text)
{
    ax_str_bytes(s, text, strlen(text));
}

void ax_str_printf(ax_str *s, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        s->failed = true;
    else if (reserve(s, (size_t)n)) {
        vsnprintf(s->text + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

void ax_str_json(ax_str *s, const char *text)
{
    ax_str_add(s, "\"");
    while (*text) {
        unsigned char c = (unsigned char)*text;
        size_t n = ax_utf8_len(text);
        if (c == '"' || c == '\\')
            ax_str_printf(s, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            ax_str_printf(s, "\\u%04x", c);
        else if (n)
            ax_str_bytes(s, text, n);
        else
            ax_str_add(s, "\xef\xbf\xbd");
        text += n ? n : 1;
    }
    ax_str_add(s, "\"");
}
