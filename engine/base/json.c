#include "engine/base/json.h"
#include "engine/base/file.h"
#include "engine/base/json_doc.h"
#include "engine/base/json_run.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t longest = (size_t)1 << 31; /* most bytes of a file */

typedef struct open_list {
    ax_json *list; /* NULL: a list that is passed through; its elements are taken one at a time */
    ax_json *last;
    const char *key; /* key of the next member */
} open_list;

typedef struct parser {
    ax_json_doc *doc;
    open_list open[AX_JSON_DEPTH];
    size_t depth;
    ax_json_take take; /* NULL: build the whole tree */
    void *context;
    char *list_key; /* key of the array that is passed through; owned */
    size_t kept;    /* depth of the elements to be taken */
    const char *why;
    ax_code code; /* code returned by take */
    ax_err *err;
} parser;

static int stop(parser *p, const char *why)
{
    p->why = why;
    return 0;
}

static int no_memory(parser *p)
{
    p->code = AX_ENOMEM;
    return stop(p, "no memory");
}

static const char *copy(parser *p, const unsigned char *text, size_t n)
{
    char *to = ax_json_grab(p->doc, n + 1);
    if (!to)
        return NULL;
    memcpy(to, text, n);
    to[n] = '\0';
    return to;
}

/* Whether values at this depth belong to a tree. */
static bool is_kept(const parser *p)
{
    return !p->take || (p->kept && p->depth >= p->kept);
}

/* Appends a value to the open list, or makes it the root. NULL without memory. */
static ax_json *add(parser *p, ax_json_kind kind)
{
    ax_json *v = ax_json_grab(p->doc, sizeof *v);
    if (!v)
        return NULL;
    *v = (ax_json) { .kind = kind };
    open_list *in = p->depth ? &p->open[p->depth - 1] : NULL;
    if (!in || !in->list) {
        p->doc->root = v;
        return v;
    }
    v->key = in->key;
    in->key = NULL;
    if (in->last)
        in->last->next = v;
    else
        in->list->u.list.first = v;
    in->last = v;
    in->list->u.list.n++;
    return v;
}

/* A value is complete: an element that is waited for is passed to `take`. */
static int done(parser *p)
{
    if (!p->take || p->depth != p->kept || !p->kept)
        return 1;
    p->code = p->take(p->context, p->list_key ? p->list_key : "", p->doc->root, p->err);
    ax_json_forget(p->doc);
    return p->code == AX_OK;
}

static int on_null(void *context)
{
    parser *p = context;
    if (!is_kept(p))
        return 1;
    return add(p, AX_JSON_NULL) ? done(p) : no_memory(p);
}

static int on_boolean(void *context, int truth)
{
    parser *p = context;
    if (!is_kept(p))
        return 1;
    ax_json *v = add(p, AX_JSON_BOOL);
    if (!v)
        return no_memory(p);
    v->u.truth = truth != 0;
    return done(p);
}

static int on_double(void *context, double number)
{
    parser *p = context;
    if (!is_kept(p))
        return 1;
    ax_json *v = add(p, AX_JSON_NUMBER);
    if (!v)
        return no_memory(p);
    v->u.number = number;
    return done(p);
}

static int on_integer(void *context, long long number)
{
    return on_double(context, (double)number);
}

static int on_string(void *context, const unsigned char *text, size_t n)
{
    parser *p = context;
    if (!is_kept(p))
        return 1;
    ax_json *v = add(p, AX_JSON_STRING);
    if (!v || !(v->u.string.text = copy(p, text, n)))
        return no_memory(p);
    v->u.string.n = n;
    return done(p);
}

static int on_key(void *context, const unsigned char *text, size_t n)
{
    parser *p = context;
    if (is_kept(p))
        return (p->open[p->depth - 1].key = copy(p, text, n)) ? 1 : no_memory(p);
    if (p->depth != 1)
        return 1;
    free(p->list_key);
    return (p->list_key = strndup((const char *)text, n)) ? 1 : no_memory(p);
}

/* Opens an array or object. */
static int enter(parser *p, ax_json_kind kind)
{
    if (p->depth == AX_JSON_DEPTH)
        return stop(p, "nested too deeply");
    open_list in = { 0 };
    if (is_kept(p) && !(in.list = add(p, kind)))
        return no_memory(p);
    /* an array at the top, or a member of the top object: its elements are wanted */
    bool wanted = p->take && !in.list && kind == AX_JSON_ARRAY && (p->depth == 0 || (p->depth == 1 && p->list_key));
    p->open[p->depth++] = in;
    if (wanted)
        p->kept = p->depth;
    return 1;
}

static int leave(parser *p)
{
    p->depth--;
    if (p->kept > p->depth) {
        p->kept = 0;
        return 1;
    }
    return done(p);
}

static int on_start_map(void *context)
{
    return enter(context, AX_JSON_OBJECT);
}

static int on_start_array(void *context)
{
    return enter(context, AX_JSON_ARRAY);
}

static int on_end(void *context)
{
    return leave(context);
}

static size_t line_of(const char *bytes, size_t at)
{
    size_t line = 1;
    for (const char *end = bytes + at; (bytes = memchr(bytes, '\n', (size_t)(end - bytes))); bytes++)
        line++;
    return line;
}

/* code: the result of ax_json_run, which has read `at` bytes; syntax: its error text. */
static ax_code fail(parser *p, ax_code code, const char *syntax, const char *bytes, size_t at, const char *name)
{
    char where[AX_JSON_WHY];
    const size_t line = line_of(bytes, at);
    if (p->code != AX_OK && !p->why) {
        snprintf(where, sizeof where, "%.120s: line %zu", name, line);
        return p->err ? ax_fail_prefix(p->err, where) : p->code;
    }
    return ax_fail(p->err, p->code != AX_OK ? p->code : AX_EFORMAT, "%s: line %zu: %s", name, line,
                   code == AX_ECANCEL ? p->why : syntax);
}

static ax_code parse(parser *p, const char *bytes, size_t n, const char *name)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_integer = on_integer,
        .yajl_double = on_double,
        .yajl_string = on_string,
        .yajl_start_map = on_start_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end,
        .yajl_start_array = on_start_array,
        .yajl_end_array = on_end,
    };
    char syntax[AX_JSON_WHY];
    size_t at;
    if (n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
        bytes += 3, n -= 3;
    ax_code code = ax_json_run(&callbacks, p, bytes, n, &at, syntax);
    if (code == AX_ENOMEM)
        return ax_fail(p->err, AX_ENOMEM, "%s: no memory", name);
    return code == AX_OK ? AX_OK : fail(p, code, syntax, bytes, at < n ? at : n, name);
}

ax_json_doc *ax_json_parse(const char *bytes, size_t n, const char *name, ax_err *err)
{
    parser p = { .doc = calloc(1, sizeof *p.doc), .err = err };
    ax_code code = p.doc ? parse(&p, bytes, n, name) : ax_fail(err, AX_ENOMEM, "%s: no memory", name);
    if (code == AX_OK && p.doc->root)
        return p.doc;
    if (code == AX_OK)
        ax_fail(err, AX_EFORMAT, "%s: empty, not JSON", name);
    ax_json_free(p.doc);
    return NULL;
}

ax_json_doc *ax_json_open(const char *path, ax_err *err)
{
    char *bytes;
    size_t n;
    if (ax_file_read(AT_FDCWD, path, longest, &bytes, &n, err) != AX_OK)
        return NULL;
    ax_json_doc *doc = ax_json_parse(bytes, n, path, err);
    free(bytes);
    return doc;
}

ax_code ax_json_each(const char *path, ax_json_take take, void *context, ax_err *err)
{
    char *bytes;
    size_t n;
    ax_code code = ax_file_read(AT_FDCWD, path, longest, &bytes, &n, err);
    if (code != AX_OK)
        return code;
    parser p = { .doc = calloc(1, sizeof *p.doc), .take = take, .context = context, .err = err };
    code = p.doc ? parse(&p, bytes, n, path) : ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    ax_json_free(p.doc);
    free(p.list_key);
    free(bytes);
    return code;
}
