#include "data/yolo_names.h"

#include "engine/base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << 20 };

/* A file's text, zero-terminated, and the place in it. */
typedef struct reader {
    const char *path, *text, *at;
    ax_classes *to;
    ax_err *err;
} reader;

static ax_code wrong(const reader *r, const char *what)
{
    size_t line = 1;
    for (const char *p = r->text; p < r->at; p++)
        line += *p == '\n';
    return ax_fail(r->err, AX_EFORMAT, "%s: line %zu: %s", r->path, line, what);
}

/* Skips blanks within the line. */
static void blanks(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

/* Moves to the next line that isn't blank or a comment; returns its indent. */
static size_t next_line(reader *r)
{
    for (;;) {
        const char *start = r->at;
        blanks(r);
        if (*r->at == '#')
            r->at += strcspn(r->at, "\r\n");
        if (*r->at != '\r' && *r->at != '\n')
            return (size_t)(r->at - start);
        r->at++;
    }
}

/* Moves behind the end of a line; only a comment may precede it. */
static bool line_ends(reader *r)
{
    blanks(r);
    if (*r->at == '#')
        r->at += strcspn(r->at, "\r\n");
    return !*r->at || *r->at == '\r' || *r->at == '\n';
}

/* Reads a name, quoted, or up to one of the characters in `ends`, a comment or the end of the line. */
static ax_code name(reader *r, const char *ends, int32_t id)
{
    const char *start = r->at;
    size_t n;
    if (*start == '\'' || *start == '"') {
        char quote[] = { *start, '\r', '\n', '\0' };
        n = strcspn(++start, quote);
        if (start[n] != quote[0])
            return wrong(r, "a name without its closing quote");
        r->at = start + n + 1;
    } else {
        n = strcspn(start, ends);
        for (size_t i = 1; i < n; i++)
            if (start[i] == '#' && (start[i - 1] == ' ' || start[i - 1] == '\t'))
                n = i;
        r->at = start + n;
        while (n && (start[n - 1] == ' ' || start[n - 1] == '\t'))
            n--;
    }
    ax_err why = { AX_OK, "" };
    ax_code code = ax_classes_add(r->to, start, n, id, -1, &why);
    return code == AX_OK ? code : wrong(r, why.msg);
}

/* Reads "ID:" before a name. */
static bool key(reader *r, int32_t *id)
{
    char *end;
    long v = strtol(r->at, &end, 10);
    if (end == r->at || v < 0 || v >= AX_LABEL_IDS || *r->at < '0' || *r->at > '9')
        return false;
    while (*end == ' ' || *end == '\t')
        end++;
    if (*end != ':')
        return false;
    *id = (int32_t)v;
    r->at = end + 1;
    blanks(r);
    return true;
}

/* Reads [a, b] or {0: a, 1: b}, possibly over several lines. */
static ax_code in_brackets(reader *r)
{
    bool mapping = *r->at == '{';
    char close = mapping ? '}' : ']';
    ax_code code = AX_OK;
    r->at++;
    for (int32_t id = 0; code == AX_OK; id++) {
        (void)next_line(r);
        if (*r->at == close) {
            r->at++;
            return line_ends(r) ? AX_OK : wrong(r, "more behind the closing bracket");
        }
        if (mapping && !key(r, &id))
            return wrong(r, "not of the form ID: NAME");
        code = name(r, mapping ? ",}\r\n" : ",]\r\n", id);
        if (code == AX_OK)
            (void)next_line(r);
        if (code == AX_OK && *r->at == ',')
            r->at++;
        else if (code == AX_OK && *r->at != close)
            code = wrong(r, "names without a closing bracket");
    }
    return code;
}

/* Reads lines "- NAME" or "ID: NAME". */
static ax_code in_lines(reader *r)
{
    ax_code code = AX_OK;
    for (int32_t id = 0; code == AX_OK; id++) {
        const char *before = r->at;
        size_t indent = next_line(r);
        if (r->at[0] == '-' && (r->at[1] == ' ' || r->at[1] == '\t')) {
            r->at++;
            blanks(r);
        } else if (!indent || !*r->at) {
            r->at = before;
            return AX_OK;
        } else if (!key(r, &id)) {
            return wrong(r, "not of the form ID: NAME");
        }
        code = name(r, "\r\n", id);
        if (code == AX_OK && !line_ends(r))
            code = wrong(r, "more behind a name");
    }
    return code;
}

static ax_code read_names(reader *r)
{
    static const char member[] = "names:";
    while (*r->at && strncmp(r->at, member, sizeof member - 1) != 0) { /* at the start of a line */
        r->at += strcspn(r->at, "\n");
        r->at += *r->at == '\n';
    }
    if (!*r->at)
        return AX_OK;
    r->at += sizeof member - 1;
    blanks(r);
    if (*r->at == '[' || *r->at == '{')
        return in_brackets(r);
    return line_ends(r) ? in_lines(r) : wrong(r, "names are neither a list nor a mapping");
}

ax_code ax_yolo_names_read(ax_classes *c, const char *path, ax_err *err)
{
    char *text;
    size_t n;
    ax_code code = ax_file_read(AT_FDCWD, path, LARGEST, &text, &n, err);
    if (code != AX_OK)
        return code;
    size_t skip = n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    reader r = { path, text, text + skip, c, err };
    code =
        strlen(text) == n ? read_names(&r) : ax_fail(err, AX_EFORMAT, "%s: a zero byte in it; this is not text", path);
    free(text);
    return code;
}
