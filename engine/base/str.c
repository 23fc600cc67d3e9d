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

void ax_str_padded(ax_str *s, const char *text, int columns)
{
    int left = columns - ax_utf8_columns(text);
    ax_str_printf(s, "%s%*s", text, left > 0 ? left : 0, "");
}

void ax_str_printf(ax_str *s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    ax_str_vprintf(s, fmt, args);
    va_end(args);
}

void ax_str_vprintf(ax_str *s, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0)
        s->failed = true;
    else if (reserve(s, (size_t)n)) {
        vsnprintf(s->text + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

static void add_json_escape(ax_str *s, uint32_t code)
{
    if (code > 0xffff) /* as a surrogate pair */
        ax_str_printf(s, "\\u%04x", 0xd800 + (unsigned)((code - 0x10000) >> 10));
    ax_str_printf(s, "\\u%04x", code > 0xffff ? 0xdc00 + (unsigned)((code - 0x10000) & 0x3ff) : (unsigned)code);
}

void ax_str_json(ax_str *s, const char *text)
{
    ax_str_add(s, "\"");
    while (*text) {
        uint32_t c;
        ax_utf8_decode(text, &c);
        size_t n = ax_utf8_len(text);
        if (c == '"' || c == '\\')
            ax_str_printf(s, "\\%c", (char)c);
        else if (n && ax_utf8_unseen(c))
            add_json_escape(s, c);
        else if (n)
            ax_str_bytes(s, text, n);
        else
            ax_str_add(s, "\xef\xbf\xbd");
        text += n ? n : 1;
    }
    ax_str_add(s, "\"");
}

/* Appends the character at text as a C escape. */
static void add_escape(ax_str *s, const char *text)
{
    static const char escaped[] = "\a\b\t\n\v\f\r", letter[] = "abtnvfr";
    uint32_t code;
    ax_utf8_decode(text, &code);
    const char *short_form = strchr(escaped, *text);
    if (short_form)
        ax_str_printf(s, "\\%c", letter[short_form - escaped]);
    else if (!ax_utf8_len(text) || code < 0x80)
        ax_str_printf(s, "\\x%02x", (unsigned char)*text);
    else
        ax_str_printf(s, code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
}

/* Visible, but easily mistaken for another character: spaces other than the usual one, combining marks, and characters
   without a glyph of their own in some fonts. */
static bool is_ambiguous(uint32_t code)
{
    static const uint32_t range[][2] = {
        { 0xa0, 0xa0 },     { 0xad, 0xad },       { 0x300, 0x36f },      { 0x115f, 0x1160 }, { 0x1680, 0x1680 },
        { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },   { 0x2000, 0x200f },    { 0x2028, 0x202f }, { 0x205f, 0x206f },
        { 0x3000, 0x3000 }, { 0x3164, 0x3164 },   { 0xe000, 0xf8ff },    { 0xfe00, 0xfe0f }, { 0xffa0, 0xffa0 },
        { 0xfff0, 0xffff }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (code >= range[i][0] && code <= range[i][1])
            return true;
    return false;
}

void ax_str_quoted(ax_str *s, const char *text)
{
    ax_str_add(s, "\"");
    while (*text) {
        uint32_t code;
        size_t n = ax_utf8_decode(text, &code);
        if (code == '"' || code == '\\')
            ax_str_printf(s, "\\%c", (char)code);
        else if (!ax_utf8_len(text) || ax_utf8_unseen(code) || is_ambiguous(code))
            add_escape(s, text);
        else
            ax_str_bytes(s, text, n);
        text += n;
    }
    ax_str_add(s, "\"");
}

void ax_str_visible(ax_str *s, const char *text, bool keep_newlines)
{
    while (*text) {
        uint32_t code;
        size_t n = ax_utf8_decode(text, &code);
        if (!ax_utf8_len(text) || (ax_utf8_unseen(code) && !(code == '\n' && keep_newlines)))
            add_escape(s, text);
        else
            ax_str_bytes(s, text, n);
        text += n;
    }
}

void ax_str_csv(ax_str *s, const char *text)
{
    ax_str seen;
    ax_str_init(&seen, 0);
    if (*text && strchr("=+-@\t\r", *text))
        ax_str_add(&seen, "'");
    ax_str_visible(&seen, text, false);
    if (!strpbrk(seen.text, ",\"")) {
        ax_str_add(s, seen.text);
    } else {
        ax_str_add(s, "\"");
        for (const char *c = seen.text; *c; c++)
            ax_str_bytes(s, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
        ax_str_add(s, "\"");
    }
    s->failed = s->failed || seen.failed;
    ax_str_release(&seen);
}
