#include "engine/base/out.h"

#include "engine/base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats and escapes into out; a long text is truncated when memory runs out. */
static void format(ax_str *out, bool keep_newlines, const char *fmt, va_list args)
{
    char brief[1024];
    va_list again;
    va_copy(again, args);
    ax_str raw;
    ax_str_init(&raw, 0);
    if (vsnprintf(brief, sizeof brief, fmt, args) >= (int)sizeof brief)
        ax_str_vprintf(&raw, fmt, again);
    va_end(again);
    ax_str_visible(out, raw.len && ax_str_ok(&raw) ? raw.text : brief, keep_newlines);
    ax_str_release(&raw);
}

/* Reports the first failure once, while errno is that of the failed call; ferror remembers it. */
static void failed(bool before)
{
    if (!before && ferror(stdout))
        ax_complain("standard output: cannot write: %s", strerror(errno));
}

static void put(const char *text, size_t n)
{
    bool before = ferror(stdout);
    if (fwrite(text, 1, n, stdout) < n)
        failed(before);
}

static void say(FILE *to, const char *before, const char *after, bool keep_newlines, const char *fmt, va_list args)
{
    ax_str text;
    ax_str_init(&text, 0);
    ax_str_add(&text, before);
    format(&text, keep_newlines, fmt, args);
    ax_str_add(&text, after);
    if (to == stdout)
        put(text.text, text.len);
    else
        fwrite(text.text, 1, text.len, to);
    ax_str_release(&text);
}

void ax_out_line(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(stdout, "", "\n", false, fmt, args);
    va_end(args);
}

void ax_out(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(stdout, "", "", true, fmt, args);
    va_end(args);
}

void ax_out_text(const char *text)
{
    put(text, strlen(text));
}

bool ax_out_flush(void)
{
    bool before = ferror(stdout);
    if (fflush(stdout))
        failed(before);
    return !ferror(stdout);
}

int ax_out_end(int code)
{
    return ax_out_flush() || code ? code : 1;
}

void ax_complain(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(stderr, "auxcell: ", "\n", false, fmt, args);
    va_end(args);
}

int ax_complain_of(const ax_err *err)
{
    ax_complain("%s", err->msg);
    return ax_exit_code(err->code);
}

void ax_out_progress(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(stderr, "\r\x1b[K", "", false, fmt, args);
    va_end(args);
}
