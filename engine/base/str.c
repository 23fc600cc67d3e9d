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

/* Spaces other than the usual one, marks that combine with the character before, controls and what has no shape. */
static bool is_unseen(uint32_t code)
{
    static const uint32_t range[][2] = {
        { 0x80, 0xa0 },     { 0xad, 0xad },     { 0x300, 0x36f },   { 0x61c, 0x61c },     { 0x115f, 0x1160 },
        { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x2000, 0x200f },   { 0x2028, 0x202f },
        { 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xe000, 0xf8ff },   { 0xfe00, 0xfe0f },
        { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (code >= range[i][0] && code <= range[i][1])
            return true;
    return false;
}

void ax_str_quoted(ax_str *s, const char *text)
{
    static const char escaped[] = "\a\b\t\n\v\f\r", letter[] = "abtnvfr";
    ax_str_add(s, "\"");
    while (*text) {
        unsigned char c = (unsigned char)*text;
        const char *short_form = strchr(escaped, c);
        size_t n = ax_utf8_len(text);
        uint32_t code = c;
        if (n)
            ax_utf8_decode(text, &code);
        if (c == '"' || c == '\\')
            ax_str_printf(s, "\\%c", c);
        else if (short_form)
            ax_str_printf(s, "\\%c", letter[short_form - escaped]);
        else if (!n || c < 0x20 || c == 0x7f)
            ax_str_printf(s, "\\x%02x", c);
        else if (is_unseen(code))
            ax_str_printf(s, code > 0xffff ? "\\U%08x" : "\\u%04x", code);
        else
            ax_str_bytes(s, text, n);
        text += n ? n : 1;
    }
    ax_str_add(s, "\"");
}
