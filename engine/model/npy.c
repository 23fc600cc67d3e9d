#include "engine/model/npy.h"

#include <stdbool.h>
#include <string.h>

/* The header is a Python dictionary, {'descr': '<f4', 'fortran_order': False, 'shape': (11, 90, 120), }, padded with
   blanks. */
typedef struct cursor {
    const char *at, *end;
} cursor;

enum { DIMS = 8, TEXT = 16 };

static bool take(cursor *c, const char *word)
{
    size_t n = strlen(word);
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n'))
        c->at++;
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* Parses 'text'. */
static bool take_text(cursor *c, char out[TEXT])
{
    size_t n = 0;
    if (!take(c, "'"))
        return false;
    while (c->at < c->end && *c->at != '\'' && n + 1 < TEXT)
        out[n++] = *c->at++;
    out[n] = '\0';
    return c->at < c->end && *c->at++ == '\'';
}

/* Parses (11, 90, 120), (7,) or (). */
static bool take_shape(cursor *c, ax_st_tensor *t)
{
    t->n_dim = 0;
    if (!take(c, "("))
        return false;
    while (!take(c, ")")) {
        int64_t size = 0;
        const char *first = c->at;
        while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && size < (int64_t)1 << 40)
            size = size * 10 + (*c->at++ - '0');
        if (c->at == first || t->n_dim == DIMS)
            return false;
        t->dim[t->n_dim++] = size;
        bool more = take(c, ",");
        take(c, "");
        if (!more && (c->at == c->end || *c->at != ')'))
            return false;
    }
    return true;
}

static bool take_header(cursor *c, char descr[TEXT], bool *columns_first, ax_st_tensor *t)
{
    unsigned seen = 0;
    if (!take(c, "{"))
        return false;
    while (!take(c, "}")) {
        char key[TEXT];
        if (!take_text(c, key) || !take(c, ":"))
            return false;
        if (!strcmp(key, "descr") && take_text(c, descr))
            seen |= 1;
        else if (!strcmp(key, "fortran_order") && ((*columns_first = take(c, "True")) || take(c, "False")))
            seen |= 2;
        else if (!strcmp(key, "shape") && take_shape(c, t))
            seen |= 4;
        else
            return false;
        take(c, ",");
    }
    return seen == 7;
}

static bool find_type(const char *descr, ax_st_tensor *t, size_t *width)
{
    static const struct {
        const char *descr;
        ax_st_dtype dtype;
        size_t width;
    } types[] = { { "<f2", AX_ST_F16, 2 }, { "<f4", AX_ST_F32, 4 }, { "<f8", AX_ST_F64, 8 }, { "|u1", AX_ST_U8, 1 } };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].descr, descr)) {
            t->dtype = types[i].dtype;
            *width = types[i].width;
            return true;
        }
    return false;
}

ax_code ax_npy_view(const void *bytes, size_t n, const char *name, ax_st_tensor *out, ax_err *err)
{
    const unsigned char *b = bytes;
    char descr[TEXT] = "";
    bool columns_first = false;
    if (n < 10 || memcmp(b, "\x93NUMPY", 6) != 0 || b[6] < 1 || b[6] > 3)
        return ax_fail(err, AX_EFORMAT, "%s: not an .npy file", name);
    size_t start = b[6] == 1 ? 10 : 12, length = b[8] | (size_t)b[9] << 8;
    if (b[6] > 1)
        length |= n < 12 ? 0 : (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (n < start || length > n - start)
        return ax_fail(err, AX_EFORMAT, "%s: cut within its header", name);
    cursor c = { (const char *)bytes + start, (const char *)bytes + start + length };
    *out = (ax_st_tensor) { .name = "" };
    if (!take_header(&c, descr, &columns_first, out))
        return ax_fail(err, AX_EFORMAT, "%s: its header is damaged", name);
    size_t width, have = n - start - length;
    if (!find_type(descr, out, &width))
        return ax_fail(err, AX_EFORMAT, "%s: numbers of type '%s'; it takes <f2, <f4, <f8, |u1", name, descr);
    if (columns_first)
        return ax_fail(err, AX_EFORMAT, "%s: columns first (fortran_order); save it rows first", name);
    out->elements = 1;
    for (int i = 0; i < out->n_dim; i++) {
        if (out->dim[i] && out->elements > SIZE_MAX / 16 / (size_t)out->dim[i])
            return ax_fail(err, AX_EFORMAT, "%s: its shape is too large", name);
        out->elements *= (size_t)out->dim[i];
    }
    out->bytes = out->elements * width;
    out->data = b + start + length;
    if (out->bytes != have)
        return ax_fail(err, AX_EFORMAT, "%s: has %zu byte%s of data, its shape wants %zu", name, have,
                       have == 1 ? "" : "s", out->bytes);
    return AX_OK;
}
